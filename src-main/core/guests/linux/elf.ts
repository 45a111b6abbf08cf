/**
 * Reads the two things the guest recipe needs from 64-bit little-endian ELF files: a section by its name, and the
 * shared libraries a program asks for.
 *
 * Format: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 * Pure; every offset is checked, because the file came from outside.
 */

const programHeaderless = 'not a 64-bit little-endian ELF file with sections';
const dynamicNeeded = 1n;

interface Section {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The bytes of the first section with this name, or undefined. @throws RangeError when `file` is not such an ELF file. */
export function elfSection(file: Uint8Array, name: string): Uint8Array | undefined {
  return sections(file).find((section) => section.name === name)?.data;
}

/** DT_NEEDED: the names of the libraries the program is linked with, in order. Empty for a static program. */
export function neededLibraries(file: Uint8Array): string[] {
  const all = sections(file);
  const dynamic = all.find(({ name }) => name === '.dynamic')?.data;
  const strings = all.find(({ name }) => name === '.dynstr')?.data;
  if (dynamic === undefined || strings === undefined) return [];
  const view = viewOf(dynamic);
  const names: string[] = [];
  for (let offset = 0; offset + 16 <= dynamic.length; offset += 16) {
    if (view.getBigInt64(offset, true) !== dynamicNeeded) continue;
    names.push(stringAt(strings, Number(view.getBigUint64(offset + 8, true))));
  }
  return names;
}

/** The program interpreter (`/lib64/ld-linux-x86-64.so.2`), or undefined for a static program. */
export function programInterpreter(file: Uint8Array): string | undefined {
  const data = elfSection(file, '.interp');
  return data === undefined ? undefined : stringAt(data, 0);
}

function sections(file: Uint8Array): Section[] {
  const view = viewOf(file);
  const isElf64 = file.length >= 64 && view.getUint32(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1;
  if (!isElf64) throw new RangeError(programHeaderless);
  const tableOffset = Number(view.getBigUint64(0x28, true));
  const entryBytes = view.getUint16(0x3a, true);
  const count = view.getUint16(0x3c, true);
  const namesIndex = view.getUint16(0x3e, true);
  if (entryBytes < 64 || tableOffset + entryBytes * count > file.length) throw new RangeError(programHeaderless);

  const headers = Array.from({ length: count }, (_, index) => {
    const at = tableOffset + index * entryBytes;
    const offset = Number(view.getBigUint64(at + 0x18, true));
    const size = Number(view.getBigUint64(at + 0x20, true));
    const hasBytes = view.getUint32(at + 4, true) !== 8; // SHT_NOBITS: .bss has a size and no bytes
    return {
      nameOffset: view.getUint32(at, true),
      data: hasBytes ? file.subarray(offset, offset + size) : new Uint8Array(),
    };
  });
  const names = headers[namesIndex]?.data ?? new Uint8Array();
  return headers.map(({ nameOffset, data }) => ({ name: stringAt(names, nameOffset), data }));
}

function stringAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return new TextDecoder().decode(bytes.subarray(offset, end === -1 ? bytes.length : end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
