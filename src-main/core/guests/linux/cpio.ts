/**
 * Writes "newc" cpio archives, the format the Linux kernel unpacks as its initramfs.
 *
 * Format: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 *
 * Pure: entries in, bytes out; the same entries always give the same bytes. It owns no files and reads no clock.
 */

export type CpioEntry = CpioFile | CpioDirectory | CpioSymlink | CpioCharacterDevice;

interface CpioNamed {
  /** Relative, with `/` between parts and no `.` or `..`: `bin/busybox`. */
  readonly path: string;
}

export interface CpioFile extends CpioNamed {
  readonly kind: 'file';
  readonly data: Uint8Array | string;
  /** Permission bits; 0644 when absent. */
  readonly mode?: number;
}

export interface CpioDirectory extends CpioNamed {
  readonly kind: 'directory';
  /** Permission bits; 0755 when absent. */
  readonly mode?: number;
}

export interface CpioSymlink extends CpioNamed {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface CpioCharacterDevice extends CpioNamed {
  readonly kind: 'character-device';
  readonly major: number;
  readonly minor: number;
  /** Permission bits; 0600 when absent. */
  readonly mode?: number;
}

export interface CpioOptions {
  /** Modification time of every entry, in seconds since 1970. Default 0, so that equal input gives equal bytes. */
  readonly mtimeSeconds?: number;
}

const trailerName = 'TRAILER!!!';
/** What cpio(1) writes by default; a reader that takes whole blocks is content, the kernel skips the zeros. */
const blockBytes = 512;
const maxField = 0xffff_ffff;
const fileTypes = { file: 0o100000, directory: 0o040000, symlink: 0o120000, 'character-device': 0o020000 } as const;

const encoder = new TextEncoder();

/**
 * One archive with the entries in the given order, everything owned by root.
 *
 * @throws RangeError for a path that is not plain and relative, that is there twice, whose directory does not come
 * before it (the kernel drops such a file without a word), or for a number that does not fit its field.
 */
export function writeCpio(entries: readonly CpioEntry[], options: CpioOptions = {}): Uint8Array {
  const mtime = options.mtimeSeconds ?? 0;
  checkPaths(entries);
  const parts: Uint8Array[] = [];
  let length = 0;
  const push = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
  };
  const align = (bytes: number): void => push(new Uint8Array((bytes - (length % bytes)) % bytes));
  const record = (fields: readonly number[], name: string, data: Uint8Array): void => {
    push(encoder.encode(`070701${fields.map(hexField).join('')}`));
    push(encoder.encode(`${name}\0`));
    align(4);
    push(data);
    align(4);
  };

  entries.forEach((entry, index) => {
    const data = dataOf(entry);
    const device = entry.kind === 'character-device' ? entry : { major: 0, minor: 0 };
    record(
      [
        index + 1, // inode: unique, so that nothing is taken for a hard link
        fileTypes[entry.kind] | modeOf(entry),
        0, // uid
        0, // gid
        entry.kind === 'directory' ? 2 : 1,
        mtime,
        data.length,
        0, // the file's own device, major and minor
        0,
        device.major,
        device.minor,
        nameBytes(entry.path),
        0, // check sum: used by "newcrc" only
      ],
      entry.path,
      data,
    );
  });
  record([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, nameBytes(trailerName), 0], trailerName, new Uint8Array());
  align(blockBytes);
  return concatenate(parts, length);
}

function modeOf(entry: CpioEntry): number {
  const mode =
    entry.kind === 'symlink'
      ? 0o777
      : (entry.mode ?? { file: 0o644, directory: 0o755, 'character-device': 0o600 }[entry.kind]);
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) throw new RangeError(`mode of ${entry.path}: ${mode}`);
  return mode;
}

function dataOf(entry: CpioEntry): Uint8Array {
  if (entry.kind === 'file') return typeof entry.data === 'string' ? encoder.encode(entry.data) : entry.data;
  if (entry.kind === 'symlink') return encoder.encode(entry.target);
  return new Uint8Array();
}

function nameBytes(name: string): number {
  return encoder.encode(name).length + 1;
}

function hexField(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > maxField)
    throw new RangeError(`does not fit a cpio field: ${value}`);
  return value.toString(16).padStart(8, '0');
}

function checkPaths(entries: readonly CpioEntry[]): void {
  const seen = new Set<string>();
  const directories = new Set<string>(['']);
  for (const { path, kind } of entries) {
    const parts = path.split('/');
    const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
    if (!plain || path === trailerName) throw new RangeError(`not a plain relative path: ${JSON.stringify(path)}`);
    if (seen.has(path)) throw new RangeError(`twice in one archive: ${path}`);
    if (!directories.has(parts.slice(0, -1).join('/'))) throw new RangeError(`no directory before ${path}`);
    seen.add(path);
    if (kind === 'directory') directories.add(path);
  }
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
