/**
 * The form of one row in the tables of known messages, and the pieces their patterns are made of.
 *
 * A pattern is for one line without the program's name, from its beginning to its end: a text that only resembles the
 * message must not be taken for it.
 */
import type { Failure, Fix } from '../../../../src-shared/contract/errors.ts';

/** What patterns may capture. One that did not take part is an empty text. */
const groupNames = ['path', 'name', 'reason', 'option', 'value', 'port', 'address', 'number', 'limit', 'id'] as const;
export type Groups = Readonly<Record<(typeof groupNames)[number], string>>;

/** What the message is about, for whoever looks at the host and at the Spec for more. */
export type Subject =
  /** `address` empty: not said. */
  | { readonly about: 'port'; readonly address: string; readonly port: number }
  | { readonly about: 'lock'; readonly path: string }
  | { readonly about: 'file'; readonly path: string; readonly use: 'read' | 'write' }
  /** A disk whose format was said wrong, or that is damaged. */
  | { readonly about: 'format' }
  | { readonly about: 'damage'; readonly path: string }
  | { readonly about: 'name'; readonly of: 'machine' | 'device' | 'cpu'; readonly name: string }
  | { readonly about: 'memory' }
  | { readonly about: 'processors'; readonly most: number }
  | { readonly about: 'accelerator' };

export interface Explained extends Pick<Failure, 'code' | 'message' | 'cause' | 'hint' | 'field'> {
  readonly fixes?: readonly Fix[];
  readonly subject?: Subject;
}

export interface Rule {
  /** Unique; kept in failures and reports. */
  readonly id: string;
  readonly family: string;
  readonly pattern: RegExp;
  /** `launch`: ends QEMU before it runs. `end`: the last words of one that ran. Nothing said: launch. */
  readonly when?: 'launch' | 'end' | 'any';
  /** QEMU's versions that have this wording, where they are known. */
  readonly since?: string;
  readonly until?: string;
  /** Real messages in full, with where the wording is from: the version of QEMU, or what else prints it. */
  readonly seen: readonly (readonly [from: string, text: string])[];
  /** `log`: everything that was said, for what stands in other lines. */
  explain(groups: Groups, log: string): Explained;
}

/**
 * What libc says of an errno: glibc, musl and macOS each in its own words. Another language is not known, and what is
 * not known stays unexplained.
 */
export const errno = {
  again: '(?:Resource temporarily unavailable|Resource unavailable)',
  badAddress: "(?:Cannot assign requested address|Can't assign requested address|Address not available)",
  busy: '(?:Device or resource busy|Resource busy)',
  denied: '(?:Permission denied|Operation not permitted)',
  full: '(?:No space left on device|Disk quota exceeded|Quota exceeded)',
  inUse: '(?:Address already in use|Address in use)',
  isDirectory: 'Is a directory',
  missing: '(?:No such file or directory|Not a directory)',
  noMemory: '(?:Cannot allocate memory|Out of memory)',
  readOnly: 'Read-only file system',
  refused: 'Connection refused',
} as const;

/**
 * `-drive file=…: ` before a message: QEMU says where on its command line it was; qemu-img and backing files say which
 * image it is about.
 */
const location = "(?:-{1,2}[\\w-]+(?: .*?)?: )?(?:Could not open '[^']*': )?";

/** A whole line that is this message, wherever on the command line it is about. */
export function said(message: string): RegExp {
  return new RegExp(`^${location}${message}$`);
}

/** The same for the argument of one option, which is captured as `value`. */
export function saidOf(option: string, message: string): RegExp {
  return new RegExp(`^-{1,2}${option} (?<value>.*?): ${message}$`);
}

/** Null: no match. */
export function matchRule(rule: Rule, line: string): Groups | null {
  const match = rule.pattern.exec(line);
  if (match === null) return null;
  const captured: Readonly<Record<string, string | undefined>> = match.groups ?? {};
  const filled = groupNames.map((name) => [name, captured[name] ?? '']);
  return Object.fromEntries(filled);
}

/** `see` for a person who can type: the list QEMU prints itself. */
export const listHint = (option: string) => `\`qemu-system-… ${option} help\` lists what there is.`;
export const extraField = 'runtime.extraArguments';
export const commandTab = 'The Command tab shows which field each argument comes from.';
