import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPvhEntry, type KernelImage, recogniseKernel } from './kernel-image.ts';
import { judgeKernel } from './kernel-verdict.ts';

/** Bytes with pieces put at offsets. */
function bytes(size: number, pieces: Record<number, string | number[]>): Uint8Array {
  const buffer = Buffer.alloc(size);
  for (const [offset, piece] of Object.entries(pieces)) {
    Buffer.from(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece).copy(buffer, Number(offset));
  }
  return buffer;
}

const words = (...values: number[]) => values.flatMap((v) => [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, v >>> 24]);
const multiboot1 = words(0x1badb002, 3, -(0x1badb002 + 3) >>> 0);
const multiboot2 = words(0xe85250d6, 0, 16, -(0xe85250d6 + 16) >>> 0);

function elf(bits: 32 | 64, machine: number, pieces: Record<number, string | number[]> = {}): Uint8Array {
  return bytes(4096, { 0: `\x7fELF${bits === 64 ? '\x02' : '\x01'}\x01\x01`, 18: [machine, 0], ...pieces });
}

describe('recogniseKernel', () => {
  it.each<[string, Uint8Array, KernelImage]>([
    ['bzImage', bytes(2048, { 0: 'MZ', 514: 'HdrS' }), { kind: 'linux', architecture: 'x86_64' }],
    ['arm64 Image', bytes(2048, { 0: 'MZ', 56: 'ARM\x64' }), { kind: 'linux', architecture: 'aarch64' }],
    ['riscv Image', bytes(2048, { 48: 'RISCV\0\0\0RSC\x05' }), { kind: 'linux', architecture: 'riscv64' }],
    ['an EFI program', bytes(2048, { 0: 'MZ' }), { kind: 'efi', isCompressedLinux: false }],
    ['EFI zboot', bytes(2048, { 0: 'MZ\0\0zimg' }), { kind: 'efi', isCompressedLinux: true }],
    ['gzip', bytes(100, { 0: '\x1f\x8b\x08' }), { kind: 'gzip' }],
    ['uImage', bytes(100, { 0: '\x27\x05\x19\x56' }), { kind: 'u-boot' }],
    ['flat Multiboot', bytes(100, { 16: multiboot1 }), { kind: 'multiboot', version: 1 }],
    ['a Multiboot magic without its checksum', bytes(100, { 16: words(0x1badb002, 3, 3) }), { kind: 'unknown' }],
    ['Multiboot 2', bytes(20_000, { 16000: multiboot2 }), { kind: 'multiboot', version: 2 }],
    ['nothing', bytes(10, {}), { kind: 'unknown' }],
    ['an empty head', bytes(0, {}), { kind: 'unknown' }],
  ])('%s', (_, head, expected) => expect(recogniseKernel(head)).toEqual(expected));

  it('knows the demo guest', () => {
    const file = join(import.meta.dirname, '../../../../assets/demo-guest/demo-guest.elf');
    expect(recogniseKernel(readFileSync(file))).toMatchObject({ kind: 'elf', machine: 3, bits: 32, multiboot: 1 });
  });

  it('finds note segments', () => {
    const head = elf(64, 62, { 32: [64], 54: [56], 56: [1], 64: [4], 72: [0, 1], 96: [32] });
    expect(recogniseKernel(head)).toMatchObject({ bits: 64, notes: [{ offset: 256, size: 32 }] });
  });

  it('survives any bytes', () => {
    const head = fc
      .uint8Array({ maxLength: 400 })
      .map((tail) => Buffer.concat([Buffer.from('\x7fELF\x02\x01', 'latin1'), tail]));
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), head), (any) => void recogniseKernel(any)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void hasPvhEntry(any)));
  });
});

describe('hasPvhEntry', () => {
  it('looks behind other notes', () => {
    const other = [...words(4, 5, 1), ...Buffer.from('GNU\0'), 1, 2, 3, 4, 5, 0, 0, 0];
    const pvh = [...words(4, 4, 18), ...Buffer.from('Xen\0'), 0, 0, 16, 0];
    expect(hasPvhEntry(Uint8Array.from([...other, ...pvh]))).toBe(true);
    expect(hasPvhEntry(Uint8Array.from(other))).toBe(false);
  });
});

describe('judgeKernel', () => {
  const elfImage = (machine: number, multiboot: 1 | 2 | null = null): KernelImage => ({
    kind: 'elf',
    machine,
    bits: 64,
    multiboot,
    notes: [],
  });
  it.each<[KernelImage, 'x86_64' | 'aarch64' | 'riscv64', boolean, string | null]>([
    [{ kind: 'linux', architecture: 'x86_64' }, 'x86_64', false, null],
    [{ kind: 'linux', architecture: 'aarch64' }, 'x86_64', false, 'error: The kernel is for aarch64'],
    [elfImage(3, 1), 'x86_64', false, null],
    [elfImage(62, 1), 'x86_64', false, 'error: QEMU does not load 64-bit Multiboot'],
    [elfImage(62), 'x86_64', true, null],
    [elfImage(62), 'x86_64', false, 'error: QEMU cannot start this ELF'],
    [elfImage(62, 2), 'x86_64', false, 'error: QEMU does not load Multiboot 2'],
    [elfImage(62, 2), 'x86_64', true, null],
    [elfImage(183), 'x86_64', false, 'error: The kernel is for aarch64'],
    [elfImage(183), 'aarch64', false, null],
    [elfImage(40), 'aarch64', false, 'warning: The kernel is 32-bit ARM'],
    [elfImage(243), 'riscv64', false, null],
    [elfImage(62), 'riscv64', false, 'error: The kernel is for x86_64'],
    [{ kind: 'gzip' }, 'aarch64', false, null],
    [{ kind: 'gzip' }, 'x86_64', false, 'warning: The kernel is compressed'],
    [{ kind: 'unknown' }, 'x86_64', false, 'warning: The file does not look like a kernel'],
    [{ kind: 'multiboot', version: 1 }, 'riscv64', false, 'error: The kernel is for x86'],
  ])('%j on %s', (image, architecture, hasPvh, expected) => {
    const verdict = judgeKernel(image, architecture, hasPvh);
    if (expected === null) expect(verdict).toBeNull();
    else expect(`${verdict?.severity}: ${verdict?.message}`).toContain(expected);
  });
});
