import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultFfxInstanceRoot, exportEngineData, parseEngineData, readEngineData } from './engine-data.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'engine-data-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const amount = { quantity: 8192, units: 'megabytes' };
const device = {
  audio: { model: 'hda' },
  cpu: { architecture: 'x64', count: 4 },
  memory: amount,
  pointing_device: 'mouse',
  screen: { height: 800, width: 1280, units: 'pixels' },
  storage: { quantity: 20, units: 'gigabytes' },
};
const flags = { args: [], envs: {}, features: [], kernel_args: [], options: [] };
const host = {
  acceleration: 'hyper',
  architecture: 'x64',
  gpu: 'swiftshader_indirect',
  log: '/i/emu/emulator.log',
  networking: 'user',
  os: 'linux',
  port_map: { ssh: { guest: 22, host: 8022 }, debug: { guest: 2345, host: null } },
};
const runtime = {
  addl_kernel_args: [],
  config_override: false,
  console: 'none',
  debugger: false,
  headless: true,
  hidpi_scaling: false,
  instance_directory: '/i/emu',
  log_level: 'info',
  mac_address: '52:54:47:5e:82:ef',
  name: 'fuchsia-emulator',
  startup_timeout: { secs: 60, nanos: 0 },
  template: '/t',
  upscript: null,
};
const guests = {
  2024: { disk_image: { Fvm: '/i/emu/fvm.blk' }, kernel_image: '/i/emu/multiboot.bin', zbi_image: '/i/emu/f.zbi' },
  2025: {
    disk_image: { Fxfs: '/i/emu/fxfs.blk' },
    kernel_image: '/i/emu/kernel',
    zbi: '/i/emu/f.zbi',
    zbi_hash: 'ab',
    disk_hash: 'cd',
    vbmeta_key_file: null,
    is_gpt: false,
    ovmf_code: '',
  },
  2026: { disk_image: { Gpt: '/g' }, kernel_image: null, ramdisk: { path: '/i/emu/f.zbi', kind: 'Zbi' } },
} as const;
const record = (guest: object, change: object = {}, inRuntime: object = {}) => ({
  emulator_configuration: { device, flags, guest, host, runtime: { ...runtime, ...inRuntime } },
  pid: 4242,
  engine_type: 'femu',
  engine_state: 'running',
  ...change,
});

const parsed = (document: unknown) => {
  const reading = parseEngineData('/i/emu/engine.json', document);
  if (!reading.ok) throw new Error(reading.failure.message);
  return reading.value;
};
const failed = (document: unknown) => {
  const reading = parseEngineData('/i/emu/engine.json', document);
  if (reading.ok) throw new Error('it was read');
  return reading.failure;
};

describe('reading engine.json of every year', () => {
  it.each(['2024', '2025', '2026'] as const)('form %s: the boot image is found under its name of then', (form) => {
    const extra = form === '2026' ? { smp: null, serial_number: 'EM-0123456AB' } : {};
    const { data, form: found } = parsed(record(guests[form], {}, extra));
    expect(found).toBe(form);
    expect(data.emulator_configuration.guest.ramdisk).toEqual({ path: '/i/emu/f.zbi', kind: 'Zbi' });
    expect(data.pid).toBe(4242);
    expect(data.engine_state).toBe('running');
  });

  it('says what was filled, and with what', () => {
    const { notes, data } = parsed(record(guests[2024], { engine_state: undefined }));
    const texts = notes.map(({ path, text }) => `${path}: ${text}`);
    expect(texts).toContain('emulator_configuration.runtime.engine_type: Not in the file; taken to be "femu".');
    expect(texts).toContain('emulator_configuration.device.avx2_enabled: Not in the file; taken to be true.');
    expect(texts).toContain('emulator_configuration.runtime.smp: Not in the file; taken to be null.');
    expect(data.engine_state).toBe('new');
  });

  it('ignores what a future ffx adds, and says so', () => {
    const { notes } = parsed({ ...record(guests[2026]), hologram: true });
    expect(notes).toContainEqual({ path: 'hologram', text: 'This field is not known and was left out.' });
  });

  it.each([
    ['EM-0123456AB', 'EM-0123456AB'],
    [{ Enabled: 'EM-1' }, 'EM-1'],
    [{ enabled: 'EM-2' }, 'EM-2'],
    ['Disabled', null],
    ['legacy', null],
  ])('serial number %o is read as %o', (serial_number, expected) => {
    const { data } = parsed(record(guests[2026], {}, { serial_number }));
    expect(data.emulator_configuration.runtime.serial_number).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['pid', { ...record(guests[2024]), pid: undefined }, 'engine.json: pid:'],
    ['engine_type', { ...record(guests[2024]), engine_type: 'bochs' }, 'engine.json: engine_type:'],
    [
      'port number',
      record(guests[2024], {
        emulator_configuration: {
          ...record(guests[2024]).emulator_configuration,
          host: { ...host, port_map: { ssh: { guest: 0 } } },
        },
      }),
      'engine.json: emulator_configuration.host.port_map.ssh.guest:',
    ],
    ['everything', [], 'engine.json: the document is not an object'],
  ])('broken %s: an error value that names file and place', (_what, document, message) => {
    const failure = failed(document);
    expect(failure.code).toBe('invalid_input');
    expect(failure.message).toContain(`/i/emu/${message}`);
  });

  it.each([
    ['{\n  "pid": 1,\n  "x": }', 'line 3, column 8'],
    ['{"pid": 1', 'line 1, column 10'],
    ['', 'line 1, column 1'],
    ['{"a":[1,]}', 'line 1, column 9'],
    ['{"a":"b\nc"}', 'line 1, column 6'],
    ['{"a":1}}', 'line 1, column 8'],
    ["{'a':1}", 'line 1, column 2'],
  ])('weakness of ffx: text that is cut or wrong (%o) is an error value with its place', async (text, place) => {
    await writeFile(join(root, 'engine.json'), text);
    const reading = await readEngineData(root);
    expect(reading.ok ? '' : reading.failure.message).toContain(place);
  });

  it('a directory without a record is a value too', async () => {
    const reading = await readEngineData(root);
    expect(reading.ok ? null : reading.failure.code).toBe('file_missing');
  });
});

describe('export to ffx', () => {
  it('weakness of ffx: writes whole or not at all, without a pid that could be killed', async () => {
    const { data } = parsed(record(guests[2024]));
    await exportEngineData(data, join(root, 'copy', 'emu', 'engine.json'), [join(root, 'ffx')]);
    expect(await readdir(join(root, 'copy', 'emu'))).toEqual(['engine.json']);
    const written: unknown = JSON.parse(await readFile(join(root, 'copy', 'emu', 'engine.json'), 'utf8'));
    expect(written).toMatchObject({ pid: 0, engine_state: 'staged' });
    const again = parsed(written);
    expect(again.form).toBe('2026');
    expect(again.notes).toEqual([]);
    expect(again.data.emulator_configuration).toEqual(data.emulator_configuration);
  });

  it("never writes into ffx's own directory, not even through a link", async () => {
    const ffx = join(root, 'ffx');
    await mkdir(join(ffx, 'emu'), { recursive: true });
    await symlink(ffx, join(root, 'link'));
    const { data } = parsed(record(guests[2026]));
    for (const file of [join(ffx, 'emu', 'engine.json'), join(root, 'link', 'new', 'engine.json')]) {
      await expect(exportEngineData(data, file, [ffx])).rejects.toMatchObject({ failure: { code: 'not_permitted' } });
    }
    expect(await readdir(ffx)).toEqual(['emu']);
    await exportEngineData(data, join(root, 'ffx-copy', 'engine.json'), [ffx]);
  });

  it("knows ffx's place", () => {
    expect(defaultFfxInstanceRoot({ HOME: '/h' }, 'linux')).toBe('/h/.local/share/Fuchsia/ffx/emu/instances');
    expect(defaultFfxInstanceRoot({ HOME: '/h', XDG_DATA_HOME: '/d' }, 'linux')).toBe('/d/Fuchsia/ffx/emu/instances');
  });
});
