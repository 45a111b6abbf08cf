/**
 * Product bundles, version 2: a directory with `product_bundle.json` and the images it names. Owns reading one and
 * keeping its paths inside it: a bundle is downloaded, and must not be able to name a file of the person who boots it.
 * Must never write to a bundle.
 */
import { realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import {
  type BundleImage,
  type ProductBundleFile,
  productBundleFileSchema,
  type SystemSlot,
} from '../../../../src-shared/model/product-bundle.ts';
import { isErrno } from '../../kit/errno.ts';
import { checkDocument, type JsonNote, readJsonDocument } from './product-bundle-json.ts';

export const productBundleFilename = 'product_bundle.json';

/** A file that the bundle names. */
export interface BundleFile {
  /** As written in the bundle. */
  readonly named: string;
  /** Where it is named: `system_a[0].path`. */
  readonly jsonPath: string;
  /** Absolute, links followed; null when it is not there. */
  readonly file: string | null;
  readonly sizeBytes: number | null;
}

export interface PlacedImage {
  readonly image: BundleImage;
  readonly place: BundleFile;
}

export interface ProductBundle {
  /** Absolute, links followed. */
  readonly directory: string;
  /** `product_bundle.json` itself, for messages. */
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly sdkVersion: string;
  readonly systems: Readonly<Record<SystemSlot, readonly PlacedImage[] | null>>;
  readonly bootloaders: readonly { readonly type: string; readonly place: BundleFile }[];
  readonly virtualDevices: BundleFile | null;
  readonly notes: readonly JsonNote[];
}

/**
 * @throws SlipwayError `file_missing`, `file_not_regular`, `file_unreadable`: the directory or its JSON; `invalid_input`:
 * the JSON, or a path that leaves the bundle. The message names the file and the place in it. An image that is merely
 * not there is no error yet: a bundle is shown before it is complete.
 */
export async function readProductBundle(path: string): Promise<ProductBundle> {
  const directory = await bundleDirectory(path);
  const file = join(directory, productBundleFilename);
  const document = await readJsonDocument(file);
  if (!document.ok) {
    if (document.failure.code !== 'file_missing') throw SlipwayError.from(document.failure);
    throw new SlipwayError('file_missing', `${path} is not a product bundle: it has no ${productBundleFilename}.`, {
      hint: 'Choose the directory that contains it; in a downloaded archive it is often called product_bundle.',
      raw: document.failure.raw,
    });
  }
  const checked = checkDocument(file, document.value, productBundleFileSchema);
  if (!checked.ok) throw SlipwayError.from(checked.failure);
  const place = (named: string, jsonPath: string) => placeInBundle({ directory, file }, named, jsonPath);
  const content: ProductBundleFile = checked.value;
  const systemOf = (slot: SystemSlot) => placeImages(content[`system_${slot}`], `system_${slot}`, place);
  return {
    directory,
    file,
    name: content.product_name,
    version: content.product_version,
    sdkVersion: content.sdk_version,
    systems: { a: await systemOf('a'), b: await systemOf('b'), r: await systemOf('r') },
    bootloaders: await Promise.all(
      content.partitions.bootloader_partitions.map(async ({ type, image }, index) => ({
        type,
        place: await place(image, `partitions.bootloader_partitions[${index}].image`),
      })),
    ),
    virtualDevices:
      content.virtual_devices_path === null ? null : await place(content.virtual_devices_path, 'virtual_devices_path'),
    notes: checked.notes,
  };
}

/**
 * A path that a document names, strictly below `root.directory` even after every link was followed.
 *
 * @param from directory the path is relative to; the root itself by default.
 * @throws SlipwayError `invalid_input` when it leads out of the root.
 */
export async function placeInBundle(
  root: { readonly directory: string; readonly file: string },
  named: string,
  jsonPath: string,
  from: string = root.directory,
): Promise<BundleFile> {
  const refuse = (cause: string) =>
    new SlipwayError('invalid_input', `${root.file}: ${jsonPath}: "${named}" leads out of the product bundle.`, {
      cause,
      hint: 'Paths in a bundle are relative and stay inside it. Do not boot a bundle that says otherwise.',
    });
  const parts = named.split(/[/\\]/);
  if (named === '' || named.includes('\0')) throw refuse('It is not the name of a file.');
  if (/^([/\\]|[A-Za-z]:)/.test(named)) throw refuse('It is absolute.');
  // Not normalised away first: `a/../../b` depends on what `a` links to.
  if (parts.includes('..')) throw refuse('It contains "..".');
  const joined = join(from, named);
  try {
    const file = await realpath(joined);
    const below = relative(root.directory, file);
    if (below === '' || below === '..' || below.startsWith(`..${sep}`)) throw refuse(`It is a link to ${file}.`);
    const facts = await stat(file);
    return { named, jsonPath, file, sizeBytes: facts.isFile() ? facts.size : null };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { named, jsonPath, file: null, sizeBytes: null };
    if (error instanceof SlipwayError) throw error;
    throw new SlipwayError('file_unreadable', `${root.file}: ${jsonPath}: ${joined} cannot be read.`, {
      raw: String(error),
    });
  }
}

/** @throws SlipwayError `file_missing` or `file_not_regular`, with the bundle's file and the place that names it. */
export function requireBundleFile(bundle: Pick<ProductBundle, 'file'>, place: BundleFile): string {
  if (place.file === null) {
    throw new SlipwayError('file_missing', `${bundle.file}: ${place.jsonPath}: ${place.named} does not exist.`, {
      hint: 'The bundle is incomplete: build it again, or wait until its download has ended.',
    });
  }
  if (place.sizeBytes === null) {
    throw new SlipwayError('file_not_regular', `${bundle.file}: ${place.jsonPath}: ${place.named} is not a file.`);
  }
  return place.file;
}

async function bundleDirectory(path: string): Promise<string> {
  try {
    const directory = await realpath(path);
    if ((await stat(directory)).isDirectory()) return directory;
  } catch (error) {
    const code = isErrno(error, 'ENOENT', 'ENOTDIR') ? 'file_missing' : 'file_unreadable';
    const what = code === 'file_missing' ? 'does not exist' : 'cannot be read';
    throw new SlipwayError(code, `The product bundle ${path} ${what}.`, { raw: String(error) });
  }
  throw new SlipwayError('file_not_regular', `${path} is not a directory.`, {
    hint: `A product bundle is the directory with ${productBundleFilename} in it; unpack an archive first.`,
  });
}

async function placeImages(
  images: readonly BundleImage[] | null,
  where: string,
  place: (named: string, jsonPath: string) => Promise<BundleFile>,
): Promise<readonly PlacedImage[] | null> {
  if (images === null) return null;
  return Promise.all(
    images.map(async (image, index) => ({ image, place: await place(image.path, `${where}[${index}].path`) })),
  );
}
