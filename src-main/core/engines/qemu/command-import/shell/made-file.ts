/** What `cp` and `qemu-img` would make, from their arguments. */
import { basename } from 'node:path';

/** An image that the script makes before the emulator runs: `qemu-img create -b`, `cp`. */
export interface MadeFile {
  readonly from: string;
  readonly as: 'overlay' | 'copy';
  /** Of what it is made from, where the command says it. */
  readonly format: string | null;
}

export function madeFile(program: string, args: readonly string[]): (MadeFile & { readonly path: string }) | null {
  if (program === 'cp') {
    const [from, to, ...more] = args.filter((word) => !/^-./.test(word));
    if (from === undefined || to === undefined || more.length > 0) return null;
    return { path: to.endsWith('/') ? `${to}${basename(from)}` : to, from, as: 'copy', format: null };
  }
  const [verb, ...rest] = args;
  const options = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (/^-[fFbOo]$/.test(word)) options.set(word, rest[++at] ?? '');
    else if (!word.startsWith('-')) words.push(word);
  }
  const [first, second] = words;
  if (first === undefined) return null;
  if (verb === 'create') {
    const base = options.get('-b') ?? /(?:^|,)backing_file=([^,]+)/.exec(options.get('-o') ?? '')?.[1];
    return base === undefined ? null : { path: first, from: base, as: 'overlay', format: options.get('-F') ?? null };
  }
  if (verb !== 'convert' || second === undefined) return null;
  return { path: second, from: first, as: 'copy', format: options.get('-f') ?? null };
}
