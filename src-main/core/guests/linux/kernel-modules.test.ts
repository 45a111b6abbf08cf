import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KernelModule, loadOrder, moduleName, modulesAlias, modulesDep, readModule } from './kernel-modules.ts';

const known = new Map(
  Object.entries({
    virtio_ring: [],
    virtio: ['virtio_ring'],
    virtio_pci: ['virtio', 'virtio_ring'],
    failover: [],
    net_failover: ['failover'],
    virtio_net: ['net_failover', 'virtio', 'virtio_ring'],
  }).map(([name, depends]): [string, KernelModule] => [name, { name, depends, aliases: [] }]),
);
const find = (name: string): KernelModule | undefined => known.get(name);
const namesOf = (modules: readonly KernelModule[]): string[] => modules.map(({ name }) => name);

describe('moduleName', () => {
  it.each([
    ['virtio-rng.ko.xz', 'virtio_rng'],
    ['nls_iso8859-1.ko', 'nls_iso8859_1'],
    ['ext4.ko.zst', 'ext4'],
    ['virtio_net', 'virtio_net'],
  ])('%s is %s', (file, name) => {
    expect(moduleName(file)).toBe(name);
  });
});

describe('loadOrder', () => {
  it('puts each module after what it needs, once', () => {
    expect(namesOf(loadOrder(['virtio-pci', 'virtio_net', 'virtio_net'], find))).toEqual([
      'virtio_ring',
      'virtio',
      'virtio_pci',
      'failover',
      'net_failover',
      'virtio_net',
    ]);
  });

  it('leaves out what the kernel has built in', () => {
    expect(loadOrder(['ext4'], find)).toEqual([]);
  });

  it('refuses a circle', () => {
    const circle = (name: string): KernelModule => ({ name, depends: [name === 'a' ? 'b' : 'a'], aliases: [] });
    expect(() => loadOrder(['a'], circle)).toThrow(RangeError);
  });

  it('holds for any set of modules without circles', () => {
    // Module n may depend only on lower numbers, so there is never a circle.
    const graph = fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
      .map((rows) =>
        rows.map((row, index) => [...new Set(row.map((value) => value % (index + 1)))].filter((d) => d < index)),
      );
    fc.assert(
      fc.property(graph, (rows) => {
        const modules = rows.map((row, index) => ({
          name: `m${index}`,
          depends: row.map((d) => `m${d}`),
          aliases: [],
        }));
        const order = loadOrder(namesOf(modules).reverse(), (name) => modules.find((module) => module.name === name));
        expect(order).toHaveLength(modules.length);
        const position = new Map(order.map(({ name }, index) => [name, index]));
        for (const { name, depends } of order) {
          for (const needed of depends) expect(position.get(needed)).toBeLessThan(position.get(name) ?? -1);
        }
      }),
    );
  });
});

describe('modules.dep and modules.alias', () => {
  it('lists what each file needs, to be loaded from the right', () => {
    expect(modulesDep([...known.values()], (name) => `${name}.ko`)).toBe(
      [
        'virtio_ring.ko:',
        'virtio.ko: virtio_ring.ko',
        'virtio_pci.ko: virtio.ko virtio_ring.ko',
        'failover.ko:',
        'net_failover.ko: failover.ko',
        'virtio_net.ko: virtio.ko virtio_ring.ko net_failover.ko failover.ko',
        '',
      ].join('\n'),
    );
  });

  it('writes each alias with its module', () => {
    expect(modulesAlias([{ name: 'vfat', depends: [], aliases: ['fs-vfat', 'fs-x'] }])).toBe(
      'alias fs-vfat vfat\nalias fs-x vfat\n',
    );
  });
});

describe('readModule', () => {
  it('reads dependencies and aliases from .modinfo', () => {
    const file = elfWithSection('.modinfo', 'license=GPL\0alias=fs-vfat\0depends=fat,nls-base\0alias=vfat2\0');
    expect(readModule('vfat.ko', file)).toEqual({
      name: 'vfat',
      depends: ['fat', 'nls_base'],
      aliases: ['fs-vfat', 'vfat2'],
    });
  });

  it('takes an empty list as no dependencies', () => {
    expect(readModule('a-b.ko', elfWithSection('.modinfo', 'depends=\0')).depends).toEqual([]);
  });

  it('refuses what is no module', () => {
    expect(() => readModule('x.ko', elfWithSection('.text', ''))).toThrow(RangeError);
  });

  it('never fails in another way, whatever the bytes are', () => {
    const valid = elfWithSection('.modinfo', 'depends=fat\0');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const damaged = valid.slice();
        for (const [offset, value] of changes) damaged[offset] = value;
        try {
          readModule('x.ko', damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

/** The smallest ELF file with one named section: header, contents, names, and a table of three sections. */
function elfWithSection(name: string, contents: string): Uint8Array {
  const data = new TextEncoder().encode(contents);
  const names = new TextEncoder().encode(`\0${name}\0`);
  const tableOffset = 64 + data.length + names.length;
  const file = new Uint8Array(tableOffset + 3 * 64);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x7f454c46);
  file[4] = 2;
  file[5] = 1;
  view.setBigUint64(0x28, BigInt(tableOffset), true);
  view.setUint16(0x3a, 64, true);
  view.setUint16(0x3c, 3, true);
  view.setUint16(0x3e, 2, true);
  file.set(data, 64);
  file.set(names, 64 + data.length);
  const section = (index: number, nameOffset: number, offset: number, size: number): void => {
    const at = tableOffset + index * 64;
    view.setUint32(at, nameOffset, true);
    view.setUint32(at + 4, 1, true);
    view.setBigUint64(at + 0x18, BigInt(offset), true);
    view.setBigUint64(at + 0x20, BigInt(size), true);
  };
  section(1, 1, 64, data.length);
  section(2, 0, 64 + data.length, names.length);
  return file;
}
