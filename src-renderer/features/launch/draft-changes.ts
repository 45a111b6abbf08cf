/**
 * What differs between two drafts, and how changes made in a command line go into a draft that says more than a command
 * line can (a recipe's guest, an overlay disk, a group). Pure.
 */
import type { Draft } from '../../../src-shared/model/spec.ts';

export interface DraftChange {
  /** Dotted path into the draft. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

const isFile = (value: object): value is { readonly shown: string } => 'token' in value && 'shown' in value;

/** Every leaf with its path. A file is what is shown of it: its token is new every time. */
function leavesOf(value: unknown, at = '', leaves = new Map<string, string>()): Map<string, string> {
  const below = (key: string | number): string => (at === '' ? String(key) : `${at}.${key}`);
  if (typeof value !== 'object' || value === null) {
    if (value !== null && value !== '') leaves.set(at, String(value));
  } else if (isFile(value)) leaves.set(at, value.shown);
  else if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    if (value.length > 0) leaves.set(at, value.join(' '));
  } else for (const [key, item] of Object.entries(value)) leavesOf(item, below(key), leaves);
  return leaves;
}

export function changesBetween(before: Draft, after: Draft): DraftChange[] {
  const old = leavesOf(before);
  const recent = leavesOf(after);
  return [...new Set([...old.keys(), ...recent.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? '', after: recent.get(field) ?? '' }))
    .filter((change) => change.before !== change.after);
}

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify([...leavesOf(one)]) === JSON.stringify([...leavesOf(other)]);

/** `current`, with what `edited` has and `base` has not. */
function taken<T extends object>(current: T, base: T, edited: T): T {
  const changed = Object.entries(edited).filter(([key]) => !same(at(base, key), at(edited, key)));
  return { ...current, ...Object.fromEntries(changed) };
}

const at = (value: object, key: string): unknown => Object.entries(value).find(([name]) => name === key)?.[1];

/**
 * The draft after its command line was edited: `base` is what the line said before, read back, and `edited` what it says
 * now. Only what differs between the two is taken over.
 */
export function withEditedCommand(current: Draft, base: Draft, edited: Draft): Draft {
  return {
    ...taken(current, base, edited),
    // A command line has no place for these.
    name: base.name === edited.name ? current.name : edited.name,
    group: current.group,
    notes: current.notes,
    guest: guestOf(current.guest, base.guest, edited.guest),
    device: taken(current.device, base.device, edited.device),
    host: taken(current.host, base.host, edited.host),
    runtime: {
      ...taken(current.runtime, base.runtime, edited.runtime),
      debug: taken(current.runtime.debug, base.runtime.debug, edited.runtime.debug),
      extraArguments: extraOf(current, base, edited),
    },
  };
}

type Guest = Draft['guest'];

function guestOf(current: Guest, base: Guest, edited: Guest): Guest {
  if (same(base, edited)) return current;
  if (current.kind === base.kind && base.kind === edited.kind) return taken(current, base, edited);
  // A recipe reads back as the kernel it boots; what a person can add to its command line stays the recipe's.
  const isRecipe = current.kind === 'demo' || current.kind === 'linux';
  if (
    isRecipe &&
    base.kind === 'kernel' &&
    edited.kind === 'kernel' &&
    same({ ...base, append: '' }, { ...edited, append: '' })
  ) {
    const own = base.append.slice(0, base.append.length - current.append.length);
    if (edited.append.startsWith(own)) return { ...current, append: edited.append.slice(own.length).trim() };
  }
  return edited;
}

function extraOf(current: Draft, base: Draft, edited: Draft): string {
  const [own, was, is] = [current, base, edited].map(({ runtime }) => runtime.extraArguments.trim());
  if (own === undefined || was === undefined || is === undefined || was === is) return current.runtime.extraArguments;
  if (own === was) return is;
  // The line has more of them than the form: what Slipway makes and reading does not know. Only what came is added.
  if (is.startsWith(was)) return [own, is.slice(was.length).trim()].filter(Boolean).join(' ');
  return is;
}
