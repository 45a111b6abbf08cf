import { describe, expect, it } from 'vitest';
import { bytesOf, dataAmountSchema, guestConfigSchema, isEfi, qemuSize, unitSuffix } from './emulator-configuration.ts';
import { deriveEngineState, type EngineEvidence } from './ffx-engine-data.ts';
import { deviceNames } from './virtual-device.ts';

describe('amounts of data', () => {
  it('seed vector: 4 kilobytes are 4096 bytes', () => {
    expect(bytesOf({ quantity: 4, units: 'kilobytes' })).toBe(4096);
  });

  it.each([
    ['bytes', 1, '', '3B'],
    ['kilobytes', 1024, 'K', '3K'],
    ['megabytes', 1024 ** 2, 'M', '3M'],
    ['gigabytes', 1024 ** 3, 'G', '3G'],
    ['terabytes', 1024 ** 4, 'T', '3T'],
  ] as const)('%s: powers of 1024 and their QEMU suffix', (units, bytes, suffix, size) => {
    expect(bytesOf({ quantity: 3, units })).toBe(3 * bytes);
    expect(unitSuffix(units)).toBe(suffix);
    expect(qemuSize({ quantity: 3, units })).toBe(size);
  });

  it.each([
    { quantity: 2 ** 43, units: 'terabytes' },
    { quantity: -1, units: 'bytes' },
    { quantity: 1.5, units: 'bytes' },
    { quantity: 1, units: 'kibibytes' },
  ])('refuses %o', (amount) => expect(dataAmountSchema.safeParse(amount).success).toBe(false));
});

it.each([
  [{ kernel_image: '/b/kernel.efi' }, true],
  [{ kernel_image: '/b/kernel', disk_image: { Fat: '/b/fat' } }, false],
  [{ disk_image: { Fat: '/b/fat' } }, true],
  [{ disk_image: { Gpt: '/b/gpt' } }, false],
])('a guest is EFI by its kernel, or by a FAT disk alone: %o', (guest, expected) => {
  expect(isEfi(guestConfigSchema.parse(guest))).toBe(expected);
});

describe('engine states from evidence', () => {
  const seen: EngineEvidence = { record: 'read', stored: 'staged', imagesStaged: true, processIsOurs: false };
  it.each<[string, Partial<EngineEvidence>, string]>([
    ['nothing there', { record: 'absent', stored: 'new', imagesStaged: false }, 'new'],
    ['stored new', { stored: 'new', imagesStaged: false }, 'new'],
    ['configured only', { stored: 'configured', imagesStaged: false }, 'configured'],
    ['staged', {}, 'staged'],
    ['stored staged, images gone', { imagesStaged: false }, 'configured'],
    ['stored running, another program has the pid', { stored: 'running' }, 'staged'],
    ['stored running, ours lives', { stored: 'running', processIsOurs: true }, 'running'],
    ['ffx never recorded the pid, but ours lives', { stored: 'staged', processIsOurs: true }, 'running'],
    ['broken record, ours lives', { record: 'broken', processIsOurs: true }, 'running'],
    ['broken record', { record: 'broken' }, 'error'],
    ['failed to stage', { stored: 'error' }, 'error'],
  ])('%s', (_what, change, state) => expect(deriveEngineState({ ...seen, ...change })).toBe(state));
});

it('lists devices with the recommended one first and the rest by name', () => {
  const device_paths = { b: 'b.json', a: 'a.json', c: 'c.json' };
  expect(deviceNames({ recommended: 'c', device_paths })).toEqual(['c', 'a', 'b']);
  expect(deviceNames({ recommended: 'gone', device_paths })).toEqual(['a', 'b', 'c']);
});
