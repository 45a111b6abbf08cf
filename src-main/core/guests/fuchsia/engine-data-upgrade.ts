/**
 * Older spellings of `engine.json` in the newest one. Pure.
 *
 * The forms, by year: `2024` (`kernel_image` and `zbi_image` mandatory), `2025` (optional, with signing, firmware and
 * GPT; for a time `zbi` in place of `zbi_image`), `2026` (`ramdisk` with a kind, `smp`, `serial_number`).
 */
import { ffxEngines } from '../../../../src-shared/model/emulator-configuration.ts';
import { isRecord, type JsonNote } from './product-bundle-json.ts';

export type EngineDataForm = '2024' | '2025' | '2026';

export interface UpgradedEngineData {
  readonly form: EngineDataForm;
  readonly value: unknown;
  readonly notes: readonly JsonNote[];
}

/**
 * What cannot be read stays as it is, for the schema to name.
 *
 * @param directory the instance's own directory: older records do not say where they are.
 */
export function upgradeEngineData(
  document: unknown,
  directory: { readonly path: string; readonly name: string },
): UpgradedEngineData {
  const value = structuredClone(document);
  const notes: JsonNote[] = [];
  const configuration = isRecord(value) ? value.emulator_configuration : undefined;
  if (!isRecord(value) || !isRecord(configuration)) return { form: '2026', value, notes };
  const form = formOf(configuration);
  foldCase(value, 'engine_type', 'engine_type', notes);
  foldCase(value, 'engine_state', 'engine_state', notes);
  const { guest, runtime, host } = configuration;
  if (isRecord(guest)) upgradeGuest(guest, notes);
  if (isRecord(runtime)) upgradeRuntime(runtime, value.engine_type, directory, notes);
  if (isRecord(host) && host.log === undefined) {
    host.log = `${directory.path}/emulator.log`;
    notes.push(filled('emulator_configuration.host.log', host.log));
  }
  return { form, value, notes };
}

function formOf({ guest, runtime }: Record<string, unknown>): EngineDataForm {
  const has = (part: unknown, key: string) => isRecord(part) && key in part;
  if (has(guest, 'ramdisk') || has(runtime, 'smp') || has(runtime, 'serial_number')) return '2026';
  return has(guest, 'vbmeta_key_file') || has(guest, 'is_gpt') || has(guest, 'zbi') ? '2025' : '2024';
}

function upgradeGuest(guest: Record<string, unknown>, notes: JsonNote[]): void {
  for (const old of ['zbi_image', 'zbi']) {
    if (!(old in guest)) continue;
    const image = guest[old];
    delete guest[old];
    if (guest.ramdisk !== undefined) continue;
    guest.ramdisk = typeof image === 'string' && image !== '' ? { path: image, kind: 'Zbi' } : null;
    notes.push({ path: `emulator_configuration.guest.${old}`, text: 'Read as the ramdisk, which is its name today.' });
  }
  // A path that was never set was written as an empty one before paths became optional.
  for (const key of ['kernel_image', 'vbmeta_key_file', 'vbmeta_key_metadata_file']) {
    if (guest[key] === '') guest[key] = null;
  }
  for (const key of ['ovmf_code', 'ovmf_vars']) if (guest[key] === null) guest[key] = '';
}

function upgradeRuntime(
  runtime: Record<string, unknown>,
  engineType: unknown,
  directory: { readonly path: string; readonly name: string },
  notes: JsonNote[],
): void {
  const fill = (key: string, value: unknown) => {
    if (runtime[key] !== undefined) return;
    runtime[key] = value;
    notes.push(filled(`emulator_configuration.runtime.${key}`, value));
  };
  fill('name', directory.name);
  fill('instance_directory', directory.path);
  // One that is wrong is named where it is written, not where it would be copied to.
  if (ffxEngines.some((engine) => engine === engineType)) fill('engine_type', engineType);
  if (typeof runtime.startup_timeout === 'number') runtime.startup_timeout = { secs: runtime.startup_timeout };
  const serial = runtime.serial_number;
  if (serial === undefined || serial === null || typeof serial === 'string') {
    // `Disabled` and `Legacy` are modes without a number of their own.
    if (typeof serial === 'string' && /^(disabled|legacy)$/i.test(serial)) runtime.serial_number = null;
    return;
  }
  const mode = isRecord(serial) ? Object.entries(serial)[0] : undefined;
  if (mode !== undefined && /^enabled$/i.test(mode[0]) && typeof mode[1] === 'string') runtime.serial_number = mode[1];
  else if (mode !== undefined && /^(disabled|legacy)$/i.test(mode[0])) runtime.serial_number = null;
}

function foldCase(value: Record<string, unknown>, key: string, path: string, notes: JsonNote[]): void {
  const text = value[key];
  if (typeof text !== 'string' || text === text.toLowerCase()) return;
  value[key] = text.toLowerCase();
  notes.push({ path, text: `Read as ${text.toLowerCase()}.` });
}

function filled(path: string, value: unknown): JsonNote {
  return { path, text: `Not in the file; taken to be ${JSON.stringify(value)}.` };
}

/** Every field that is in `after` and was not in `before`, which is to say: the schema's default was taken. */
export function filledFields(before: unknown, after: unknown, path = ''): JsonNote[] {
  if (!isRecord(after) || Array.isArray(after)) return [];
  return Object.entries(after).flatMap(([key, value]) => {
    const where = path === '' ? key : `${path}.${key}`;
    if (isRecord(before) && Object.hasOwn(before, key)) return filledFields(before[key], value, where);
    return [filled(where, value)];
  });
}
