/** What a file in a BOOTFS may be called, and in which order its files stand. Pure. */

/** With the NUL at its end, in bytes. */
export const bootfsNameBytes = 256;

/** Null: the name is good. Otherwise what is wrong with it, to follow "the name …". */
export function bootfsNameProblem(name: string): string | null {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) + 1 > bootfsNameBytes) return `is longer than ${bootfsNameBytes - 1} bytes`;
  if (name.startsWith('/')) return 'begins with "/"';
  // Shown in lists and written to terminals: no control character is let through.
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) return 'has a control character';
  const parts = name.split('/');
  if (parts.includes('..')) return 'has ".." in it and would leave the folder it is unpacked to';
  if (parts.includes('.') || parts.includes('')) return 'has an empty part or "." in it';
  return null;
}

/**
 * Part by part, each by its bytes: `a/b` stands before `a-b`. That is how Fuchsia's `zbi` walks its folders, and not
 * what comparing whole names gives.
 */
export function compareBootfsNames(a: string, b: string): number {
  return Buffer.compare(sortKey(a), sortKey(b));
}

const sortKey = (name: string): Buffer => Buffer.from(name.replaceAll('/', '\0'));
