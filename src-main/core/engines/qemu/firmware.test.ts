import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFirmware, parseDescriptor } from './firmware.ts';

const descriptor = (code: string, variables: string, change: object = {}) =>
  JSON.stringify({
    description: 'UEFI firmware',
    'interface-types': ['uefi'],
    mapping: {
      device: 'flash',
      executable: { filename: code, format: 'raw' },
      'nvram-template': { filename: variables, format: 'raw' },
    },
    targets: [{ architecture: 'x86_64', machines: ['pc-q35-*'] }],
    features: ['acpi-s3', 'amd-sev'],
    tags: [],
    ...change,
  });

describe('parseDescriptor', () => {
  it('takes a plain one', () => {
    expect(parseDescriptor(descriptor('/c', '/v'), 'x86_64')).toEqual({
      architecture: 'x86_64',
      name: 'UEFI firmware',
      code: '/c',
      variables: '/v',
    });
  });

  it.each([
    ['another architecture', { targets: [{ architecture: 'aarch64', machines: ['virt-*'] }] }],
    ['microvm only', { targets: [{ architecture: 'x86_64', machines: ['microvm'] }] }],
    ['SMM', { features: ['requires-smm'] }],
    ['enrolled keys', { features: ['secure-boot', 'enrolled-keys'] }],
    ['a BIOS', { 'interface-types': ['bios'] }],
    ['memory-mapped', { mapping: { device: 'memory', filename: '/c' } }],
  ])('passes over %s', (_, change) => expect(parseDescriptor(descriptor('/c', '/v', change), 'x86_64')).toBeNull());

  it.each(['', '{', '[]', 'null'])('survives %j', (text) => expect(parseDescriptor(text, 'x86_64')).toBeNull());
});

describe('findFirmware', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'firmware-'));
    for (const name of ['etc', 'usr']) await mkdir(join(directory, name));
    for (const name of ['A.fd', 'B.fd', 'V.fd']) await writeFile(join(directory, name), 'x');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const at = (...names: string[]) => join(directory, ...names);
  const find = () =>
    findFirmware('x86_64', {
      descriptorDirectories: [at('etc'), at('usr'), at('none')],
      knownPairs: {
        x86_64: [
          [at('none.fd'), at('V.fd')],
          [at('B.fd'), at('V.fd')],
        ],
        aarch64: [],
        riscv64: [],
      },
    });

  it('takes descriptors in the order of their names, the first directory masking the next', async () => {
    await writeFile(at('usr', '50-a.json'), descriptor(at('B.fd'), at('V.fd')));
    await writeFile(at('usr', '40-gone.json'), descriptor(at('gone.fd'), at('V.fd')));
    expect(find()?.code).toBe(at('B.fd'));
    await writeFile(at('etc', '50-a.json'), descriptor(at('A.fd'), at('V.fd')));
    expect(find()?.code).toBe(at('A.fd'));
  });

  it('falls back to the usual places, and to nothing', async () => {
    expect(find()).toMatchObject({ code: at('B.fd'), name: 'B.fd' });
    await rm(at('B.fd'));
    expect(find()).toBeNull();
  });
});
