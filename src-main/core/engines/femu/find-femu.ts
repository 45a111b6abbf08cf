/**
 * femu: the Fuchsia build of the Android emulator, whose program is called `aemu`. Owns where it is looked for and what
 * to say when there is none. Must never run what it finds: it answers no questions without opening a window.
 */
import { realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import { readRegularTextSync } from '../../kit/regular-file.ts';
import { findHostTool, type HostTool, type HostToolSearch, requireExecutable } from '../../process/host-tool.ts';
import type { EngineCapabilities } from '../engine.ts';

/** The root of a Fuchsia SDK (IDK), the directory with `meta/manifest.json`. */
export const sdkVariable = 'SLIPWAY_FUCHSIA_SDK';
export const aemuVariable = 'SLIPWAY_AEMU';

const manifestSchema = z.object({ parts: z.array(z.object({ meta: z.string() })) });
/** Newer SDKs wrap the tool's metadata in an envelope. Its first file is the program. */
const toolFields = z.object({ name: z.string(), files: z.array(z.string()).min(1) });
const toolSchema = z.union([toolFields, z.object({ data: toolFields }).transform(({ data }) => data)]);

/**
 * In this order: the variable that names the program, the SDK's manifest, beside `ffx`, PATH. Null when there is none.
 *
 * @throws SlipwayError `engine_missing` when the variable names something that cannot be executed.
 */
export function findFemu(search: HostToolSearch): HostTool | null {
  const own = search.environment[aemuVariable];
  if (own !== undefined && own !== '') {
    try {
      return { ...requireExecutable(own, 'guest.engine'), note: `Named by $${aemuVariable}.` };
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      throw SlipwayError.from({
        ...error.failure,
        code: 'engine_missing',
        hint: `Correct $${aemuVariable}, or unset it.`,
      });
    }
  }
  const inSdk = findSdkTool('aemu_internal', search);
  if (inSdk !== null) return inSdk;
  // As ffx does when its SDK's manifest does not know the tool.
  const ffx = findHostTool(['ffx'], search);
  const beside = ffx === null ? null : executable(join(dirname(realOf(ffx.path)), 'aemu'));
  if (beside !== null) return { path: beside, note: `Found beside ${ffx?.path ?? 'ffx'}.` };
  return findHostTool(['aemu'], search);
}

/** A program of the SDK by the name that its manifest gives it (`aemu_internal`, `qemu_internal`). */
export function findSdkTool(name: string, { environment }: HostToolSearch): HostTool | null {
  const root = environment[sdkVariable];
  if (root === undefined || root === '') return null;
  const manifest = manifestSchema.safeParse(readJson(join(root, 'meta', 'manifest.json')));
  if (!manifest.success) return null;
  for (const { meta } of manifest.data.parts) {
    // Reading the metadata of hundreds of parts would take longer than everything else.
    if (!meta.includes(name)) continue;
    const tool = toolSchema.safeParse(readJson(join(root, meta)));
    const file = tool.success && tool.data.name === name ? tool.data.files[0] : undefined;
    const path = file === undefined ? null : resolve(root, file);
    const found = path?.startsWith(resolve(root) + sep) ? executable(path) : null;
    if (found !== null) return { path: found, note: `Named by the manifest of the SDK in ${root}.` };
  }
  return null;
}

export function femuMissing(): SlipwayError {
  return new SlipwayError('engine_missing', 'femu (aemu) is not installed.', {
    cause: `It is not in the SDK, not beside ffx and not in PATH.`,
    hint: `It comes with the Fuchsia SDK: set $${sdkVariable} to the SDK's directory, or $${aemuVariable} to the program. Or choose the engine qemu.`,
    field: 'guest.engine',
  });
}

/** The QEMU inside is 2.12 whatever the Android emulator around it calls itself. */
export function femuCapabilities(binary: string, architecture: Architecture): EngineCapabilities {
  return {
    kind: 'femu',
    binary,
    architecture,
    version: '2.12 (aemu)',
    versionNumbers: [2, 12, 0],
    accelerators: ['tcg', process.platform === 'darwin' ? 'hvf' : 'kvm'],
    machines: [],
    devices: [],
    sandbox: false,
  };
}

function executable(path: string): string | null {
  try {
    return requireExecutable(path, 'guest.engine').path;
  } catch {
    return null;
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readRegularTextSync(path, 1024 * 1024));
  } catch {
    return null;
  }
}
