/**
 * Virtual devices: one by path, or those of a product bundle's manifest. Owns finding and reading them; what becomes of
 * one is decided elsewhere. Must never write.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import {
  deviceNames,
  type VirtualDevice,
  type VirtualDeviceManifest,
  virtualDeviceFileSchema,
  virtualDeviceManifestSchema,
} from '../../../../src-shared/model/virtual-device.ts';
import { type ProductBundle, placeInBundle, requireBundleFile } from './product-bundle.ts';
import { checkDocument, type JsonNote, readJsonDocument } from './product-bundle-json.ts';

export interface ReadDevice {
  readonly file: string;
  readonly device: VirtualDevice;
  /** The older devices' own flag template, absolute; null for the built-in ones. */
  readonly template: string | null;
  readonly notes: readonly JsonNote[];
}

/** @throws SlipwayError with the file and the place in it. */
export async function readVirtualDevice(path: string): Promise<ReadDevice> {
  const { device, notes } = await readDeviceFile(path);
  const template = device.start_up_args_template;
  return { file: path, device, template: template === null ? null : resolve(dirname(path), template), notes };
}

export interface BundleDevices {
  /** The recommended one first, then by name. */
  readonly names: readonly string[];
  readonly recommended: string | null;
  readonly notes: readonly JsonNote[];
  /** @throws SlipwayError: unknown name, missing or broken file, or a path that leaves the bundle. */
  read(name: string): Promise<ReadDevice>;
}

/** @throws SlipwayError when the manifest is missing or broken. A bundle without one has no devices. */
export async function readBundleDevices(bundle: ProductBundle): Promise<BundleDevices> {
  if (bundle.virtualDevices === null) {
    return { names: [], recommended: null, notes: [], read: (name) => Promise.reject(unknownDevice(name, [])) };
  }
  const file = requireBundleFile(bundle, bundle.virtualDevices);
  const document = await readJsonDocument(file);
  if (!document.ok) throw SlipwayError.from(document.failure);
  const checked = checkDocument(file, document.value, virtualDeviceManifestSchema);
  if (!checked.ok) throw SlipwayError.from(checked.failure);
  const manifest = checked.value;
  const names = deviceNames(manifest);
  const notes = [...checked.notes];
  const { recommended } = manifest;
  if (recommended !== null && !names.includes(recommended)) {
    notes.push({ path: 'recommended', text: `${file} recommends ${recommended}, which it does not list.` });
  }
  return {
    names,
    recommended: recommended !== null && names.includes(recommended) ? recommended : null,
    notes,
    read: (name) => readListedDevice(bundle, file, manifest, name),
  };
}

/**
 * The device a launch uses: a path is read as it is, a name is looked up, and nothing means the bundle's recommended one
 * or else its first.
 *
 * @throws SlipwayError with the names there are.
 */
export async function chooseVirtualDevice(request: string | null, devices: BundleDevices): Promise<ReadDevice> {
  const wanted = request === null || request === '' ? (devices.names[0] ?? null) : request;
  if (wanted === null) {
    throw new SlipwayError('invalid_input', 'The product bundle has no virtual devices.', {
      hint: 'Give the path of a virtual device JSON file.',
    });
  }
  if (devices.names.includes(wanted)) return devices.read(wanted);
  // A name has no slash and no extension; what has one was meant as a path.
  if (basename(wanted) !== wanted || wanted.endsWith('.json')) return readVirtualDevice(resolve(wanted));
  throw unknownDevice(wanted, devices.names);
}

async function readListedDevice(
  bundle: ProductBundle,
  manifestFile: string,
  manifest: VirtualDeviceManifest,
  name: string,
): Promise<ReadDevice> {
  const named = Object.hasOwn(manifest.device_paths, name) ? manifest.device_paths[name] : undefined;
  if (named === undefined) throw unknownDevice(name, deviceNames(manifest));
  const root = { directory: bundle.directory, file: manifestFile };
  const place = await placeInBundle(root, named, `device_paths.${name}`, dirname(manifestFile));
  const file = requireBundleFile(root, place);
  const { device, notes } = await readDeviceFile(file);
  const template = device.start_up_args_template;
  if (template === null) return { file, device, template: null, notes };
  const inside = { directory: bundle.directory, file };
  const found = await placeInBundle(inside, template, 'data.start_up_args_template', dirname(file));
  if (found.file !== null) return { file, device, template: found.file, notes };
  // Newer bundles may name a template that they no longer carry; ffx has used its own since.
  const text = `${join(dirname(file), template)} is not in the bundle; the built-in template is used.`;
  return { file, device, template: null, notes: [...notes, { path: 'data.start_up_args_template', text }] };
}

async function readDeviceFile(path: string): Promise<{ device: VirtualDevice; notes: readonly JsonNote[] }> {
  const file = await realpath(path).catch(() => path);
  const document = await readJsonDocument(file);
  if (!document.ok) throw SlipwayError.from(document.failure);
  const checked = checkDocument(file, document.value, virtualDeviceFileSchema);
  if (!checked.ok) throw SlipwayError.from(checked.failure);
  return { device: checked.value.data, notes: checked.notes };
}

function unknownDevice(name: string, names: readonly string[]): SlipwayError {
  return new SlipwayError('invalid_input', `There is no virtual device called ${name}.`, {
    hint:
      names.length === 0
        ? 'The bundle has none: give the path of a virtual device JSON file.'
        : `The bundle has: ${names.join(', ')}. A path to a virtual device JSON file works too.`,
  });
}
