/**
 * Instances in ffx's layout for tests: directory, images, `engine.json` in the words of any year, and an emulator started
 * with the arguments ffx gives it: sockets by absolute path, no uuid.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { eventually } from '../../../testing/eventually.ts';

export type Form = '2024' | '2025' | '2026';

const flags = { args: [], envs: {}, features: [], kernel_args: [], options: [] };

export interface RecordChange {
  readonly form?: Form;
  readonly pid?: number;
  readonly state?: string;
  readonly binary?: string;
  readonly args?: readonly string[];
  readonly portMap?: Readonly<Record<string, { guest: number; host: number | null }>>;
}

/** `engine.json` of the emulator in `directory`, as ffx of that year writes it. */
export function recordOf(directory: string, change: RecordChange = {}): object {
  const { form = '2026', pid = 0, state = 'staged', binary = '/sdk/aemu', args = [], portMap } = change;
  const at = (name: string) => join(directory, name);
  const disk_image = { Fxfs: at('fxfs.blk') };
  const guests = {
    2024: { disk_image, kernel_image: at('kernel'), zbi_image: at('f.zbi') },
    2025: { disk_image, kernel_image: at('kernel'), zbi: at('f.zbi'), vbmeta_key_file: null, is_gpt: false },
    2026: { disk_image, kernel_image: at('kernel'), ramdisk: { path: at('f.zbi'), kind: 'Zbi' } },
  };
  return {
    emulator_binary: binary,
    emulator_configuration: {
      device: {
        audio: { model: 'hda' },
        cpu: { architecture: 'x64', count: 4 },
        memory: { quantity: 512, units: 'megabytes' },
        pointing_device: 'mouse',
        screen: { height: 800, width: 1280, units: 'pixels' },
        storage: { quantity: 2, units: 'gigabytes' },
      },
      flags: { ...flags, args },
      guest: guests[form],
      host: {
        acceleration: 'none',
        architecture: 'x64',
        gpu: 'swiftshader_indirect',
        log: at('emulator.log'),
        networking: 'user',
        os: 'linux',
        port_map: portMap ?? { ssh: { guest: 22, host: null } },
      },
      runtime: {
        addl_kernel_args: [],
        config_override: false,
        console: 'none',
        debugger: false,
        headless: true,
        hidpi_scaling: false,
        instance_directory: directory,
        log_level: 'info',
        mac_address: '52:54:47:5e:82:ef',
        name: basename(directory),
        startup_timeout: { secs: 60, nanos: 0 },
        template: null,
        upscript: null,
        ...(form === '2026' ? { smp: null, serial_number: 'EM-0123456AB' } : {}),
      },
    },
    pid,
    engine_type: 'qemu',
    engine_state: state,
  };
}

/** A staged instance that does not run. */
export async function stageInstance(directory: string, change: RecordChange = {}): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const image of ['kernel', 'f.zbi', 'fxfs.blk']) await writeFile(join(directory, image), `${image}\n`);
  await writeRecord(directory, change);
}

export async function writeRecord(directory: string, change: RecordChange = {}): Promise<void> {
  await writeFile(join(directory, 'engine.json'), JSON.stringify(recordOf(directory, change)));
}

export interface FfxEmulator {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<void>;
  kill(): Promise<void>;
}

/** What ffx gives every emulator of its. */
export function ffxArguments(directory: string, more: readonly string[] = []): string[] {
  const unix = (name: string) => `unix:${join(directory, name)},server,nowait`;
  return [
    ...['-qmp-pretty', unix('qmp'), '-monitor', unix('monitor')],
    ...['-serial', `${unix('serial')},logfile=${join(directory, 'emulator.log.serial')}`],
    ...more,
  ];
}

/** Starts it and records it the way ffx does: the pid, and "running". */
export async function startEmulator(
  directory: string,
  binary: string,
  change: RecordChange & { readonly arguments?: readonly string[] } = {},
): Promise<FfxEmulator> {
  const args = change.arguments ?? ffxArguments(directory);
  await stageInstance(directory, { ...change, state: 'configured' });
  const log = openSync(join(directory, 'emulator.log'), 'w');
  const child = spawn(binary, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const pid = child.pid ?? 0;
  await writeRecord(directory, { pid, state: 'running', binary, args, ...change });
  await eventually(async () => (await lstat(join(directory, 'serial'))).isSocket(), { timeoutMs: 10_000 });
  return {
    child,
    pid,
    ended,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Names, kinds, modes and contents of everything below a directory, by path. Logs that grow are left out. */
export async function fingerprint(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of entries) {
    if (/\.(log|serial)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const info = await lstat(path);
    const content = entry.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : '';
    found[path.slice(directory.length + 1)] = `${info.mode.toString(8)} ${info.ino} ${info.mtimeMs} ${content}`;
  }
  return found;
}
