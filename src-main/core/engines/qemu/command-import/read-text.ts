/** From whatever was pasted to the words of one emulator command: a script, one line, JSON, or `/proc/PID/cmdline`. */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { findEmulatorCommand } from './find-emulator-command.ts';
import { type FoundCommand, ScriptInterpreter } from './shell/interpret-script.ts';
import type { MadeFile } from './shell/made-file.ts';
import { parseScript } from './shell/parse-script.ts';
import { ShellSyntaxError } from './shell/syntax.ts';
import { Unknowns } from './shell/unknowns.ts';
import { type ShellHost, Variables } from './shell/variables.ts';

export interface CommandText {
  /** Program and arguments, with marks for what is not known. */
  readonly argv: readonly string[];
  /** What relative paths start from. */
  readonly directory: string;
  readonly notes: readonly string[];
  readonly unknowns: Unknowns;
  /** Files that the script makes before, by their paths in it. */
  readonly made: ReadonlyMap<string, MadeFile>;
}

/** @throws SlipwayError `invalid_input` where there is no emulator command, or the text cannot be read. */
export function readCommandText(text: string, host: ShellHost, given: Readonly<Record<string, string>>): CommandText {
  const trimmed = text.replaceAll('\r\n', '\n').trim();
  if (trimmed === '') throw noCommand('There is nothing to read.');
  const whole = (words: readonly string[], ...notes: string[]): CommandText => {
    const found = findEmulatorCommand(words);
    if (found === null) throw noCommand('This runs no QEMU.');
    return { argv: found.argv, directory: host.directory, notes, unknowns: new Unknowns(), made: new Map() };
  };
  if (trimmed.includes('\0'))
    return whole(trimmed.split('\0').filter((word, index, all) => word !== '' || index < all.length - 1));
  const json = jsonWords(trimmed);
  if (json !== null) return whole(json);
  // A process list has no quotes of the shell's; libvirt's lines are full of JSON that a shell would take apart.
  if (!trimmed.includes('\n') && /\s\{"/.test(trimmed)) return whole(trimmed.split(/\s+/), quotesLost);
  try {
    return readScript(trimmed, host, given);
  } catch (error) {
    if (error instanceof ShellSyntaxError) {
      if (!trimmed.includes('\n') && findEmulatorCommand(trimmed.split(/\s+/)) !== null)
        return whole(trimmed.split(/\s+/), `${error.message} It is read word by word instead.`);
      throw new SlipwayError('invalid_input', `The text cannot be read as a shell script: ${error.message}`, {
        cause: `Line ${error.line}.`,
        hint: 'Paste the whole script, or only the command with all of its lines.',
      });
    }
    if (error instanceof RangeError)
      throw new SlipwayError('invalid_input', `The script cannot be read: ${error.message}.`, {
        hint: 'Paste only the command. Running the script with `sh -x` shows it as it is in the end.',
      });
    throw error;
  }
}

const quotesLost = 'A list of processes shows no quotes: an argument with a space in it may have come apart.';

function jsonWords(text: string): string[] | null {
  if (!text.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

function readScript(text: string, host: ShellHost, given: Readonly<Record<string, string>>): CommandText {
  const unknowns = new Unknowns();
  const variables = new Variables(host, given, unknowns);
  const interpreter = new ScriptInterpreter(variables);
  const script = parseScript(text);
  interpreter.run(script.nodes);
  if (interpreter.found.length === 0) interpreter.runUncalled();
  for (const document of interpreter.found.length === 0 ? script.hereDocuments : []) {
    interpreter.run(parseScript(document).nodes);
    if (interpreter.found.length > 0) variables.note('The command stands in a here-document and is read from there.');
  }
  const [first, ...others] = interpreter.found;
  if (first === undefined) throw noCommand('There is no QEMU command in this text.');
  return {
    argv: first.argv,
    directory: first.directory,
    notes: [...notesOn(first, others, unknowns), ...variables.notes],
    unknowns,
    made: new Map(
      [...interpreter.made].map(([path, file]) => [unknowns.spell(path), { ...file, from: unknowns.spell(file.from) }]),
    ),
  };
}

function notesOn(command: FoundCommand, others: readonly FoundCommand[], unknowns: Unknowns): string[] {
  const notes: string[] = [];
  const say = (words: readonly string[]) => words.map((word) => unknowns.spell(word)).join(' ');
  if (others.length > 0) {
    const lines = others.map(({ line }) => line).join(', ');
    notes.push(`The text runs QEMU ${others.length + 1} times; the first is read, not the one in line ${lines}.`);
  }
  const before = command.before.filter((word) => word !== 'exec' && word !== 'nohup' && !/[$%>#]$/.test(word));
  if (before.includes('sudo') || before.includes('doas')) {
    notes.push(`"${say(before)}" is left out: Slipway runs QEMU as you. What needs root has to be allowed to you.`);
  } else if (before.length > 0) {
    notes.push(`"${say(before)}" before the command is left out.`);
  }
  if (command.environment.length > 0)
    notes.push(`The environment is not changed for QEMU here: ${say(command.environment)} is left out.`);
  const redirections = command.redirections.filter((text) => !/^(\d?>&\d?|\d?>&|<\s*\/dev\/null)/.test(text));
  if (redirections.length > 0)
    notes.push(
      `${redirections.join(' ')} is left out: what QEMU says is in the engine log, what the guest says in its console.`,
    );
  return notes;
}

function noCommand(message: string): SlipwayError {
  return new SlipwayError('invalid_input', message, {
    cause:
      'Looked for is a command that begins with qemu-system-x86_64, qemu-system-aarch64, qemu-system-riscv64, qemu-kvm or kvm.',
    hint: 'Paste the command with all its lines, or the whole script that runs it.',
  });
}
