/**
 * A guest as a POSIX shell script that boots it without Slipway. The options come from the same sections as a launch;
 * only what a launch needs for itself is different: the consoles are the terminal, ports are in the command, and there
 * is no UUID, pid file or socket. Pure: what there is on the host comes in as facts.
 */
import type { AccelerationChoice } from '../../../../../src-shared/model/engine.ts';
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { PlainSpec } from '../../../../../src-shared/model/spec.ts';
import type { EngineCapabilities, PlanInput } from '../../engine.ts';
import { wordsOfExtraArguments } from '../../qemu-based/extra-arguments.ts';
import { option } from '../../qemu-based/option.ts';
import { bootArguments } from '../../qemu-based/sections/boot.ts';
import { debugArguments } from '../../qemu-based/sections/debug.ts';
import { deviceArguments } from '../../qemu-based/sections/devices.ts';
import { diskArguments } from '../../qemu-based/sections/disks.ts';
import { chooseMachine, machineArguments } from '../../qemu-based/sections/machine.ts';
import { networkArguments } from '../../qemu-based/sections/network.ts';
import { objectIds, row } from '../../qemu-based/sections/row.ts';
import { plannedLines } from '../../qemu-based/sections/serial-ports.ts';
import { quoteForShell } from '../../qemu-based/shell-line.ts';
import { type ScriptFacts, scriptImages } from './script-images.ts';
import { spellWord, variableMark } from './script-words.ts';

export interface ExportInput {
  readonly spec: PlainSpec;
  readonly capabilities: EngineCapabilities;
  readonly acceleration: AccelerationChoice;
  readonly facts: ScriptFacts;
}

export interface ExportedScript {
  readonly script: string;
  readonly notes: readonly string[];
}

/** @throws what `scriptImages` throws. */
export function exportCommand({ spec, capabilities, acceleration, facts }: ExportInput): ExportedScript {
  const images = scriptImages(spec, facts);
  const notes = [...images.notes];
  const { gdb } = spec.runtime.debug;
  const input: PlanInput = {
    spec,
    staged: images.staged,
    capabilities,
    acceleration,
    uuid: '',
    serialStem: '',
  };
  const machine = chooseMachine(spec);
  const acceleratorRows = machineArguments(input, machine);
  const accelerator = valueAfter(acceleratorRows, '-accel');
  // What `auto` came to here may not work elsewhere, and the CPU goes with it.
  const chosen = spec.host.acceleration === 'auto' && accelerator !== null && accelerator !== 'tcg';
  const cpu = chosen && spec.device.cpu === null ? valueAfter(acceleratorRows, '-cpu') : null;
  const rows: PlannedArgument[] = [
    row('name', '', '-name', option(null, { guest: spec.name })),
    row('', '', '-nodefaults'),
    row('', '', '-no-user-config'),
    ...acceleratorRows.map((one) =>
      withVariable(withVariable(one, '-accel', chosen, 'ACCEL'), '-cpu', cpu !== null, 'CPU'),
    ),
    ...bootArguments(input),
    ...diskArguments(input, machine),
    ...withForwards(networkArguments(input, machine), spec, notes),
    ...deviceArguments(input, machine),
    ...serialArguments(spec, machine, notes),
    ...debugArguments(input).filter(({ args }) => args[0] !== '-S' || spec.runtime.debug.startPaused),
    ...(gdb === null ? [] : [row('runtime.debug.gdb', '', '-gdb', stubOf(gdb, notes))]),
    ...splitExtras(spec),
  ];
  const tcgCpu =
    cpu === null
      ? null
      : valueAfter(
          machineArguments({ ...input, acceleration: { ...acceleration, accelerator: 'tcg' } }, machine),
          '-cpu',
        );
  const needsWork = images.preparations.length > 0;
  const script = [
    '#!/bin/sh',
    `# ${oneLine(spec.name)}: a QEMU guest, booted without Slipway.`,
    '# The serial line is this terminal: Ctrl-A X ends QEMU, Ctrl-A C is its monitor. Arguments are added to the command.',
    'set -eu',
    '',
    `QEMU=\${QEMU:-${defaultWord(spec.runtime.binary ?? `qemu-system-${spec.architecture}`)}}`,
    ...images.variables.map(({ name, path }) => `${name}=${quoteForShell(path)}`),
    ...(chosen
      ? [
          '',
          `# The best on the computer this was written on. Where it does not work: ACCEL=tcg${tcgCpu === null ? '' : ` CPU=${tcgCpu}`}`,
          `ACCEL=\${ACCEL:-${accelerator}}`,
          ...(cpu === null ? [] : [`CPU=\${CPU:-${cpu}}`]),
        ]
      : []),
    ...(needsWork ? ['', ...workLines] : []),
    ...images.preparations,
    '',
    `${needsWork ? '' : 'exec '}"$QEMU" \\`,
    ...rows.flatMap(({ args }) => pairs(args)).map((words) => `  ${words.map(spellWord).join(' ')} \\`),
    '  "$@"',
    '',
  ].join('\n');
  return { script, notes };
}

/** A script has no run directory: the socket is where it is started, under the rights of that directory. */
function stubOf({ port }: { readonly port: number | null }, notes: string[]): string {
  if (port !== null) return `tcp:127.0.0.1:${port}`;
  notes.push('The gdb stub is the socket gdb.sock where the script is started: target remote ./gdb.sock');
  return 'unix:gdb.sock,server=on,wait=off';
}

const workLines = [
  '# What the guest writes goes into this directory, and with it at the end. WORK=DIRECTORY keeps it from boot to boot.',
  `if [ -z "\${WORK:-}" ]; then`,
  '  WORK=$(mktemp -d)',
  `  trap 'rm -rf "$WORK"' EXIT`,
  'else',
  '  mkdir -p "$WORK"',
  'fi',
  // Its options are lists with commas, and a shell cannot double those of a variable.
  `case $WORK in *,*) echo "QEMU takes no directory with a comma here: $WORK" >&2; exit 1 ;; esac`,
];

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Inside `${NAME:-…}`. */
function defaultWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `"${text.replace(/["\\$`}]/g, '\\$&')}"`;
}

/** Rows are groups; each option has a line. */
function pairs(args: readonly string[]): string[][] {
  const lines: string[][] = [];
  for (let at = 0; at < args.length; at++) {
    const next = args[at + 1];
    const word = args[at] ?? '';
    const takesNext = word.startsWith('-') && next !== undefined && (!next.startsWith('-') || freeText.has(word));
    lines.push(takesNext ? [word, next] : [word]);
    if (takesNext) at++;
  }
  return lines;
}

/** Their values may begin with a hyphen. */
const freeText = new Set(['-append', '-kernel', '-initrd', '-name']);

function splitExtras(spec: PlainSpec): PlannedArgument[] {
  return [row('runtime.extraArguments', '', ...wordsOfExtraArguments(spec))];
}

function valueAfter(rows: readonly PlannedArgument[], name: string): string | null {
  const found = rows.find(({ args }) => args[0] === name);
  return found?.args[1] ?? null;
}

function withVariable(one: PlannedArgument, name: string, wanted: boolean, variable: string): PlannedArgument {
  return wanted && one.args[0] === name ? { ...one, args: [name, variableMark(variable)] } : one;
}

/** A launch maps ports over the monitor; a script has only its command. */
function withForwards(rows: readonly PlannedArgument[], spec: PlainSpec, notes: string[]): PlannedArgument[] {
  const { ports } = spec.host;
  const backend = option('user', { id: objectIds.network });
  const forwards = ports.map(({ protocol, bind, host, guest }) => {
    const address = bind === 'localhost' ? '127.0.0.1' : bind;
    return `,hostfwd=${protocol}:${address}:${host ?? 0}-:${guest}`;
  });
  const free = ports.filter(({ host }) => host === null).map(({ name }) => name);
  if (free.length > 0 && spec.host.networking !== 'none')
    notes.push(
      `QEMU chooses the host port of ${free.join(', ')} at each start: "info usernet" in its monitor (Ctrl-A C) says which.`,
    );
  return rows.map((one) => ({
    ...one,
    args: one.args.map((word) => (word === backend ? word + forwards.join('') : word)),
  }));
}

function serialArguments(
  spec: PlainSpec,
  machine: ReturnType<typeof chooseMachine>,
  notes: string[],
): PlannedArgument[] {
  const [, ...others] = plannedLines(spec, machine);
  if (others.length > 0)
    notes.push(
      `Of ${others.length + 1} serial lines the first is the terminal; the others are pseudo-terminals, whose names QEMU says when it starts.`,
    );
  return [
    row('', '', '-serial', 'mon:stdio'),
    ...others.map(({ chardev, on }) =>
      on === 'card'
        ? row('', '', '-chardev', option('pty', { id: chardev }), '-device', option('pci-serial', { chardev }))
        : row('', '', '-serial', 'pty'),
    ),
  ];
}
