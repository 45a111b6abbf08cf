/** Reads the directory of a BOOTFS and distrusts every number in it. Pure: bytes in, entries or a PayloadDamage out. */
import { bootfsNameBytes, bootfsNameProblem } from './bootfs-name.ts';
import { hex, PayloadDamage } from './damage.ts';
import { bootfsMagic } from './format.ts';
import { zbiLimits } from './limits.ts';

export const bootfsHeaderBytes = 16;
export const bootfsPageBytes = 4096;
/** Before the name: its length, the length and the offset of the data. */
export const bootfsEntryBytes = 12;

export const align4 = (bytes: number): number => Math.ceil(bytes / 4) * 4;
export const alignPage = (bytes: number): number => Math.ceil(bytes / bootfsPageBytes) * bootfsPageBytes;

export interface BootfsEntry {
  readonly name: string;
  /** From the start of the BOOTFS; several entries may share their data. */
  readonly dataOffset: number;
  readonly dataLength: number;
}

/** How many bytes of directory follow the header. `totalBytes`: of the whole BOOTFS. @throws PayloadDamage */
export function parseBootfsHeader(header: Uint8Array, totalBytes: number): number {
  if (header.length < bootfsHeaderBytes) throw new PayloadDamage(0, 'it is shorter than its header');
  const view = new DataView(header.buffer, header.byteOffset, bootfsHeaderBytes);
  if (view.getUint32(0, true) !== bootfsMagic) throw new PayloadDamage(0, 'the magic of the BOOTFS is wrong');
  const directoryBytes = view.getUint32(4, true);
  if (directoryBytes > totalBytes - bootfsHeaderBytes) {
    throw new PayloadDamage(4, `its directory says ${directoryBytes} bytes, and the whole has ${totalBytes}`);
  }
  if (directoryBytes > zbiLimits.bootfsDirectoryBytes) {
    throw new PayloadDamage(4, `its directory says ${directoryBytes} bytes, more than any real one has`);
  }
  return directoryBytes;
}

/** @throws PayloadDamage */
export function parseBootfsDirectory(directory: Uint8Array, totalBytes: number): readonly BootfsEntry[] {
  const entries: BootfsEntry[] = [];
  const seen = new Set<string>();
  let at = 0;
  while (at < directory.length) {
    const { entry, next } = parseEntry(directory, at, totalBytes);
    if (seen.has(entry.name)) throw damage(at, `the name ${JSON.stringify(entry.name)} is there twice`);
    seen.add(entry.name);
    entries.push(entry);
    at = next;
  }
  return entries;
}

function parseEntry(directory: Uint8Array, at: number, totalBytes: number): { entry: BootfsEntry; next: number } {
  if (directory.length - at < bootfsEntryBytes) throw damage(at, 'the directory ends inside an entry');
  const view = new DataView(directory.buffer, directory.byteOffset + at, bootfsEntryBytes);
  const [nameBytes, dataLength, dataOffset] = [0, 4, 8].map((field) => view.getUint32(field, true)) as [
    number,
    number,
    number,
  ];
  if (nameBytes < 2 || nameBytes > bootfsNameBytes) {
    throw damage(at, `a name says ${nameBytes} bytes, and names have 2 to ${bootfsNameBytes}`);
  }
  const next = at + align4(bootfsEntryBytes + nameBytes);
  if (next > directory.length) throw damage(at, 'the directory ends inside an entry');
  const start = at + bootfsEntryBytes;
  const name = decodeName(directory.subarray(start, start + nameBytes), at);
  const firstData = alignPage(bootfsHeaderBytes + directory.length);
  if (dataOffset % bootfsPageBytes !== 0) {
    throw damage(at, `the data of ${name} begin at ${hex(dataOffset)}, not on a page of ${bootfsPageBytes} bytes`);
  }
  if (dataOffset + dataLength > totalBytes) {
    throw damage(at, `the data of ${name} reach to ${hex(dataOffset + dataLength)}, past the end`);
  }
  if (dataLength > 0 && dataOffset < firstData) throw damage(at, `the data of ${name} lie inside the directory`);
  return { entry: { name, dataOffset, dataLength }, next };
}

/** `bytes`: with the NUL. */
function decodeName(bytes: Uint8Array, at: number): string {
  if (bytes[bytes.length - 1] !== 0) throw damage(at, 'a name does not end with NUL');
  const text = bytes.subarray(0, -1);
  if (text.includes(0)) throw damage(at, 'a name has NUL in it');
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw damage(at, 'a name is not UTF-8');
  }
  const problem = bootfsNameProblem(name);
  if (problem !== null) throw damage(at, `the name ${JSON.stringify(name)} ${problem}`);
  return name;
}

/** `at`: in the directory. */
function damage(at: number, what: string): PayloadDamage {
  return new PayloadDamage(bootfsHeaderBytes + at, what);
}
