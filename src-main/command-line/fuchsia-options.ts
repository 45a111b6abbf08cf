/**
 * ffx's flags as a Fuchsia guest: which field each of them is, with ffx's defaults where they differ from the window's.
 * Files are asked for through `grant`; nothing is opened here.
 */

import { limits } from '../../src-shared/limits.ts';
import type { BundleSummary } from '../../src-shared/model/fuchsia.ts';
import type { DraftInput, FileReference } from '../../src-shared/model/spec.ts';
import { fuchsiaDiskKindSchema, fuchsiaEngineSchema } from '../../src-shared/model/spec.ts';
import { macAddressOf } from '../core/guests/fuchsia/mac-address.ts';
import { booleanOf, choiceOf } from './option-values.ts';
import type { StartOptions } from './start-options.ts';
import { UsageError } from './usage.ts';

export type FuchsiaGuestInput = Extract<DraftInput['guest'], { kind: 'fuchsia' }>;
type Grant = (path: string) => Promise<FileReference>;

/** ffx's `emu.name`. */
export const defaultFuchsiaName = 'fuchsia-emulator';
/** ffx's `emu.start.timeout`. */
export const defaultStartupMs = 60_000;

/** @param bundle directory of a product bundle; null: the files, or the template, that the options name. */
export async function fuchsiaGuestOf(
  values: StartOptions,
  grant: Grant,
  bundle: string | null,
): Promise<FuchsiaGuestInput> {
  const guest: FuchsiaGuestInput = { kind: 'fuchsia', source: await sourceOf(values, grant, bundle) };
  return withFuchsiaOptions(guest, values, grant);
}

async function sourceOf(
  values: StartOptions,
  grant: Grant,
  bundle: string | null,
): Promise<FuchsiaGuestInput['source']> {
  // A template says everything, as in ffx: a bundle beside it is not looked at.
  if (values.config !== undefined) return { from: 'template', template: await grant(values.config) };
  if (bundle !== null) return { from: 'bundle', directory: await grant(bundle) };
  const optional = async (path: string | undefined) => (path === undefined ? null : grant(path));
  const [kind, other] = fuchsiaDiskKindSchema.options.filter((known) => values[known] !== undefined);
  if (other !== undefined) throw new UsageError(`one disk at a time: --${kind} or --${other}`);
  const path = kind === undefined ? undefined : values[kind];
  return {
    from: 'files',
    kernel: await optional(values.kernel),
    zbi: await optional(values.zbi),
    disk: kind === undefined || path === undefined ? null : { kind, file: await grant(path) },
  };
}

/** `guest` with what was asked for; what was not asked for stays as it is there. */
export async function withFuchsiaOptions(
  guest: FuchsiaGuestInput,
  values: StartOptions,
  grant: Grant,
): Promise<FuchsiaGuestInput> {
  const given = <T>(value: T | undefined, field: string) => (value === undefined ? {} : { [field]: value });
  const file = async (option: 'dev-config' | 'vbmeta-key' | 'vbmeta-key-metadata' | 'upscript') => {
    const path = values[option];
    return path === undefined ? undefined : grant(path);
  };
  const hidpi = values['hidpi-scaling'];
  return {
    ...guest,
    ...(await withDevice(guest, values, grant)),
    ...given(values.engine && engineOf(values.engine), 'engine'),
    ...given(values.gpu && choiceOf(values.gpu, ['auto', 'host', 'swiftshader_indirect'], '--gpu'), 'gpu'),
    ...given(values.headless, 'headless'),
    ...given(hidpi === undefined ? undefined : booleanOf(hidpi, '--hidpi-scaling'), 'hidpiScaling'),
    ...given(values.console ? 'console' : values.monitor ? 'monitor' : undefined, 'console'),
    ...given(values.debugger, 'debugger'),
    ...given(values['kernel-args'], 'kernelArguments'),
    ...given(await file('dev-config'), 'devConfig'),
    ...given(values.smp, 'smp'),
    ...given(values['no-serial-number'] && false, 'serialNumber'),
    ...given(values.uefi, 'uefi'),
    ...given(await file('vbmeta-key'), 'vbmetaKey'),
    ...given(await file('vbmeta-key-metadata'), 'vbmetaKeyMetadata'),
    ...given(await file('upscript'), 'upscript'),
    ...given(values.verbose, 'verbose'),
  };
}

function engineOf(text: string) {
  if (text === 'crosvm') throw new UsageError('--engine crosvm is not there yet; qemu and femu are');
  return choiceOf(text, fuchsiaEngineSchema.options, '--engine');
}

/** A name in the bundle, or a file: no device's name has a slash in it or ends in `.json`. */
async function withDevice({ source }: FuchsiaGuestInput, values: StartOptions, grant: Grant) {
  const { device } = values;
  const system = values.system === undefined ? undefined : choiceOf(values.system, ['a', 'b', 'r'], '--system');
  if (source.from !== 'bundle') {
    if (system !== undefined) throw new UsageError('--system is one of a product bundle');
    if (device === undefined) return {};
    if (!isPath(device)) throw new UsageError(`--device ${device} names a device of a product bundle; give a file`);
    return { virtualDevice: await grant(device) };
  }
  const changed = { ...source, ...(system === undefined ? {} : { system }) };
  if (device === undefined) return { source: changed };
  if (isPath(device)) return { source: changed, virtualDevice: await grant(device) };
  return { source: { ...changed, device }, virtualDevice: null };
}

function isPath(device: string): boolean {
  return device.includes('/') || /\.json$/i.test(device);
}

/** What a new guest has where nothing was said: ffx opens a window where there is one to open. */
export function withFfxDefaults(
  guest: FuchsiaGuestInput,
  values: StartOptions,
  host: { readonly hasDisplay: boolean; readonly platform: string },
): FuchsiaGuestInput {
  return {
    ...guest,
    headless: values.headless ?? !host.hasDisplay,
    ...(values['hidpi-scaling'] === undefined ? { hidpiScaling: host.platform === 'darwin' } : {}),
  };
}

/** ffx's name for a guest that may be updated over the air: made of its MAC address, so that it keeps both. */
export function uefiName(name: string): string {
  const [, , ...bytes] = macAddressOf(name).split(':');
  return `fuchsia-5254-${bytes.slice(0, 2).join('')}-${bytes.slice(2).join('')}`;
}

/** ffx restages unless it is told to reuse. An instance that is started by its name has its images, and keeps them. */
export function reuseOf(values: StartOptions, isNew: boolean): 'restage' | 'reuse' | 'check' {
  if (values.reuse) return 'reuse';
  if (values['reuse-with-check']) return 'check';
  return isNew || values.restage ? 'restage' : 'check';
}

/** Size and ports of the machine are its device's, until options say otherwise. A port keeps its host side. */
export function withDeviceFacts(draft: DraftInput, device: BundleSummary['devices'][number]): DraftInput {
  const hostOf = (name: string) => draft.host?.ports?.find((port) => port.name === name)?.host ?? null;
  const memoryMiB = Math.floor(device.memoryBytes / 1024 ** 2);
  return {
    ...draft,
    architecture: device.architecture,
    device: {
      ...draft.device,
      memoryMiB: Math.min(Math.max(memoryMiB, limits.memoryMiB.min), limits.memoryMiB.max),
      processors: Math.min(Math.max(device.processors, limits.processors.min), limits.processors.max),
    },
    host: {
      ...draft.host,
      ports: Object.entries(device.ports).map(([name, guest]) => ({
        name,
        protocol: 'tcp',
        guest,
        host: hostOf(name),
      })),
    },
  };
}
