/**
 * What is typed above the list: words, and words with a key (`state:running`, `kind:disk`, `arch:aarch64`, `group:work`,
 * `port:2222`). Every word must be found; of several with one key, one is enough. Pure.
 */
import { type InstanceView, statusWord } from '../../src-shared/model/instance.ts';

export const filterKeys = ['state', 'kind', 'arch', 'group', 'port'] as const;
export type FilterKey = (typeof filterKeys)[number];

interface Term {
  readonly key: FilterKey | null;
  readonly value: string;
}

/** `group:"two words"` is one term, and so is `"two words"`. */
const termPattern = /(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;

function termsOf(text: string): Term[] {
  return [...text.matchAll(termPattern)].map(([whole, word, quoted, bare]) => {
    const value = (quoted ?? bare ?? '').toLowerCase();
    const key = filterKeys.find((known) => known === word?.toLowerCase()) ?? null;
    // Some other word with a colon in it: text like any other.
    return { key, value: key !== null || word === undefined ? value : whole.toLowerCase() };
  });
}

/** Everything a state is called: the word that is shown, and the phase behind it. */
const stateWords = ({ status }: InstanceView): string[] => [statusWord(status), status.phase];

const ports = ({ ports: mapped }: InstanceView): string[] =>
  mapped.flatMap(({ name, host, guest }) => [name, String(guest), ...(host === null ? [] : [String(host)])]);

function valuesOf(view: InstanceView, key: FilterKey): string[] {
  switch (key) {
    case 'state':
      return stateWords(view);
    case 'kind':
      return [view.guestKind, ...(view.origin === 'ffx' ? ['ffx'] : [])];
    case 'arch':
      return [view.architecture];
    case 'group':
      return [view.group];
    case 'port':
      return ports(view);
  }
}

function isMet(view: InstanceView, { key, value }: Term): boolean {
  if (key === null) return false;
  // `group:""` is what has none.
  if (value === '') return valuesOf(view, key).includes('');
  return valuesOf(view, key).some((own) =>
    key === 'port' || key === 'state' ? own.toLowerCase() === value : own.toLowerCase().includes(value),
  );
}

function textOf(view: InstanceView): string {
  const { id, name, group, guestKind, architecture, origin } = view;
  const listening = view.ports.flatMap(({ name: port, host }) => [port, ...(host === null ? [] : [`:${host}`])]);
  return [name, id, group, guestKind, architecture, origin === 'ffx' ? 'ffx' : '', ...stateWords(view), ...listening]
    .join(' ')
    .toLowerCase();
}

/** Whether an instance is what the text asks for. Parsed once for many. */
export function filterOf(text: string): (view: InstanceView) => boolean {
  const terms = termsOf(text);
  if (terms.length === 0) return () => true;
  const words = terms.filter(({ key }) => key === null);
  const keys = filterKeys.filter((key) => terms.some((term) => term.key === key));
  return (view) => {
    const text = textOf(view);
    return (
      words.every(({ value }) => text.includes(value)) &&
      keys.every((key) => terms.some((term) => term.key === key && isMet(view, term)))
    );
  };
}

const written = (key: FilterKey, value: string): string =>
  /^\S+$/.test(value) ? `${key}:${value}` : `${key}:"${value}"`;

export function hasFilter(text: string, key: FilterKey, value: string): boolean {
  return termsOf(text).some((term) => term.key === key && term.value === value.toLowerCase());
}

/** The text with this filter put in, or taken out where it is in. */
export function withFilterToggled(text: string, key: FilterKey, value: string): string {
  if (!hasFilter(text, key, value)) return `${text.trim()} ${written(key, value)}`.trim();
  return [...text.matchAll(termPattern)]
    .map(([whole]) => whole)
    .filter((whole) => !hasFilter(whole, key, value))
    .join(' ');
}

/** How many filters with a key there are. */
export const filterCount = (text: string): number => termsOf(text).filter(({ key }) => key !== null).length;
