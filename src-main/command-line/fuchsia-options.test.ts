import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DraftInput, draftSchema } from '../../src-shared/model/spec.ts';
import { reuseOf, uefiName, withDeviceFacts, withFfxDefaults } from './fuchsia-options.ts';
import { withOptions } from './start-draft.ts';
import { defaultName, guestOf, newDraft } from './start-guest.ts';
import { parseStartOptions } from './start-options.ts';
import { UsageError } from './usage.ts';

const granted = (path: string) => ({
  token: `path-${Buffer.from(path).toString('hex').padEnd(32, '0').slice(0, 32)}`,
  shown: path,
});
const grant = async (path: string) => granted(resolve('/caller', path));
const file = granted;

/** As `start` makes one: the word without an option is a bundle here. */
async function fuchsia(...args: string[]) {
  const { values, subject } = parseStartOptions(args);
  const guest = await guestOf(values, grant, subject);
  if (guest === null) throw new UsageError('no guest');
  const draft = await withOptions(newDraft(values.name ?? defaultName(values, guest.kind), guest), values, grant);
  const parsed = draftSchema.parse(draft);
  if (parsed.guest.kind !== 'fuchsia') throw new Error(`a ${parsed.guest.kind} guest`);
  return { ...parsed, guest: parsed.guest };
}

describe('ffx’s flags', () => {
  it('a bundle alone: ffx’s name, network, timeout, and images that are made anew', async () => {
    expect(await fuchsia('out/pb')).toEqual(
      draftSchema.parse({
        name: 'fuchsia-emulator',
        guest: {
          kind: 'fuchsia',
          source: { from: 'bundle', directory: file('/caller/out/pb') },
          reuse: 'restage',
        },
        device: { memoryMiB: 4096, processors: 4 },
        host: { networking: 'auto', ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: null }] },
        runtime: { readinessMs: 60_000 },
      }),
    );
  });

  type Field = Partial<Awaited<ReturnType<typeof fuchsia>>['guest']>;
  it.each<[string, string[], Field]>([
    ['--console', ['--console'], { console: 'console' }],
    ['--monitor', ['--monitor'], { console: 'monitor' }],
    ['-m', ['-m'], { console: 'monitor' }],
    ['--debugger', ['--debugger'], { debugger: true }],
    ['--dev-config', ['--dev-config', 'dev.json'], { devConfig: file('/caller/dev.json') }],
    ['--device NAME', ['--device', 'x64-emu'], { virtualDevice: null }],
    ['--device PATH', ['--device', './x64-emu'], { virtualDevice: file('/caller/x64-emu') }],
    ['--device FILE.json', ['--device', 'mine.json'], { virtualDevice: file('/caller/mine.json') }],
    ['--engine femu', ['--engine', 'femu'], { engine: 'femu' }],
    ['--engine qemu', ['--engine', 'qemu'], { engine: 'qemu' }],
    ['--gpu', ['--gpu', 'host'], { gpu: 'host' }],
    ['--headless', ['--headless'], { headless: true }],
    ['-H', ['-H'], { headless: true }],
    ['--hidpi-scaling', ['--hidpi-scaling', 'true'], { hidpiScaling: true }],
    ['--kernel-args', ['--kernel-args', 'a=1', '-c', 'b c'], { kernelArguments: ['a=1', 'b c'] }],
    ['--no-serial-number', ['--no-serial-number'], { serialNumber: false }],
    ['--reuse', ['--reuse'], { reuse: 'reuse' }],
    ['--reuse-with-check', ['--reuse-with-check'], { reuse: 'check' }],
    ['--smp', ['--smp', '16,threads=2'], { smp: '16,threads=2' }],
    ['--uefi', ['--uefi'], { uefi: true }],
    [
      '--vbmeta-key',
      ['--vbmeta-key', 'k.pem', '--vbmeta-key-metadata', 'k.bin'],
      { vbmetaKey: file('/caller/k.pem'), vbmetaKeyMetadata: file('/caller/k.bin') },
    ],
    ['--verbose', ['--verbose'], { verbose: true }],
    ['-V', ['-V'], { verbose: true }],
    ['--upscript', ['--upscript', 'up.sh'], { upscript: file('/caller/up.sh') }],
  ])('%s', async (_, args, field) => {
    expect((await fuchsia('pb', ...args)).guest).toMatchObject(field);
  });

  it.each<[string, string[], unknown]>([
    ['--accel auto', ['--accel', 'auto'], { acceleration: 'auto' }],
    ['--accel none', ['--accel', 'none'], { acceleration: 'tcg' }],
    ['--net tap', ['--net', 'tap'], { networking: 'tap', ports: [] }],
    ['--net none', ['--net', 'none'], { networking: 'none', ports: [] }],
    ['--net user', ['--net', 'user'], { networking: 'user', ports: [{ name: 'ssh' }] }],
    ['--port-map', ['--port-map', 'ssh:8022'], { networking: 'auto', ports: [{ name: 'ssh', guest: 22, host: 8022 }] }],
    ['--port-map 0', ['--port-map', 'ssh:0'], { ports: [{ name: 'ssh', host: null }] }],
    ['the last --port-map of a name', ['--port-map', 'ssh:1', '--port-map', 'ssh:2'], { ports: [{ host: 2 }] }],
    [
      '--additional-port-forwards',
      ['--additional-port-forwards', 'web:80', '--port-map', 'web:8080'],
      { ports: [{ name: 'ssh' }, { name: 'web', protocol: 'tcp', guest: 80, host: 8080 }] },
    ],
    ['--port beside the device’s', ['--port', 'web:80'], { ports: [{ name: 'web' }, { name: 'ssh' }] }],
  ])('%s', async (_, args, host) => {
    expect((await fuchsia('pb', ...args)).host).toMatchObject(host as object);
  });

  it('--accel hyper is what this host has', async () => {
    const { values } = parseStartOptions(['--accel', 'hyper']);
    const acceleration = async (platform: string) =>
      (await withOptions(newDraft('d', { kind: 'demo' }), values, grant, { isNew: true, platform })).host?.acceleration;
    expect([await acceleration('linux'), await acceleration('darwin')]).toEqual(['kvm', 'hvf']);
  });

  it('--startup-timeout is what the window waits, too', async () => {
    expect((await fuchsia('pb', '-s', '90')).runtime.readinessMs).toBe(90_000);
    expect((await fuchsia('pb', '--startup-timeout', '0')).runtime.readinessMs).toBe(180_000);
  });

  it('--device and --system are of the bundle', async () => {
    const { source } = (await fuchsia('pb', '--device', 'x64-emu', '--system', 'r')).guest;
    expect(source).toEqual({ from: 'bundle', directory: file('/caller/pb'), device: 'x64-emu', system: 'r' });
  });
});

describe('without a bundle', () => {
  it.each<[string, string[], object]>([
    [
      'kernel, zbi and fxfs',
      ['--kernel', 'k', '--zbi', 'z', '--fxfs', 'f'],
      { kernel: file('/caller/k'), zbi: file('/caller/z'), disk: { kind: 'fxfs', file: file('/caller/f') } },
    ],
    ['a zbi and fvm', ['--zbi', 'z', '--fvm', 'f'], { kernel: null, disk: { kind: 'fvm', file: file('/caller/f') } }],
    ['a FAT disk', ['--fat', 'esp.img'], { kernel: null, zbi: null, disk: { kind: 'fat' } }],
  ])('%s are loose files', async (_, args, source) => {
    expect((await fuchsia(...args)).guest.source).toMatchObject({ from: 'files', ...source });
  });

  it('--config is a template, whatever is beside it', async () => {
    const template = { from: 'template', template: file('/caller/flags.hbs') };
    expect((await fuchsia('--config', 'flags.hbs')).guest.source).toEqual(template);
    expect(await fuchsia('pb', '--config', 'flags.hbs')).toMatchObject({
      guest: { source: template },
      host: { ports: [] },
    });
  });

  it('size and architecture can be said where no device says them', async () => {
    expect(await fuchsia('--kernel', 'k', '--zbi', 'z', '--memory', '512', '--arch', 'aarch64')).toMatchObject({
      architecture: 'aarch64',
      device: { memoryMiB: 512 },
    });
  });
});

describe('refused in words', () => {
  it.each<[string[], string]>([
    [['pb', '--demo'], 'one guest at a time: --demo or a product bundle'],
    [['pb', '--kernel', 'k'], 'one guest at a time: --kernel or a product bundle'],
    [['--zbi', 'z', '--fvm', 'a', '--fxfs', 'b'], 'one disk at a time: --fvm or --fxfs'],
    [['--zbi', 'z', '--initrd', 'i'], '--initrd is not for a fuchsia guest'],
    [['pb', '--append', 'x'], '--append is not for a fuchsia guest'],
    [['pb', '--memory', '64'], '--memory is what the virtual device says'],
    [['pb', '--cpu', 'max'], '--cpu is not for a fuchsia guest'],
    [['pb', '--engine', 'crosvm'], 'crosvm is not there yet'],
    [['pb', '--engine', 'bochs'], '--engine is one of'],
    [['pb', '--gpu', 'fast'], '--gpu is one of'],
    [['pb', '--hidpi-scaling', 'yes'], '--hidpi-scaling is one of true, false'],
    [['pb', '--net', 'bridge'], '--net is one of'],
    [['pb', '--accel', 'xen'], '--accel is one of'],
    [['pb', '--port-map', 'ssh'], '--port-map takes NAME:PORT'],
    [['pb', '--port-map', 'web:80'], 'There is no port called web to map'],
    [['pb', '--additional-port-forwards', 'web:0'], 'takes a port number'],
    [['pb', '--console', '--monitor'], 'either --console or --monitor'],
    [['pb', '--reuse', '--reuse-with-check'], 'either --reuse or --reuse-with-check'],
    [['pb', '--net', 'user', '--no-network'], 'either --no-network or --net'],
    [['pb', '--vbmeta-key', 'k'], '--vbmeta-key and --vbmeta-key-metadata go together'],
    [['--zbi', 'z', '--device', 'x64'], 'names a device of a product bundle'],
    [['--zbi', 'z', '--system', 'b'], '--system is one of a product bundle'],
    [['--demo', '--gpu', 'host'], '--gpu is not for a demo guest'],
    [['--demo', '--net', 'tap'], '--net tap is not for a demo guest'],
    [['--demo', '--engine', 'femu'], '--engine femu is not for a demo guest'],
    [['--disk', 'd', '-c', 'x'], '--kernel-args is not for a disk guest'],
  ])('%j', async (args, words) => {
    await expect(fuchsia(...args)).rejects.toThrow(words);
  });
});

describe('ffx’s flags on other guests', () => {
  const draftOf = async (...args: string[]): Promise<DraftInput> => {
    const { values } = parseStartOptions(args);
    const guest = await guestOf(values, grant);
    if (guest === null) throw new UsageError('no guest');
    return withOptions(newDraft(defaultName(values), guest), values, grant);
  };

  it('mean the nearest there is', async () => {
    expect(await draftOf('--demo', '--append', 'quiet', '-c', 'a=1', '-c', 'b')).toMatchObject({
      guest: { append: 'quiet a=1 b' },
    });
    expect(await draftOf('--linux', '--port-map', 'ssh:8022')).toMatchObject({ host: { ports: [{ host: 8022 }] } });
    expect(await draftOf('--demo', '--debugger')).toMatchObject({
      runtime: { debug: { gdb: { port: null }, startPaused: true } },
    });
    expect(await draftOf('--demo', '--net', 'none')).toMatchObject({ host: { networking: 'none' } });
    expect(await draftOf('--demo', '--engine', 'qemu', '-H', '-V', '--reuse')).toMatchObject({
      runtime: { staging: 'reuse' },
    });
  });
});

describe('what ffx decides by itself', () => {
  const guest = { kind: 'fuchsia', source: { from: 'bundle', directory: file('/pb') } } as const;

  it('a window where there is a display, unless it is told not to', () => {
    const headless = (hasDisplay: boolean, values = {}) =>
      withFfxDefaults(guest, values, { hasDisplay, platform: 'linux' }).headless;
    expect([headless(true), headless(false), headless(true, { headless: true })]).toEqual([false, true, true]);
    const hidpi = (platform: string) => withFfxDefaults(guest, {}, { hasDisplay: true, platform }).hidpiScaling;
    expect([hidpi('linux'), hidpi('darwin')]).toEqual([false, true]);
  });

  it('whether images are made anew: by bundle yes, by name only what changed', () => {
    expect([reuseOf({}, true), reuseOf({}, false), reuseOf({ restage: true }, false)]).toEqual([
      ...['restage', 'check', 'restage'],
    ]);
  });

  it('size and ports by the device; a host port that was chosen for a name stays', () => {
    const device = {
      ...{ name: 'd', description: '', recommended: true, architecture: 'aarch64' as const, processors: 8 },
      ...{ memoryBytes: 8 * 2 ** 30, storageBytes: 0, ports: { ssh: 22, debug: 2345 } },
    };
    const ports = [{ name: 'ssh', protocol: 'tcp' as const, guest: 2222, host: 8022 }];
    expect(withDeviceFacts({ name: 'f', guest, host: { ports } }, device)).toMatchObject({
      architecture: 'aarch64',
      device: { memoryMiB: 8192, processors: 8 },
      host: {
        ports: [
          { name: 'ssh', guest: 22, host: 8022 },
          { name: 'debug', guest: 2345, host: null },
        ],
      },
    });
  });

  it('the name of a UEFI guest, by its MAC address 52:54:47:5e:82:ef', () => {
    expect(uefiName('fuchsia-emulator')).toBe('fuchsia-5254-475e-82ef');
    expect(uefiName('fuchsia-5254-475e-82ef')).toBe('fuchsia-5254-475e-82ef');
  });
});
