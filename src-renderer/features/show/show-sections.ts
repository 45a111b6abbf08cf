/**
 * show/ owns what `ffx emu show` would print, made readable. It shows what the core says and adds nothing; the shapes
 * are ffx's, and what is not known of them is shown all the same.
 */
import { formatBytes } from '../../state/format.ts';
import { type Fact, machine, words } from '../details/facts.ts';

export const sectionNames = ['Cmd', 'Config', 'Device', 'Net', 'Instance', 'Raw'] as const;
export type SectionName = (typeof sectionNames)[number];

export interface ShownSection {
  readonly name: SectionName;
  readonly value: unknown;
}

/** Label and value, or lines of the machine's own words, under a title of their own where they need one. */
export interface ShownBlock {
  readonly title: string | null;
  readonly facts: readonly Fact[];
  readonly lines: readonly string[];
}

export function sectionsOf(given: readonly Readonly<Record<string, unknown>>[]): readonly ShownSection[] {
  return sectionNames.flatMap((name) => {
    const found = given.find((section) => Object.hasOwn(section, name));
    return found === undefined ? [] : [{ name, value: found[name] }];
  });
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const tree = (value: unknown): Tree => (isTree(value) ? value : {});
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);

const initials = new Set(['cpu', 'mac', 'cid', 'gpu', 'pid', 'os']);

function label(key: string): string {
  const [first = '', ...rest] = key.replace(/_bytes$/, '').split('_');
  const word = (part: string): string => (initials.has(part) ? part.toUpperCase() : part);
  const start = word(first);
  return [start.charAt(0).toUpperCase() + start.slice(1), ...rest.map(word)].join(' ');
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(text).join(', ');
  if (!isTree(value)) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${text(inner)}`)
    .join(', ');
}

function fact(key: string, value: unknown): Fact {
  if (key.endsWith('_bytes') && typeof value === 'number') return words(label(key), formatBytes(value));
  const said = text(value);
  // Paths, addresses and numbers are worth copying; a dash or a single word is not.
  return /[\d/:]/.test(said) ? machine(label(key), said) : words(label(key), said);
}

/** Each option on a line with its values. */
export function optionLines(args: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const arg of args) {
    const last = lines.length - 1;
    if (arg.startsWith('-') || last < 0) lines.push(arg);
    else lines[last] += ` ${/[\s"'\\]/.test(arg) ? `'${arg.replaceAll("'", "'\\''")}'` : arg}`;
  }
  return lines;
}

const environment = (value: unknown): readonly string[] =>
  Object.entries(tree(value)).map(([name, said]) => `${name}=${text(said)}`);

const lines = (title: string, said: readonly string[]): ShownBlock => ({ title, facts: [], lines: said });

function commandBlocks(value: Tree): readonly ShownBlock[] {
  return [
    { title: null, facts: [machine('Program', text(value.program))], lines: [] },
    lines('Arguments', optionLines(texts(value.args))),
    lines('Environment', environment(value.env)),
  ];
}

function flagBlocks(flags: Tree): readonly ShownBlock[] {
  return [
    lines('Args', optionLines(texts(flags.args))),
    lines('Options', optionLines(texts(flags.options))),
    lines('Features', texts(flags.features)),
    lines('Kernel args', texts(flags.kernel_args)),
    lines('Envs', environment(flags.envs)),
  ];
}

/** Plain values first; what holds values of its own follows under its name. */
function treeBlocks(value: Tree): readonly ShownBlock[] {
  const entries = Object.entries(value);
  const inner = entries.filter(([, held]) => isTree(held));
  return [
    {
      title: null,
      facts: entries.filter(([, held]) => !isTree(held)).map(([key, held]) => fact(key, held)),
      lines: [],
    },
    ...inner.map(([key, held]) => ({
      title: label(key),
      // Names in here are the user's own, of ports for one.
      facts: Object.entries(tree(held)).map(([name, said]) => ({ ...fact(name, said), label: name })),
      lines: [],
    })),
  ];
}

function blocks({ name, value }: ShownSection): readonly ShownBlock[] {
  const held = tree(value);
  switch (name) {
    case 'Cmd':
      return commandBlocks(held);
    case 'Config':
      return flagBlocks(tree(held.flags ?? held));
    case 'Device':
      return treeBlocks(tree(held.device ?? held));
    case 'Net':
    case 'Instance':
      return treeBlocks(held);
    case 'Raw':
      return [];
  }
}

export function blocksOf(section: ShownSection): readonly ShownBlock[] {
  return blocks(section).filter((block) => block.facts.length > 0 || block.lines.length > 0);
}
