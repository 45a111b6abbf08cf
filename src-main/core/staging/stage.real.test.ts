import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageInfo, StagingBench, specOf } from './testing/staging-bench.ts';

let bench: StagingBench;
beforeEach(async () => {
  bench = await StagingBench.open();
});
afterEach(() => bench.close());

describe('staging, by kind of guest', () => {
  it('demo: its own copy of the kernel, reused the second time, as the preview said', async () => {
    const spec = specOf({ kind: 'demo', append: 'quiet' });
    const images = await bench.stage(spec);
    expect(images).toEqual(bench.expected(spec));
    expect(images).toMatchObject({ kernel: bench.staged('kernel'), append: 'quiet' });
    expect(await readFile(bench.staged('kernel'), 'utf8')).toBe('demo');
    bench.steps = [];
    await bench.stage(spec);
    expect(bench.steps).toEqual(['check files: ', 'stage the kernel: reused: unchanged']);
  });

  it('linux: builds, stages, embeds the key and opens the console', async () => {
    await writeFile(bench.at('vmlinuz'), 'kernel');
    await writeFile(bench.at('initrd.gz'), 'initrd');
    const images = await bench.stage(specOf({ kind: 'linux', append: 'debug' }));
    expect(images.append).toBe('console=ttyS0 debug');
    expect(await readFile(images.initrd ?? '', 'utf8')).toBe('initrd+ssh-ed25519 AAAA slipway');
    bench.steps = [];
    await bench.stage(specOf({ kind: 'linux' }), {
      ensureSshKeys: async () => ({ privateKeyPath: '', publicKeyPath: '', publicKey: 'ssh-ed25519 BBBB new' }),
    });
    expect(bench.steps.slice(-2)).toEqual([
      'stage the kernel: reused: unchanged',
      'stage the initrd with the ssh key: the ssh key is added to the guest’s initrd: what goes into it has changed',
    ]);
  });

  it('kernel: odd source names never reach QEMU', async () => {
    await writeFile(bench.at('multiboot.bin'), 'k');
    await writeFile(bench.at('a:b,c.img'), 'i');
    const images = await bench.stage(
      specOf({ kind: 'kernel', kernel: bench.at('multiboot.bin'), initrd: bench.at('a:b,c.img') }),
    );
    expect(images).toMatchObject({ kernel: bench.staged('kernel'), initrd: bench.staged('initrd') });
    expect(await readFile(images.initrd ?? '', 'utf8')).toBe('i');
  });

  it('disk: an overlay on a base called a:b,c.img that QEMU opens', async () => {
    await bench.rawDisk('a:b,c.img', 'base');
    const images = await bench.stage(specOf({ kind: 'disk', disks: [{ file: bench.at('a:b,c.img') }] }));
    expect(images.disks).toEqual([
      {
        path: bench.staged('disk-0.qcow2'),
        format: 'qcow2',
        readOnly: false,
        media: 'disk',
        interface: 'virtio',
        field: 'guest.disks.0',
        note: `overlay on ${bench.at('a:b,c.img')} (raw)`,
      },
    ]);
    expect(imageInfo(bench.staged('disk-0.qcow2'))).toMatchObject({
      'backing-filename': bench.at('a:b,c.img'),
      'backing-filename-format': 'raw',
      'virtual-size': 1048576 + 512,
    });
    expect(
      execFileSync('qemu-io', ['-r', '-c', 'read -P 98 0 1', bench.staged('disk-0.qcow2')], { encoding: 'utf8' }),
    ).toContain('read 1/1');
  });

  it('direct, read-only and CD-ROM disks are used where they are, with the format found', async () => {
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', bench.at('x.img'), '1M']);
    const disc = Buffer.alloc(65536);
    disc.write('CD001', 32769);
    await writeFile(bench.at('x.iso'), disc);
    const spec = specOf({
      kind: 'disk',
      disks: [
        { file: bench.at('x.img'), access: 'direct' },
        { file: bench.at('x.img'), access: 'read-only' },
        { file: bench.at('x.iso'), media: 'cdrom' },
      ],
    });
    const images = await bench.stage(spec);
    expect(images.disks.map(({ path, format, readOnly }) => ({ path, format, readOnly }))).toEqual([
      { path: bench.at('x.img'), format: 'qcow2', readOnly: false },
      { path: bench.at('x.img'), format: 'qcow2', readOnly: true },
      { path: bench.at('x.iso'), format: 'raw', readOnly: true },
    ]);
    expect(bench.expected(spec)).toEqual(images);
    expect(await bench.stagedFiles()).toEqual([]);
  });

  it('a copied qcow2 still finds a backing file that it names relatively', async () => {
    await bench.rawDisk('base.img', 'base');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', 'base.img', '-F', 'raw', bench.at('top.qcow2')]);
    const images = await bench.stage(
      specOf({ kind: 'disk', disks: [{ file: bench.at('top.qcow2'), access: 'copy' }] }),
    );
    expect(imageInfo(images.disks[0]?.path ?? '')).toMatchObject({
      'backing-filename': bench.at('base.img'),
      'backing-filename-format': 'raw',
    });
    expect(imageInfo(bench.at('top.qcow2'))['backing-filename']).toBe('base.img');
  });

  it('UEFI variables: one qcow2 per instance, kept between boots and over a firmware update', async () => {
    await writeFile(bench.at('CODE.fd'), Buffer.alloc(65536, 1));
    await writeFile(bench.at('VARS.fd'), Buffer.alloc(65536, 2));
    await bench.rawDisk('base.img', 'base');
    const spec = specOf({ kind: 'disk', firmware: 'uefi', disks: [{ file: bench.at('base.img') }] });
    const images = await bench.stage(spec);
    expect(images.pflash).toEqual({
      code: bench.at('CODE.fd'),
      variables: bench.staged('variables.qcow2'),
      variablesFormat: 'qcow2',
    });
    expect(imageInfo(bench.staged('variables.qcow2'))).toMatchObject({ format: 'qcow2', 'virtual-size': 65536 });
    await writeFile(bench.at('VARS.fd'), Buffer.alloc(65536, 3));
    bench.steps = [];
    await bench.stage(spec);
    expect(bench.steps[1]).toMatch(/^stage the firmware variables: reused: kept, although/);
  });

  it('firmware: bios copied; code in qcow2 made raw; the EFI folder by its path', async () => {
    await writeFile(bench.at('bios.bin'), Buffer.alloc(65536, 1));
    await mkdir(bench.at('efi'));
    const bios = await bench.stage(
      specOf({ kind: 'firmware', image: { as: 'bios', file: bench.at('bios.bin') }, efiDirectory: bench.at('efi') }),
    );
    expect(bios).toMatchObject({ bios: bench.staged('bios'), efiDirectory: bench.at('efi'), pflash: null });
    execFileSync('qemu-img', ['convert', '-O', 'qcow2', bench.at('bios.bin'), bench.at('code.qcow2')]);
    const flash = await bench.stage(
      specOf({ kind: 'firmware', image: { as: 'pflash', code: bench.at('code.qcow2') } }),
    );
    expect(flash.pflash).toEqual({
      code: bench.staged('firmware-code'),
      variables: null,
      variablesFormat: 'qcow2',
    });
    expect(await readFile(flash.pflash?.code ?? '')).toEqual(await readFile(bench.at('bios.bin')));
  });
});
