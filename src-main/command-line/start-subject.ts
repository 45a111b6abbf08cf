/** What the word after `slipway start` is: a product bundle or the name of an instance. What is there decides. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { UsageError } from './usage.ts';

export type Subject =
  | { readonly kind: 'none' }
  | { readonly kind: 'bundle'; readonly directory: string }
  | { readonly kind: 'name'; readonly name: string };

const manifest = 'product_bundle.json';

/** @throws UsageError when it is both, SlipwayError when it can only be a bundle and is none. */
export async function subjectOf(
  text: string | null,
  { directory, isInstance }: { readonly directory: string; isInstance(name: string): boolean },
): Promise<Subject> {
  if (text === null) return { kind: 'none' };
  if (/^[a-z]+:\/\//.test(text)) {
    throw new SlipwayError('invalid_input', `${text} is an address; Slipway downloads no product bundles.`, {
      hint: 'Download and unpack it, and give its directory.',
    });
  }
  const path = resolve(directory, text);
  const isPath = text.includes('/');
  if (await isThere(join(path, manifest))) {
    if (!isPath && isInstance(text))
      throw new UsageError(`"${text}" is an instance and a product bundle; say ./${text} or --name ${text}`);
    return { kind: 'bundle', directory: path };
  }
  if (isInstance(text)) return { kind: 'name', name: text };
  if (isPath || (await isThere(path))) {
    throw new SlipwayError('file_missing', `${path} is no product bundle: there is no ${manifest} in it.`, {
      hint: 'Give the directory that holds it. Loose images: --kernel FILE --zbi FILE --fxfs FILE',
    });
  }
  return { kind: 'name', name: text };
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
