import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceConfigOf, portMapOf } from '../../../../src-shared/model/virtual-device.ts';
import { readProductBundle } from './product-bundle.ts';
import { selectBootImages } from './product-bundle-selection.ts';
import { summariseProductBundle } from './product-bundle-summary.ts';
import { chooseVirtualDevice, readBundleDevices, readVirtualDevice } from './virtual-device.ts';

let root: string;
let bundle: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'product-bundle-'));
  bundle = join(root, 'bundle');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const images = {
  kernel: { type: 'kernel', name: 'qemu-kernel', path: 'system_a/kernel' },
  zbi: { type: 'zbi', name: 'zircon-a', path: 'system_a/f.zbi', signed: false },
  vbmeta: { type: 'vbmeta', name: 'zircon-a', path: 'system_a/vbmeta' },
  fvm: { type: 'blk', name: 'storage-full', path: 'system_a/fvm.blk' },
  sparseFvm: { type: 'blk', name: 'storage-sparse', path: 'system_a/fvm.sparse.blk' },
  fxfs: { type: 'fxfs-blk', name: 'storage-full', path: 'system_a/fxfs.blk' },
  fxfsSparse: { type: 'blk', name: 'fxfs.fastboot', path: 'system_a/fxfs.sparse.blk', contents: { packages: {} } },
};
const device = (change: object = {}) => ({
  schema_id: 'http://fuchsia.com/schemas/sdk/virtual_device.json',
  data: {
    name: 'x64-small',
    description: 'A small one.',
    type: 'virtual_device',
    hardware: {
      cpu: { arch: 'x64', count: 2 },
      audio: { model: 'hda' },
      inputs: { pointing_device: 'touch' },
      memory: { quantity: 2, units: 'gigabytes' },
      storage: { quantity: 4, units: 'kilobytes' },
      window_size: { height: 600, width: 800, units: 'pixels' },
    },
    ports: { ssh: 22, mdns: 5353 },
    ...change,
  },
});

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(bundle, path)), { recursive: true });
  await writeFile(join(bundle, path), typeof content === 'string' ? content : JSON.stringify(content));
}

async function make(change: object = {}): Promise<string> {
  const content = {
    version: '2',
    product_name: 'minimal.x64',
    product_version: '1.2.3',
    sdk_version: '9',
    partitions: { bootloader_partitions: [], hardware_revision: 'x64' },
    system_a: [images.vbmeta, images.sparseFvm, images.zbi, images.kernel, images.fxfsSparse, images.fvm],
    system_b: null,
    system_r: [images.zbi],
    repositories: [],
    update_package_hash: null,
    virtual_devices_path: 'devices/manifest.json',
    ...change,
  };
  await write('product_bundle.json', content);
  for (const { path } of Object.values(images)) await write(path, path);
  await write('devices/manifest.json', {
    recommended: 'x64-small',
    device_paths: { 'x64-big': 'big.json', 'x64-small': 'small.json', 'x64-broken': 'broken.json' },
  });
  await write('devices/small.json', device());
  await write('devices/big.json', device({ name: 'x64-big', start_up_args_template: 'flags.template' }));
  await write('devices/broken.json', device({ type: 'toaster' }));
  return bundle;
}
const failing = async (change: object = {}) => {
  try {
    selectBootImages(await readProductBundle(await make(change)));
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was thrown');
};

describe('product bundle', () => {
  it("chooses by ffx's rule: the first kernel, the first ZBI, the first of FVM and sparse Fxfs", async () => {
    const found = selectBootImages(await readProductBundle(await make()));
    expect(found).toEqual({
      kernel: join(bundle, 'system_a/kernel'),
      zbi: join(bundle, 'system_a/f.zbi'),
      disk: { kind: 'fxfs-sparse', file: join(bundle, 'system_a/fxfs.sparse.blk') },
    });
  });

  it.each([
    [[images.kernel, images.zbi, images.fvm, images.fxfsSparse], 'fvm'],
    [[images.kernel, images.zbi, images.fxfs], 'fxfs'],
    [[images.fxfs, images.kernel, images.fvm], 'fvm'],
    [[images.kernel, images.zbi], undefined],
  ])('disk of %#', async (system_a, kind) => {
    expect(selectBootImages(await readProductBundle(await make({ system_a }))).disk?.kind).toBe(kind);
  });

  it('boots a lone EFI shell without kernel and ZBI', async () => {
    const partitions = { bootloader_partitions: [{ type: 'efi-shell', image: 'system_a/fvm.blk' }] };
    const found = selectBootImages(await readProductBundle(await make({ partitions, system_a: null })));
    expect(found).toEqual({ kernel: null, zbi: null, disk: { kind: 'efi-shell', file: expect.any(String) } });
  });

  it.each([
    ['../outside', '"../outside" leads out'],
    ['system_a/../../outside', 'leads out'],
    ['/etc/passwd', '"/etc/passwd" leads out'],
    ['C:\\boot', 'leads out'],
    ['link-out', 'leads out'],
    ['', 'leads out'],
  ])('refuses the path %o, naming file and place', async (path, text) => {
    await mkdir(bundle);
    await symlink('/etc/hostname', join(bundle, 'link-out'));
    const message = await failing({ system_a: [images.kernel, { ...images.zbi, path }] });
    expect(message).toContain(`${bundle}/product_bundle.json: system_a[1].path: `);
    expect(message).toContain(text);
  });

  it.each<[string, object, string]>([
    ['a missing file', { system_a: [{ ...images.kernel, path: 'gone' }] }, 'system_a[0].path: gone does not exist'],
    ['a directory', { system_a: [{ ...images.kernel, path: 'system_a' }] }, 'system_a[0].path: system_a is not a file'],
    ['a wrong type', { system_a: [images.kernel, { ...images.zbi, path: 5 }] }, 'system_a[1].path: '],
    ['version 1', { version: '1' }, 'version: only product bundles of version 2'],
    ['no systems', { system_a: null }, 'no systems to boot in the product bundle'],
    ['no kernel', { system_a: [images.zbi] }, 'system_a: there is no image of type "kernel"'],
  ])('%s: the error names file and place', async (_what, change, text) => {
    const message = await failing(change);
    expect(message).toContain('product_bundle.json: ');
    expect(message).toContain(text);
  });

  it('what is no bundle is said to be none', async () => {
    await expect(readProductBundle(join(root, 'gone'))).rejects.toThrow('does not exist');
    await expect(readProductBundle(root)).rejects.toThrow('is not a product bundle');
    await writeFile(join(root, 'file'), '');
    await expect(readProductBundle(join(root, 'file'))).rejects.toThrow('is not a directory');
  });

  it('is summarised for a gallery, broken parts included', async () => {
    const summary = await summariseProductBundle(await readProductBundle(await make({ next_years_field: 1 })));
    expect(summary.systems.map(({ slot, problem }) => [slot, problem])).toEqual([
      ['a', null],
      ['r', expect.stringContaining('no image of type "kernel"')],
    ]);
    expect(summary.systems[0]?.images.map(({ use }) => use)).toEqual([
      null,
      null,
      'zbi',
      'kernel',
      'fxfs-sparse',
      'fvm',
    ]);
    expect(summary.devices.map(({ name, recommended, memoryBytes }) => [name, recommended, memoryBytes])).toEqual([
      ['x64-small', true, 2 * 1024 ** 3],
      ['x64-big', false, 2 * 1024 ** 3],
      ['x64-broken', false, null],
    ]);
    expect(summary.devices[2]?.problem).toContain('broken.json: data.type:');
    expect(summary.notes).toEqual(['next_years_field: This field is not known and was left out.']);
  });
});

describe('virtual devices', () => {
  it('the recommended one, one by name, one by path', async () => {
    const devices = await readBundleDevices(await readProductBundle(await make()));
    expect((await chooseVirtualDevice(null, devices)).device.name).toBe('x64-small');
    expect((await chooseVirtualDevice('x64-big', devices)).device.name).toBe('x64-big');
    expect((await chooseVirtualDevice(join(bundle, 'devices/small.json'), devices)).device.name).toBe('x64-small');
    await expect(chooseVirtualDevice('pixel', devices)).rejects.toMatchObject({
      failure: { hint: expect.stringContaining('x64-small, x64-big, x64-broken') },
    });
  });

  it('becomes a device configuration and the seed of the port map', async () => {
    await make();
    const { device: found } = await readVirtualDevice(join(bundle, 'devices/small.json'));
    expect(deviceConfigOf(found)).toEqual({
      audio: { model: 'hda' },
      cpu: { architecture: 'x64', count: 2 },
      memory: { quantity: 2, units: 'gigabytes' },
      pointing_device: 'touch',
      screen: { height: 600, width: 800, units: 'pixels' },
      storage: { quantity: 4, units: 'kilobytes' },
      vsock: null,
      avx2_enabled: true,
    });
    expect(portMapOf(found)).toEqual({ ssh: { guest: 22, host: null }, mdns: { guest: 5353, host: null } });
  });

  it('the older flag template is found beside the device, and its absence is a note', async () => {
    const found = await readProductBundle(await make());
    const without = await (await readBundleDevices(found)).read('x64-big');
    expect([without.template, without.notes.length]).toEqual([null, 1]);
    await write('devices/flags.template', '{}');
    expect((await (await readBundleDevices(found)).read('x64-big')).template).toBe(
      join(bundle, 'devices/flags.template'),
    );
  });

  it('a manifest cannot name a file outside the bundle', async () => {
    const found = await readProductBundle(await make());
    await write('devices/manifest.json', { recommended: null, device_paths: { evil: '../../evil.json' } });
    await expect((await readBundleDevices(found)).read('evil')).rejects.toThrow(
      'manifest.json: device_paths.evil: "../../evil.json" leads out of the product bundle.',
    );
  });

  it('errors name the file and the place', async () => {
    await make();
    const file = join(bundle, 'devices/odd.json');
    await write('devices/odd.json', device({ ports: { ssh: 70000 } }));
    await expect(readVirtualDevice(file)).rejects.toThrow('odd.json: data.ports.ssh: ');
    await write('devices/odd.json', { ...device(), schema_id: 'http://fuchsia.com/schemas/sdk/toaster.json' });
    await expect(readVirtualDevice(file)).rejects.toThrow('odd.json: schema_id: not the id of the virtual device');
  });
});
