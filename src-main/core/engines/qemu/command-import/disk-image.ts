/** The image behind a `-drive` or a `-blockdev` graph, when it is one file in one format and nothing else. */
import type { Disk } from '../../../../../src-shared/model/spec.ts';
import { type Properties, propertyOf, readBoolean, readProperties } from './properties.ts';
import type { CommandArgument } from './split-arguments.ts';

export interface DiskImage {
  readonly file: string;
  readonly format: Disk['format'];
  readonly readOnly: boolean;
  readonly snapshot: boolean;
  /** Options about how this host reads and writes the file, which no guest can tell. */
  readonly leftOut: readonly string[];
}

export const diskFormats = ['raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhdx'] as const;
const formats = new Set<string>(diskFormats);

/** How this host handles the file; the guest sees the same. */
const hostOnly =
  /^(cache|cache\.(direct|no-flush|writeback)|aio|discard|detect-zeroes|auto-read-only|file\.(aio|locking|discard|cache\.\w+|auto-read-only)|locking|l2-cache-size|cache-size|copy-on-read)$/;

/** Values of these that change nothing need not be mentioned. */
const usual = new Set([
  'cache=writeback',
  'aio=threads',
  'discard=unmap',
  'detect-zeroes=off',
  'auto-read-only=on',
  'file.locking=auto',
]);

/** Keys of `-drive` that say where the drive is put, not what is in it. */
const placing = new Set(['if', 'index', 'bus', 'unit', 'id', 'media', 'serial', 'node-name']);

export function imageOfDrive(properties: Properties): DiskImage | null {
  const leftOut: string[] = [];
  for (const [key, value] of properties.entries) {
    if (
      ['file', 'file.filename', 'format', 'driver', 'readonly', 'read-only', 'snapshot'].includes(key) ||
      placing.has(key)
    )
      continue;
    if (key === 'file.driver' && value === 'file') continue;
    if (!hostOnly.test(key)) return null;
    if (!usual.has(`${key}=${value}`)) leftOut.push(`${key}=${value}`);
  }
  const file = propertyOf(properties, 'file', 'file.filename') ?? properties.first;
  const format = propertyOf(properties, 'format', 'driver') ?? 'auto';
  if (file === null || file === '' || !isPlainFile(file) || (format !== 'auto' && !formats.has(format))) return null;
  return {
    file,
    format: format as Disk['format'],
    readOnly: readBoolean(propertyOf(properties, 'readonly', 'read-only')) === true,
    snapshot: readBoolean(propertyOf(properties, 'snapshot')) === true,
    leftOut,
  };
}

/** `nbd:…`, `fat:…`, `https://…`, `json:…` are no files, unless something before the colon makes them one. */
export function isPlainFile(file: string): boolean {
  return (
    !/^[A-Za-z][A-Za-z0-9+._-]*:/.test(file) || (file.startsWith('file:/') === false && /^[A-Za-z]:[\\/]/.test(file))
  );
}

export interface GraphImage extends DiskImage {
  /** Every `-blockdev` of the graph. */
  readonly arguments: readonly CommandArgument[];
}

/** The graph under a node: a format over a file, the file maybe in a node of its own. Null: more than that. */
export function imageOfNode(name: string, nodes: readonly CommandArgument[]): GraphImage | null {
  const read = nodes.map((argument) => ({ argument, properties: readProperties(argument.value ?? '') }));
  const top = read.find(({ properties }) => propertyOf(properties, 'node-name') === name);
  if (top === undefined) return null;
  const leftOut: string[] = [];
  const isKnown = ({ entries }: Properties, allowed: readonly string[]) =>
    entries.every(([key, value]) => {
      if (allowed.includes(key) || key === 'node-name' || key === 'read-only') return true;
      if (!hostOnly.test(key)) return false;
      if (!usual.has(`${key}=${value}`) && !/^cache\./.test(key)) leftOut.push(`${key}=${value}`);
      return true;
    });
  const driver = propertyOf(top.properties, 'driver') ?? top.properties.first ?? '';
  const readOnly = readBoolean(propertyOf(top.properties, 'read-only')) === true;
  const common = { readOnly, snapshot: false, leftOut };
  if (driver === 'file') {
    const file = propertyOf(top.properties, 'filename');
    if (file === null || !isKnown(top.properties, ['driver', 'filename'])) return null;
    return { ...common, file, format: 'raw', arguments: [top.argument] };
  }
  if (!formats.has(driver)) return null;
  const format = driver as Disk['format'];
  const inner = propertyOf(top.properties, 'file');
  if (inner === null) {
    const file = propertyOf(top.properties, 'file.filename');
    if (file === null || propertyOf(top.properties, 'file.driver') !== 'file') return null;
    if (!isKnown(top.properties, ['driver', 'file.driver', 'file.filename'])) return null;
    return { ...common, file, format, arguments: [top.argument] };
  }
  const below = read.find(({ properties }) => propertyOf(properties, 'node-name') === inner);
  if (below === undefined || (propertyOf(below.properties, 'driver') ?? below.properties.first) !== 'file') return null;
  const file = propertyOf(below.properties, 'filename');
  if (
    file === null ||
    !isKnown(top.properties, ['driver', 'file']) ||
    !isKnown(below.properties, ['driver', 'filename'])
  )
    return null;
  return { ...common, file, format, arguments: [below.argument, top.argument] };
}
