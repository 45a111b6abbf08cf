/** `$NAME` and every form of `${NAME…}`. */
import { type Expand, type Expansion, text, unknown } from './expansion.ts';
import { globSource } from './glob.ts';
import type { Part } from './syntax.ts';
import type { Value, Variables } from './variables.ts';

type Parameter = Extract<Part, { kind: 'parameter' }>;

export function expandParameter(part: Parameter, variables: Variables, expand: Expand): Expansion {
  const { name, operator } = part;
  const base = name.replace(/\[.*\]$/, '');
  const index = /\[(.*)\]$/.exec(name)?.[1] ?? null;
  if (operator === '!') return text(unknown(`{!${name}}`, variables));
  const value = parameterValue(base, index, variables);
  // `${#NAME}`; in `${NAME#…}` something follows.
  if (operator === '#' && part.argument === null) return text(String(lengthOf(value)));
  const isEmpty =
    value === null || (value.kind === 'text' ? value.text === '' : value.kind === 'list' && value.items.length === 0);
  const asked = operator.startsWith(':') ? isEmpty : value === null;
  const argument = () => (part.argument === null ? '' : expand.text(part.argument, variables));
  switch (operator.replace(/^:(?=[-=?+])/, '')) {
    case '-':
      return asked ? defaultOf(part, variables, expand) : spelled(value, part, variables, expand);
    case '=':
      if (asked) variables.set(base, { kind: 'text', text: argument() });
      return asked ? defaultOf(part, variables, expand) : spelled(value, part, variables, expand);
    case '+':
      return asked ? text('') : defaultOf(part, variables, expand);
    case '?':
    case '':
      return spelled(value, part, variables, expand);
    default:
      return edited(spelled(value, part, variables, expand), operator, argument, variables);
  }
}

/** A default that is one quoted or unquoted word stays one; more than that is split like any value. */
function defaultOf(part: Parameter, variables: Variables, expand: Expand): Expansion {
  const argument = part.argument === null ? '' : expand.text(part.argument, variables);
  return text(argument);
}

function parameterValue(name: string, index: string | null, variables: Variables): Value | null {
  if (name === '@' || name === '*') return positionals(variables);
  if (name === '#') return { kind: 'text', text: String(variables.positional?.length ?? 0) };
  if (/^[1-9]\d*$/.test(name)) {
    const given = variables.positional?.[Number(name) - 1];
    const named = given === undefined ? variables.get(name) : null;
    if (given !== undefined) return { kind: 'text', text: given };
    return named ?? (variables.positional === null ? null : { kind: 'text', text: '' });
  }
  const value = variables.get(name);
  if (index === null || index === '@' || index === '*' || value?.kind !== 'list') return value;
  return { kind: 'text', text: value.items.at(Number(index)) ?? '' };
}

function positionals(variables: Variables): Value | null {
  return variables.positional === null ? null : { kind: 'list', items: variables.positional };
}

function lengthOf(value: Value | null): number {
  if (value === null) return 0;
  return value.kind === 'list' ? value.items.length : value.text.length;
}

function spelled(value: Value | null, { name, quoted }: Parameter, variables: Variables, expand: Expand): Expansion {
  if (value === null) return text(isSilent(name) ? '' : unknown(name.replace(/\[.*\]$/, ''), variables));
  if (value.kind === 'make') return expand.make(value.text, quoted, variables);
  if (value.kind === 'text') return text(value.text);
  const isList = name === '@' || name.endsWith('[@]') || (!quoted && (name === '*' || name.endsWith('[*]')));
  if (isList) return { kind: 'list', items: quoted ? value.items : value.items.flatMap((item) => item.split(/\s+/)) };
  // `$ARGS` of a list is its first item.
  return text(name === '*' || name.endsWith('[*]') ? value.items.join(' ') : (value.items[0] ?? ''));
}

/** Special parameters that say nothing about a guest. */
function isSilent(name: string): boolean {
  return ['?', '!', '-', '$'].includes(name);
}

/** Cutting tries every place, so that the time it takes grows with the square of this. */
const longestEdited = 8192;

function edited(expansion: Expansion, operator: string, argument: () => string, variables: Variables): Expansion {
  const whole = expansion.kind === 'text' ? expansion.text : expansion.items.join(' ');
  // What is not known cannot be cut; its mark stays and asks for it.
  if (variables.unknowns.namesIn(whole).length > 0) return text(whole);
  if (whole.length > longestEdited) throw new RangeError('it edits a very long text');
  switch (operator) {
    case '%':
    case '%%':
      return text(cutEnd(whole, argument(), operator === '%%'));
    case '#':
    case '##':
      return text(whole.replace(new RegExp(`^(?:${globSource(argument(), operator === '##')})`), ''));
    case '/':
    case '//':
    case '/#':
    case '/%': {
      const [pattern = '', replacement = ''] = splitReplacement(argument());
      const source = globSource(pattern);
      const anchored = operator === '/#' ? `^${source}` : operator === '/%' ? `${source}$` : source;
      return text(whole.replace(new RegExp(anchored, operator === '//' ? 'g' : ''), () => replacement));
    }
    case '^':
      return text(whole.charAt(0).toUpperCase() + whole.slice(1));
    case '^^':
      return text(whole.toUpperCase());
    case ',':
      return text(whole.charAt(0).toLowerCase() + whole.slice(1));
    case ',,':
      return text(whole.toLowerCase());
    case ':': {
      const [from = 0, count] = argument().split(':').map(Number);
      return text(whole.slice(from, count === undefined ? undefined : from + count));
    }
    default:
      return text(unknown(`{…${operator}}`, variables));
  }
}

/** The shortest or longest end that matches, tried from the end or the start. */
function cutEnd(whole: string, pattern: string, longest: boolean): string {
  const matcher = new RegExp(`^${globSource(pattern)}$`);
  const starts = Array.from({ length: whole.length + 1 }, (_, index) => (longest ? index : whole.length - index));
  const start = starts.find((at) => matcher.test(whole.slice(at)));
  return start === undefined ? whole : whole.slice(0, start);
}

function splitReplacement(argument: string): [string, string] {
  const at = argument.indexOf('/');
  return at < 0 ? [argument, ''] : [argument.slice(0, at), argument.slice(at + 1)];
}
