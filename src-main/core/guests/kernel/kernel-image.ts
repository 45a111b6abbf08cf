/**
 * Recognises a kernel by its bytes, and knows which of them QEMU's `-kernel` can start. Pure: bytes in, words out. Must
 * never be stricter than QEMU: an unknown file is a warning, because firmware and bare-metal programs look like nothing.
 */
import type { Architecture } from '../../../../src-shared/model/engine.ts';

export type KernelImage =
  | { readonly kind: 'linux'; readonly architecture: Architecture }
  | {
      readonly kind: 'elf';
      readonly machine: number;
      readonly bits: 32 | 64;
      readonly multiboot: 1 | 2 | null;
      readonly notes: readonly ByteRange[];
    }
  | { readonly kind: 'multiboot'; readonly version: 1 | 2 }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'efi'; readonly isCompressedLinux: boolean }
  | { readonly kind: 'u-boot' }
  | { readonly kind: 'unknown' };

export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

/** What `recogniseKernel` wants to see: Multiboot 2 headers lie in the first 32 KiB. */
export const kernelHeadBytes = 32 * 1024;

/** ELF e_machine (System V ABI, `elf.h`). */
export const elfMachines = { i386: 3, arm: 40, x86_64: 62, aarch64: 183, riscv: 243 } as const;

export function recogniseKernel(head: Uint8Array): KernelImage {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const at = (offset: number, text: string) => textAt(head, offset, text);
  // Linux: Documentation/arch/x86/boot.rst (setup header at 0x1f1), arm64/booting.rst, riscv/boot-image-header.rst.
  if (at(0x202, 'HdrS')) return { kind: 'linux', architecture: 'x86_64' };
  if (at(0x38, 'ARM\x64')) return { kind: 'linux', architecture: 'aarch64' };
  if (at(0x38, 'RSC\x05')) return { kind: 'linux', architecture: 'riscv64' };
  if (at(0, '\x7fELF')) return recogniseElf(head, view);
  // The EFI zboot wrapper: drivers/firmware/efi/libstub/zboot-header.S.
  if (at(0, 'MZ')) return { kind: 'efi', isCompressedLinux: at(4, 'zimg') };
  if (at(0, '\x1f\x8b')) return { kind: 'gzip' };
  if (at(0, '\x27\x05\x19\x56')) return { kind: 'u-boot' };
  const version = multibootVersion(view);
  return version === null ? { kind: 'unknown' } : { kind: 'multiboot', version };
}

/** Whether one of an ELF's notes is the PVH entry point: name "Xen", type 18 (XEN_ELFNOTE_PHYS32_ENTRY). */
export function hasPvhEntry(notes: Uint8Array): boolean {
  const view = new DataView(notes.buffer, notes.byteOffset, notes.byteLength);
  const aligned = (size: number) => (size + 3) & ~3;
  let at = 0;
  while (at + 12 <= notes.length) {
    const nameSize = view.getUint32(at, true);
    const type = view.getUint32(at + 8, true);
    if (type === 18 && textAt(notes, at + 12, 'Xen\0')) return true;
    at += 12 + aligned(nameSize) + aligned(view.getUint32(at + 4, true));
  }
  return false;
}

function recogniseElf(head: Uint8Array, view: DataView): KernelImage {
  const isLittleEndian = head[5] === 1;
  const bits = head[4] === 2 ? 64 : 32;
  if (head.length < 64 || !isLittleEndian) return { kind: 'elf', machine: 0, bits, multiboot: null, notes: [] };
  return {
    kind: 'elf',
    machine: view.getUint16(18, true),
    bits,
    multiboot: multibootVersion(view),
    notes: noteRanges(view, bits),
  };
}

/** The PT_NOTE segments of a little-endian ELF, as far as its program headers lie in the head. */
function noteRanges(view: DataView, bits: 32 | 64): ByteRange[] {
  const wide = bits === 64;
  const word = (offset: number) => (wide ? Number(view.getBigUint64(offset, true)) : view.getUint32(offset, true));
  const tableOffset = word(wide ? 32 : 28);
  const entrySize = view.getUint16(wide ? 54 : 42, true);
  const count = view.getUint16(wide ? 56 : 44, true);
  const ranges: ByteRange[] = [];
  for (let index = 0; index < count; index++) {
    const at = tableOffset + index * entrySize;
    if (at + (wide ? 56 : 32) > view.byteLength) break;
    const isNote = view.getUint32(at, true) === 4;
    // A note segment is small; a huge size is a broken file.
    const range = { offset: word(at + (wide ? 8 : 4)), size: Math.min(word(at + (wide ? 32 : 16)), 64 * 1024) };
    if (isNote) ranges.push(range);
  }
  return ranges;
}

/** Multiboot 0.6.96 §3.1.1: in the first 8 KiB, 4-aligned; Multiboot 2 §3.1: in the first 32 KiB, 8-aligned. */
function multibootVersion(view: DataView): 1 | 2 | null {
  const sum = (at: number, words: number) => {
    let total = 0;
    for (let index = 0; index < words; index++) total = (total + view.getUint32(at + 4 * index, true)) >>> 0;
    return total;
  };
  for (let at = 0; at + 12 <= Math.min(view.byteLength, 8192); at += 4) {
    if (view.getUint32(at, true) === 0x1badb002 && sum(at, 3) === 0) return 1;
  }
  for (let at = 0; at + 16 <= Math.min(view.byteLength, 32768); at += 8) {
    if (view.getUint32(at, true) === 0xe85250d6 && sum(at, 4) === 0) return 2;
  }
  return null;
}

function textAt(bytes: Uint8Array, offset: number, text: string): boolean {
  if (offset + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index++) if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  return true;
}
