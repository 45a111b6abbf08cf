/**
 * ffx's record of an emulator, `engine.json`, whatever year's ffx wrote it. Owns reading it and writing a copy for ffx
 * elsewhere. Must never write into a directory of ffx's own: ffx may be reading there, and does not write atomically.
 */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { type EngineData, engineDataSchema } from '../../../../src-shared/model/ffx-engine-data.ts';
import { writeJsonAtomically } from '../../kit/atomic-file.ts';
import { isErrno } from '../../kit/errno.ts';
import { type EngineDataForm, filledFields, upgradeEngineData } from './engine-data-upgrade.ts';
import { broken, checkDocument, type JsonNote, type Reading, readJsonDocument } from './product-bundle-json.ts';

export const engineDataFilename = 'engine.json';

export interface ReadEngineData {
  readonly data: EngineData;
  readonly form: EngineDataForm;
  /** What was filled in, read under another name or not understood. */
  readonly notes: readonly JsonNote[];
}

/**
 * Reads `<directory>/engine.json`. A broken record is a value with the place of the fault: a broken instance is listed,
 * as ffx lists it with the state `error`. Truncated text is normal for a moment, because ffx writes in place.
 */
export async function readEngineData(directory: string): Promise<Reading<ReadEngineData>> {
  const file = join(directory, engineDataFilename);
  const document = await readJsonDocument(file);
  if (!document.ok) return document;
  const reading = parseEngineData(file, document.value);
  if (!reading.ok) return reading;
  return { ok: true, value: reading.value, notes: reading.value.notes };
}

/** Pure. `file` is where the document came from; its directory gives what older records leave out. */
export function parseEngineData(file: string, document: unknown): Reading<ReadEngineData> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return broken(file, `${file}: the document is not an object.`, '');
  }
  const directory = dirname(file);
  const upgraded = upgradeEngineData(document, { path: directory, name: basename(directory) });
  const checked = checkDocument(file, upgraded.value, engineDataSchema);
  if (!checked.ok) return checked;
  const notes = [...upgraded.notes, ...checked.notes, ...filledFields(upgraded.value, checked.value)];
  return { ok: true, value: { data: checked.value, form: upgraded.form, notes }, notes };
}

/**
 * Where ffx keeps its instances unless `emu.instance_dir` says otherwise. The Linux place is documented; the macOS one
 * is where Fuchsia's other tools keep their data.
 */
export function defaultFfxInstanceRoot(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  const data = environment.XDG_DATA_HOME;
  const home = environment.HOME ?? homedir();
  const linux = data !== undefined && isAbsolute(data) ? data : join(home, '.local', 'share');
  const base = platform === 'darwin' ? join(home, 'Library') : linux;
  return join(base, 'Fuchsia', 'ffx', 'emu', 'instances');
}

/** Where ffx's instances are looked for: `SLIPWAY_FFX_INSTANCES`, for those who set `emu.instance_dir`, or the default. */
export function ffxInstanceRoot(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const configured = environment.SLIPWAY_FFX_INSTANCES;
  return configured ? resolve(configured) : defaultFfxInstanceRoot(environment);
}

/**
 * Writes a copy in the newest form to `file`, whole or not at all.
 *
 * The pid stays here: ffx sends SIGKILL to the number it finds, without looking whose it is by then.
 *
 * @param ffxRoots ffx's instance directories, the default one and configured ones.
 * @throws SlipwayError `not_permitted` when `file` is in one of them; what the file system throws otherwise.
 */
export async function exportEngineData(data: EngineData, file: string, ffxRoots: readonly string[]): Promise<void> {
  const directory = await realDirectory(dirname(file));
  for (const root of ffxRoots) {
    if (!isInside(directory, await realDirectory(root))) continue;
    throw new SlipwayError('not_permitted', `${file} is in a directory of ffx's own.`, {
      cause: 'ffx keeps its instances there, and a record from elsewhere would be an instance it never made.',
      hint: 'Choose another directory for the copy.',
    });
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const engine_state = data.engine_state === 'running' ? 'staged' : data.engine_state;
  await writeJsonAtomically(join(directory, basename(file)), { ...data, pid: 0, engine_state });
}

/** The directory with links followed, as far as it is there already. */
async function realDirectory(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
    throw new SlipwayError('file_not_regular', `${path} is not a directory.`);
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || dirname(path) === path) throw error;
    return join(await realDirectory(dirname(path)), basename(path));
  }
}

function isInside(path: string, root: string): boolean {
  const below = relative(root, path);
  return below === '' || (below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below));
}
