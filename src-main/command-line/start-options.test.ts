import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DraftInput, draftSchema } from '../../src-shared/model/spec.ts';
import { withOptions } from './start-draft.ts';
import { defaultName, guestOf, newDraft } from './start-guest.ts';
import { changesTheMachine, parseStartOptions } from './start-options.ts';
import { UsageError } from './usage.ts';

const granted = (path: string) => ({
  token: `path-${Buffer.from(path).toString('hex').padEnd(32, '0').slice(0, 32)}`,
  shown: path,
});
const grant = async (path: string) => granted(resolve('/caller', path));
const file = (path: string) => granted(path);

/** As `start` makes a new instance. */
async function draftOf(...args: string[]): Promise<DraftInput> {
  const { values } = parseStartOptions(args);
  const guest = await guestOf(values, grant);
  if (guest === null) throw new UsageError('no guest');
  const draft = await withOptions(newDraft(values.name ?? defaultName(values), guest), values, grant);
  // What the contract would refuse must not be made here.
  draftSchema.parse(draft);
  return draft;
}

describe('the guest', () => {
  it.each<[string, string[], DraftInput['guest'], string]>([
    ['demo', ['--demo'], { kind: 'demo', append: '' }, 'demo'],
    ['demo with arguments', ['--demo', '--append', 'a b'], { kind: 'demo', append: 'a b' }, 'demo'],
    ['linux', ['--linux'], { kind: 'linux', append: '', disks: [] }, 'linux'],
    [
      'a kernel with everything',
      ['--kernel', 'out/bzImage', '--initrd=/abs/initrd', '--append=-x y', '--disk', 'd.img', '--access', 'copy'],
      {
        kind: 'kernel',
        kernel: file('/caller/out/bzImage'),
        initrd: file('/abs/initrd'),
        append: '-x y',
        disks: [{ file: file('/caller/d.img'), access: 'copy' }],
      },
      'bzImage',
    ],
    [
      'disks, one of them a CD',
      ['--disk', '../a:b,c.qcow2', '--disk', 'Install.ISO', '--uefi'],
      {
        kind: 'disk',
        disks: [
          { file: file('/a:b,c.qcow2') },
          { file: file('/caller/Install.ISO'), media: 'cdrom', access: 'read-only', interface: 'ide' },
        ],
        firmware: 'uefi',
      },
      'a:b,c.qcow2',
    ],
    [
      'firmware as one image',
      ['--firmware', 'coreboot.rom'],
      { kind: 'firmware', image: { as: 'bios', file: file('/caller/coreboot.rom') }, efiDirectory: null, disks: [] },
      'coreboot.rom',
    ],
    [
      'firmware as a pair',
      ['--firmware', 'CODE.fd', '--firmware-vars', 'VARS.fd', '--efi', 'esp'],
      {
        kind: 'firmware',
        image: { as: 'pflash', code: file('/caller/CODE.fd'), variables: file('/caller/VARS.fd') },
        efiDirectory: file('/caller/esp'),
        disks: [],
      },
      'CODE.fd',
    ],
  ])('is %s', async (_, args, guest, name) => {
    expect(await draftOf(...args)).toMatchObject({ guest, name });
  });

  it.each([
    ['two guests', ['--demo', '--kernel', 'k'], 'one guest at a time: --demo or --kernel'],
    ['an initrd without its kernel', ['--initrd', 'i'], '--initrd needs its guest'],
    ['an initrd for the demo', ['--demo', '--initrd', 'i'], '--initrd is not for a demo guest'],
    ['a disk for the demo', ['--demo', '--disk', 'd'], '--disk is not for a demo guest'],
    ['UEFI for a kernel', ['--kernel', 'k', '--uefi'], '--uefi is not for a kernel guest'],
    ['arguments for a disk', ['--disk', 'd', '--append', 'x'], '--append is not for a disk guest'],
    ['access to nothing', ['--kernel', 'k', '--access', 'copy'], '--access is for a --disk'],
    ['an access there is not', ['--disk', 'd', '--access', 'rw'], '--access is one of overlay, copy'],
    ['an empty path', ['--kernel', ''], '--kernel is empty'],
    ['ports without a network', ['--demo', '--no-network', '--port', 'a:1'], '--port needs a network'],
    ['three names', ['a', 'b', 'c'], 'one instance at a time, not also: b c'],
    ['a pattern that is none', ['--demo', '--ready-pattern', '('], '--ready-pattern: Invalid regular expression'],
    ['an architecture there is not', ['--demo', '--arch', 'ppc'], '--arch is one of'],
    ['a -d item there is not', ['--demo', '--debug-log', 'everything'], '--debug-log is one of'],
  ])('%s is refused in words', async (_, args, words) => {
    const drafted = draftOf(...args);
    await expect(drafted).rejects.toThrow(UsageError);
    await expect(drafted).rejects.toThrow(words);
  });
});

describe('the machine', () => {
  it('is the contract’s own where nothing is said', async () => {
    expect(draftSchema.parse(await draftOf('--demo'))).toEqual(draftSchema.parse(newDraft('demo', { kind: 'demo' })));
  });

  it('takes every option to its field', async () => {
    const draft = await draftOf(
      ...['--demo', '--name', 'all', '--arch', 'riscv64', '--qemu', 'bin/qemu', '--qemu-machine', 'virt'],
      ...[
        '--cpu',
        'max',
        '--memory',
        '64',
        '--smp',
        '2',
        '--serial-ports',
        '3',
        '--accel',
        'tcg',
        '--port',
        'a:1',
        '--port',
        'b:2:3/udp',
      ],
      ...['--gdb-port', '1234', '--paused', '--no-reboot', '--no-shutdown', '--debug-log', 'int', '--debug-log', 'mmu'],
      ...['--extra=-device edu', '--ready-pattern', '^up', '--restage'],
    );
    expect(draft).toEqual({
      name: 'all',
      guest: { kind: 'demo', append: '' },
      architecture: 'riscv64',
      device: { machine: 'virt', cpu: 'max', memoryMiB: 64, processors: 2, serialPorts: 3 },
      host: {
        acceleration: 'tcg',
        networking: 'user',
        ports: [
          { name: 'a', protocol: 'tcp', guest: 1, host: null },
          { name: 'b', protocol: 'udp', guest: 2, host: 3 },
        ],
      },
      runtime: {
        binary: file('/caller/bin/qemu'),
        debug: { gdb: { port: 1234 }, startPaused: true, noReboot: true, noShutdown: true, log: ['int', 'mmu'] },
        extraArguments: '-device edu',
        readiness: [{ kind: 'serial', pattern: '^up' }],
        staging: 'restage',
      },
    });
  });

  it('has an ssh port for Linux, unless it is given another or no network', async () => {
    const ssh = { name: 'ssh', protocol: 'tcp', guest: 22, host: null };
    expect((await draftOf('--linux')).host?.ports).toEqual([ssh]);
    expect((await draftOf('--linux', '--port', 'web:80')).host?.ports).toMatchObject([{ name: 'web' }, ssh]);
    expect((await draftOf('--linux', '--port', 'ssh:22:2222')).host?.ports).toEqual([{ ...ssh, host: 2222 }]);
    expect((await draftOf('--linux', '--no-network')).host).toMatchObject({ networking: 'none', ports: [] });
    expect((await draftOf('--demo')).host?.ports).toBeUndefined();
  });

  it('of an instance that is there keeps what is not mentioned', async () => {
    const before = draftSchema.parse(
      await draftOf('--kernel', 'k', '--append', 'quiet', '--memory', '64', '--smp', '4', '--gdb', '--port', 'a:1'),
    );
    const again = (...args: string[]) =>
      withOptions(before, parseStartOptions(['k', ...args]).values, grant, { isNew: false });
    expect(await again()).toEqual(before);
    expect(await again('--memory', '128', '--append', 'debug')).toEqual({
      ...before,
      device: { ...before.device, memoryMiB: 128 },
      guest: { ...before.guest, append: 'debug' },
    });
    expect(changesTheMachine(parseStartOptions(['k', '--timeout', '0', '--restage']).values)).toBe(false);
    expect(changesTheMachine(parseStartOptions(['k', '--paused']).values)).toBe(true);
  });
});
