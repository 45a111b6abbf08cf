/**
 * Goes through a script as a shell would, without running anything: assignments are made, functions entered, loops over
 * given words unrolled, and every command that would start an emulator is collected. What only running something could
 * tell is decided the way that leads on to the emulator, and said.
 */
import { resolve } from 'node:path';
import { type EmulatorCommand, findEmulatorCommand, looksLikeArguments } from '../find-emulator-command.ts';
import { expandText, expandWords, makeWords } from './expand-words.ts';
import { matchesGlob } from './glob.ts';
import { judge, judgeConditions } from './judge-condition.ts';
import { type MadeFile, madeFile } from './made-file.ts';
import { parseScript } from './parse-script.ts';
import { type Assignment, literalText, type Node, type SimpleCommand } from './syntax.ts';
import type { Value, Variables } from './variables.ts';

export interface FoundCommand extends EmulatorCommand {
  /** Where it would run. */
  readonly directory: string;
  readonly line: number;
  /** `A=b` before it. */
  readonly environment: readonly string[];
  readonly redirections: readonly string[];
}

/** `stop`: after `exit` or `return`. */
type Flow = 'on' | 'stop';

const maxSteps = 20_000;
/** Steps can be long ones, and nothing else is done meanwhile. */
const maxMs = 3000;
const maxDepth = 30;
const maxTurns = 64;

export class ScriptInterpreter {
  readonly found: FoundCommand[] = [];
  readonly functions = new Map<string, readonly Node[]>();
  /** By the path as the script spells it. */
  readonly made = new Map<string, MadeFile>();
  readonly #variables: Variables;
  readonly #called = new Set<string>();
  readonly #startedMs = performance.now();
  #steps = 0;
  #depth = 0;

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** @throws RangeError for a script that does not come to an end. */
  run(nodes: readonly Node[]): Flow {
    for (const node of nodes) if (this.#node(node) === 'stop') return 'stop';
    return 'on';
  }

  /** Functions that nothing called: the call may be one that is not understood. */
  runUncalled(): void {
    for (const [name, body] of this.functions) {
      if (this.#called.has(name)) continue;
      this.run(body);
      if (this.found.length > 0) {
        this.#variables.note(`The function ${name} is read although nothing is seen to call it.`);
        return;
      }
    }
  }

  #node(node: Node): Flow {
    if (++this.#steps > maxSteps) throw new RangeError('it does not come to an end');
    if (performance.now() - this.#startedMs > maxMs) throw new RangeError('it takes too long');
    switch (node.kind) {
      case 'command':
        return this.#command(node);
      case 'and-or':
        return this.#andOr(node);
      case 'not':
        return this.#node(node.node);
      case 'pipeline': {
        for (const part of node.nodes) if (this.#node(part) === 'stop') return 'stop';
        return 'on';
      }
      case 'group':
        return this.run(node.body);
      case 'if':
        return this.#if(node);
      case 'for':
        return this.#for(node);
      case 'while':
        return this.#while(node);
      case 'case':
        return this.#case(node);
      case 'function':
        this.functions.set(node.name, node.body);
        return 'on';
    }
  }

  #andOr({ left, operator, right }: Extract<Node, { kind: 'and-or' }>): Flow {
    const verdict = judge(left, this.#variables);
    if (verdict === null && this.#node(left) === 'stop') return 'stop';
    // A command is taken to succeed.
    const succeeds = verdict ?? true;
    // `[ -e disk ] || qemu-img create …`: what is made there is worth knowing, whether or not it is there already.
    const makesFile =
      verdict === null && operator === '||' && isTest(left) && !touchesVariables([right]) && !endsScript([right]);
    if (makesFile) return this.#node(right);
    if (succeeds !== (operator === '&&')) return 'on';
    if (verdict === null && isTest(left) && endsScript([right])) return 'on';
    return this.#node(right);
  }

  #if({ branches, otherwise, line }: Extract<Node, { kind: 'if' }>): Flow {
    for (const { condition, body } of branches) {
      const verdict = judgeConditions(condition, this.#variables);
      if (verdict === false) continue;
      if (verdict === null) {
        this.run(condition);
        // A branch that ends the script is not the one that leads to the emulator.
        if (endsScript(body)) continue;
        if (touchesVariables(body) || touchesVariables(otherwise ?? []))
          this.#variables.note(`The condition in line ${line} cannot be told without running it; it is taken as true.`);
      }
      return this.run(body);
    }
    return otherwise === null || endsScript(otherwise) ? 'on' : this.run(otherwise);
  }

  #for({ variable, items, body, line }: Extract<Node, { kind: 'for' }>): Flow {
    const words = items === null ? [...(this.#variables.positional ?? [])] : expandWords(items, this.#variables);
    if (words.length > maxTurns) this.#variables.note(`Of the loop in line ${line} only ${maxTurns} turns are read.`);
    for (const word of words.slice(0, maxTurns)) {
      this.#variables.set(variable, { kind: 'text', text: word });
      if (this.run(body) === 'stop') return 'stop';
    }
    return 'on';
  }

  #while({ condition, until, body, line }: Extract<Node, { kind: 'while' }>): Flow {
    const verdict = judgeConditions(condition, this.#variables);
    if (verdict === until) return 'on';
    // `while getopts`, `while read`: what they would read is not there.
    if (verdict === null) return 'on';
    this.#variables.note(`The loop in line ${line} is read once.`);
    return this.run(body);
  }

  #case({ subject, arms, line }: Extract<Node, { kind: 'case' }>): Flow {
    const text = expandText(subject, this.#variables);
    const isKnown = this.#variables.unknowns.namesIn(text).length === 0;
    const armOf = (word: string) =>
      arms.find(({ patterns }) => patterns.some((pattern) => matchesGlob(word, this.#pattern(pattern))));
    // What nobody set is empty to a shell; only where that leads nowhere another choice is taken.
    const forNothing = isKnown ? undefined : armOf('');
    const chosen = isKnown
      ? armOf(text)
      : forNothing !== undefined && !endsScript(forNothing.body)
        ? forNothing
        : arms.find(({ body }) => !endsScript(body));
    if (!isKnown && chosen !== undefined) {
      this.#variables.note(
        `What is chosen in line ${line} depends on ${this.#variables.unknowns.spell(text)}; one that leads on is taken.`,
      );
    }
    return chosen === undefined || endsScript(chosen.body) ? 'on' : this.run(chosen.body);
  }

  #pattern(pattern: Parameters<typeof expandText>[0]): string {
    // Quoted characters stand for themselves.
    return pattern.parts
      .map((part) =>
        part.kind === 'text' && part.quoted
          ? part.text.replace(/[*?[\\]/g, '\\$&')
          : expandText({ parts: [part] }, this.#variables),
      )
      .join('');
  }

  #command(command: SimpleCommand): Flow {
    const { line, redirections } = command;
    const words = expandWords(command.words, this.#variables);
    const [name, ...args] = words;
    if (name === undefined || isDeclaration(name)) {
      for (const assignment of command.assignments) this.#assign(assignment);
      return 'on';
    }
    const environment = command.assignments.map(
      (assignment) =>
        `${assignment.name}=${'parts' in assignment.value ? expandText(assignment.value, this.#variables) : ''}`,
    );
    const body = this.functions.get(name);
    if (body !== undefined) return this.#call(name, body, args);
    if (this.#builtIn(name, args) === 'stop') return 'stop';
    const emulator = findEmulatorCommand(words) ?? this.#unnamed(words);
    if (emulator !== null) {
      this.found.push({ ...emulator, directory: this.#variables.directory, line, environment, redirections });
    } else if (name.startsWith('-') && this.found.length > 0) {
      this.#variables.note(
        `Line ${line} begins with the option ${this.#variables.unknowns.spell(name)} but belongs to no command: the line before it does not end in a backslash.`,
      );
    }
    return 'on';
  }

  /** `$QEMU -m 1G …` where nobody says what QEMU is. */
  #unnamed(words: readonly string[]): EmulatorCommand | null {
    const at = words.findIndex((word) => this.#variables.unknowns.namesIn(word).length > 0);
    if (at < 0 || at > 2 || words.slice(0, at).some((word) => word.startsWith('-'))) return null;
    return looksLikeArguments(words.slice(at + 1)) ? { argv: words.slice(at), before: words.slice(0, at) } : null;
  }

  #builtIn(name: string, args: readonly string[]): Flow {
    const variables = this.#variables;
    const [first = ''] = args;
    switch (name) {
      case 'exit':
      case 'return':
        return 'stop';
      case 'cd':
      case 'pushd': {
        const target = args.find((word) => !/^-./.test(word) || word === '-');
        if (target === undefined || target === '-' || variables.unknowns.namesIn(target).length > 0) return 'on';
        variables.directory = resolve(variables.directory, target);
        return 'on';
      }
      case 'set':
        if (args.includes('--')) variables.positional = args.slice(args.indexOf('--') + 1);
        return 'on';
      case 'shift':
        variables.positional = variables.positional?.slice(first === '' ? 1 : Number(first)) ?? null;
        return 'on';
      case 'unset':
        for (const arg of args) variables.unset(arg);
        return 'on';
      case 'eval':
        return this.#inner(args.join(' '));
      case 'source':
      case '.':
        variables.note(`${variables.unknowns.spell(first)} is not read; what it sets is not known.`);
        return 'on';
      case 'qemu-img':
      case 'cp': {
        const made = madeFile(name, args);
        if (made !== null) this.made.set(made.path, made);
        return 'on';
      }
      default:
        return this.#shell(name, args);
    }
  }

  /** `sh -c "…"`, also behind sudo. */
  #shell(name: string, args: readonly string[]): Flow {
    const words = [name, ...args];
    const at = words.findIndex((word) => /(^|\/)(ba|da|z|k)?sh$/.test(word));
    const flag = at < 0 ? -1 : words.findIndex((word, index) => index > at && /^-\w*c$/.test(word));
    const script = flag < 0 ? undefined : words[flag + 1];
    return script === undefined ? 'on' : this.#inner(script);
  }

  #inner(source: string): Flow {
    return this.#deeper(() => this.run(parseScript(source).nodes));
  }

  #call(name: string, body: readonly Node[], args: readonly string[]): Flow {
    this.#called.add(name);
    const before = this.#variables.positional;
    this.#variables.positional = args;
    this.#deeper(() => this.run(body));
    this.#variables.positional = before;
    return 'on';
  }

  #deeper(work: () => Flow): Flow {
    if (this.#depth >= maxDepth) throw new RangeError('its functions call each other without end');
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  #assign({ name, append, value, makeText }: Assignment): void {
    const variables = this.#variables;
    const before = variables.get(name);
    // `A="$A more"` with an A that nobody set begins with nothing.
    if (before === null) variables.set(name, { kind: 'text', text: '' });
    if (makeText !== null) {
      const text = append && before !== null && before.kind !== 'list' ? `${before.text} ${makeText}` : makeText;
      // What is set by hand wins over a Makefile's own default.
      variables.set(name, { kind: 'make', text });
      return;
    }
    const next: Value =
      'parts' in value
        ? { kind: 'text', text: expandText(value, variables) }
        : { kind: 'list', items: expandWords(value, variables) };
    variables.set(name, append ? joined(before, next, variables) : next);
  }
}

function joined(before: Value | null, next: Value, variables: Variables): Value {
  if (before === null) return next;
  const items = (value: Value) =>
    value.kind === 'list'
      ? value.items
      : value.kind === 'make'
        ? [textOf(value, variables)]
        : value.text === ''
          ? []
          : [value.text];
  if (before.kind === 'list' || next.kind === 'list')
    return { kind: 'list', items: [...items(before), ...items(next)] };
  return { kind: 'text', text: textOf(before, variables) + next.text };
}

function textOf(value: Value, variables: Variables): string {
  if (value.kind === 'list') return value.items.join(' ');
  if (value.kind === 'text') return value.text;
  const expansion = makeWords(value.text, true, variables);
  return expansion.kind === 'text' ? expansion.text : expansion.items.join(' ');
}

function isDeclaration(name: string): boolean {
  return ['export', 'local', 'declare', 'typeset', 'readonly'].includes(name);
}

function isTest(node: Node): boolean {
  return (
    node.kind === 'command' &&
    node.words[0] !== undefined &&
    ['[', '[[', 'test'].includes(literalText(node.words[0]) ?? '')
  );
}

const ending = new Set(['exit', 'return', 'die', 'usage', 'fatal', 'abort', 'fail', 'error', 'panic']);

/** Whether some statement leaves the script. */
function endsScript(nodes: readonly Node[]): boolean {
  return nodes.some((node) => {
    if (node.kind === 'command') return node.words[0] !== undefined && ending.has(literalText(node.words[0]) ?? '');
    if (node.kind === 'group') return endsScript(node.body);
    if (node.kind === 'and-or') return endsScript([node.left, node.right]);
    return false;
  });
}

function touchesVariables(nodes: readonly Node[]): boolean {
  return nodes.some((node) => node.kind !== 'command' || node.assignments.length > 0);
}
