/**
 * Recognises a disk image by its bytes, so that QEMU is always told a format and never guesses: a guest that can write
 * the first sector of a raw disk could otherwise make QEMU open any file of the host on the next boot.
 */
import { parseQcow2Header } from './qcow2-header.ts';

const imageFormats = ['qcow2', 'vmdk', 'vdi', 'vpc', 'vhdx', 'iso9660', 'raw'] as const;
type ImageFormat = (typeof imageFormats)[number];

export type DetectedImage =
  | { readonly kind: 'image'; readonly format: ImageFormat }
  /** Not a disk yet: a disk inside a compressed file. `unpack` is the program that opens it. */
  | { readonly kind: 'compressed'; readonly name: string; readonly unpack: string }
  /** A container that is known and that Slipway does not take. */
  | { readonly kind: 'unsupported'; readonly name: string };

/** What `detectImage` wants to see from the start of the file: past the first volume descriptor of an ISO 9660 image. */
export const imageHeadBytes = 64 * 1024;
/** … and from its end: the footer of a fixed-size VHD. */
export const imageTailBytes = 512;

/** Pure. `head` is the file's first bytes, `tail` its last 512 (or all, of a smaller file). */
export function detectImage(head: Uint8Array, tail: Uint8Array): DetectedImage {
  const at = (offset: number, text: string) => startsWith(head, offset, text);
  const image = (format: ImageFormat): DetectedImage => ({ kind: 'image', format });

  // qcow2.txt in QEMU's docs/interop; version 1 shares the magic and is another format.
  if (at(0, 'QFI\xfb')) return parseQcow2Header(head) === null ? { kind: 'unsupported', name: 'qcow' } : image('qcow2');
  // VMware, "Virtual Disk Format 5.0": sparse extents ('KDMV', ESX 'COWD') and the text descriptor.
  if (at(0, 'KDMV') || at(0, 'COWD') || at(0, '# Disk DescriptorFile')) return image('vmdk');
  // QEMU block/vdi.c: VDI_SIGNATURE 0xbeda107f, little-endian, after 64 bytes of text.
  if (at(0x40, '\x7f\x10\xda\xbe')) return image('vdi');
  // [MS-VHDX] 2.2.1: file type identifier.
  if (at(0, 'vhdxfile')) return image('vhdx');
  // Microsoft, "Virtual Hard Disk Image Format": the footer's cookie; dynamic disks carry a copy at the start.
  if (at(0, 'conectix') || startsWith(tail, tail.length - 512, 'conectix')) return image('vpc');
  const compressed = compression(at);
  if (compressed !== null) return { kind: 'compressed', ...compressed };
  // ECMA-119 8.1: volume descriptors from sector 16 of 2048 bytes; one type byte, then 'CD001'.
  // UDF-only discs (ECMA-167 2/9.1.2) have 'BEA01' there.
  if (at(32769, 'CD001') || at(32769, 'BEA01')) return image('iso9660');
  return image('raw');
}

/** QEMU's name of the driver: an ISO image is read as raw sectors. */
export function qemuFormat(format: ImageFormat): Exclude<ImageFormat, 'iso9660'> {
  return format === 'iso9660' ? 'raw' : format;
}

function compression(at: (offset: number, text: string) => boolean): { name: string; unpack: string } | null {
  if (at(0, '\x1f\x8b\x08')) return { name: 'gzip', unpack: 'gunzip -k' }; // RFC 1952
  if (at(0, '\xfd7zXZ\0')) return { name: 'xz', unpack: 'xz -d -k' }; // xz-file-format.txt 2.1.1.1
  if (at(0, '\x28\xb5\x2f\xfd')) return { name: 'zstd', unpack: 'zstd -d' }; // RFC 8878 3.1.1
  if (at(0, 'BZh') && at(4, '1AY&SY')) return { name: 'bzip2', unpack: 'bunzip2 -k' };
  if (at(0, 'PK\x03\x04')) return { name: 'zip', unpack: 'unzip' }; // APPNOTE.TXT 4.3.7
  if (at(0, "7z\xbc\xaf'\x1c")) return { name: '7-Zip', unpack: '7z x' };
  return null;
}

/** `text` has one character per byte. */
function startsWith(bytes: Uint8Array, offset: number, text: string): boolean {
  if (offset < 0 || offset + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
