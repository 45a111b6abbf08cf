/**
 * When the bytes of a transcript came: noted while it is followed, and kept in a sidecar file, so that it is known after
 * a restart and of old boots too. What came while nobody followed is known only to lie between two times, and says so.
 *
 * The file is records as in `console-times.ts`, and behind them one more that says up to where and when the transcript
 * was followed; each writing puts new records in its place. It grows by one record per 10 ms of output at most, and by
 * half as many for every 65536 it holds: a day of uninterrupted output takes 8 MiB.
 *
 * Never: writes to the transcript, or makes anybody wait who follows it.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import {
  type Arrival,
  arrivalBytes,
  decodeArrivals,
  encodeArrivals,
} from '../../../src-shared/contract/console-times.ts';
import { openRegular } from '../kit/regular-file.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { GrowthTime } from './tail.ts';

const firstIntervalMs = 10;
const recordsPerInterval = 65_536;
/** Looks are 8 ms apart, and a busy machine is late; only beyond this it is worth saying that a time is not exact. */
const exactMs = 30;
/** Kept in memory: all of a quiet guest, more than a minute of one that never stops. */
const rememberedRecords = 8192;
const writeAfterMs = 500;
/** At most so many arrivals are read back at once. */
const readRecords = 65_536;
const unknownSpanMs = 0xffff_ffff;

export interface ArrivalTimesOptions {
  /** Sidecar of the transcript; null: nothing is written. */
  readonly path: string | null;
  readonly transcript: string;
  /** An old boot's is only read. */
  readonly readOnly?: boolean;
}

export class ArrivalTimes {
  readonly #options: ArrivalTimesOptions;
  /** The newest, in order. */
  #known: Arrival[];
  /** Records in all, those only in the file included. */
  #count: number;
  #written: number;
  /** The transcript was followed up to here … */
  #seenSize: number;
  /** … and until then. */
  #seenAt: number;
  #file: FileHandle | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #broken = false;
  #closed = false;

  /** Reads what is kept. A sidecar that cannot be read is as none. */
  static async open(options: ArrivalTimesOptions): Promise<ArrivalTimes> {
    const kept = options.path === null ? null : await readKept(options.path).catch(() => null);
    if (kept !== null) return new ArrivalTimes(options, kept);
    // Not before it was made.
    const born = await stat(options.transcript).catch(() => null);
    return new ArrivalTimes(options, { known: [], count: 0, seenSize: 0, seenAt: born?.birthtimeMs ?? 0 });
  }

  private constructor(options: ArrivalTimesOptions, kept: Kept) {
    this.#options = options;
    this.#known = kept.known;
    this.#count = kept.count;
    this.#written = kept.count;
    this.#seenSize = kept.seenSize;
    this.#seenAt = kept.seenAt;
  }

  /** The transcript has grown to `size`. */
  grew(size: number, { latest, earliest }: GrowthTime): void {
    if (size <= this.#seenSize) return;
    const since = earliest ?? Math.min(this.#seenAt, latest);
    const spanMs = since <= 0 ? unknownSpanMs : latest - since;
    this.#add({ offset: this.#seenSize, at: latest, earlierMs: spanMs <= exactMs ? 0 : spanMs });
    this.#seenSize = size;
    this.#seenAt = latest;
    this.#writeSoon();
  }

  /** The transcript begins anew, and nothing of the old one is true of it. */
  restart(): void {
    this.#known = [];
    this.#count = 0;
    this.#written = 0;
    this.#seenSize = 0;
    this.#seenAt = Date.now();
  }

  /** When the byte at this offset came, as far as it is remembered. */
  at(offset: number): Arrival | null {
    return offset >= this.#seenSize ? null : (this.#known[this.#indexOf(offset)] ?? null);
  }

  /** Offset of the first arrival behind this byte; infinity where there is none yet. */
  endOf(offset: number): number {
    return this.#known[this.#indexOf(offset) + 1]?.offset ?? Number.POSITIVE_INFINITY;
  }

  /** The arrivals of the bytes from `from` to `to`, also those that are only in the file. */
  async between(from: number, to: number): Promise<readonly Arrival[]> {
    const first = this.#known[0];
    const isRemembered = first === undefined || first.offset <= from || this.#known.length === this.#count;
    const older = isRemembered ? [] : await this.#readOlder(from).catch(() => []);
    const all = older.length === 0 ? this.#known : [...older, ...this.#known];
    const begin = Math.max(0, indexIn(all, from));
    const end = indexIn(all, to - 1) + 1;
    return all.slice(begin, Math.max(begin, end));
  }

  /** Resolves when everything noted is in the file. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** To be called when the transcript was just looked at: up to now nothing else came. */
  async close(): Promise<void> {
    if (this.#count > 0) this.#seenAt = Math.max(this.#seenAt, Date.now());
    await this.flush();
    this.#closed = true;
    await this.#file?.close();
    this.#file = null;
  }

  #add(arrival: Arrival): void {
    const last = this.#known.at(-1);
    const intervalMs = firstIntervalMs * 2 ** Math.floor(this.#count / recordsPerInterval);
    const isSame = last !== undefined && arrival.earlierMs === 0 && last.earlierMs === 0;
    if (isSame && Math.abs(arrival.at - last.at) < intervalMs) return;
    this.#known.push(arrival);
    this.#count++;
    // Twice as many before any are dropped, so that dropping costs little. What is not written yet stays.
    if (this.#known.length < 2 * rememberedRecords) return;
    const unwritten = this.#isReadOnly ? 0 : this.#count - this.#written;
    this.#known.splice(0, this.#known.length - Math.max(rememberedRecords, unwritten));
  }

  #indexOf(offset: number): number {
    return indexIn(this.#known, offset);
  }

  #writeSoon(): void {
    if (this.#timer !== null || this.#isReadOnly || this.#closed) return;
    this.#timer = setTimeout(() => unawaited(this.flush(), 'arrival times could not be written'), writeAfterMs);
    this.#timer.unref();
  }

  get #isReadOnly(): boolean {
    return this.#options.path === null || this.#options.readOnly === true || this.#broken;
  }

  async #write(): Promise<void> {
    const { path } = this.#options;
    if (path === null || this.#isReadOnly || this.#closed || this.#count === 0) return;
    const from = this.#written;
    const records = this.#known.slice(this.#known.length - (this.#count - from));
    const end = { offset: this.#seenSize, at: this.#seenAt, earlierMs: 0 };
    this.#written = this.#count;
    try {
      // Not O_APPEND, which would ignore the position.
      this.#file ??= await open(path, 'r+', 0o600).catch(() => open(path, 'w+', 0o600));
      // Another transcript's, or what a crash left of a writing.
      if (from === 0) await this.#file.truncate(0);
      const bytes = encodeArrivals([...records, end]);
      await this.#file.write(bytes, 0, bytes.length, from * arrivalBytes);
    } catch {
      // A full disk costs times, never bytes of the guest.
      this.#broken = true;
    }
  }

  /** Those from `from` on that are not remembered. */
  async #readOlder(from: number): Promise<readonly Arrival[]> {
    const { path } = this.#options;
    if (path === null) return [];
    await this.flush();
    const end = Math.min(this.#written, this.#count - this.#known.length);
    const file = await openRegular(path);
    try {
      let low = 0;
      let high = end;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const [record] = await readRecordsAt(file, middle, 1);
        if (record !== undefined && record.offset <= from) low = middle + 1;
        else high = middle;
      }
      const first = Math.max(0, low - 1);
      return await readRecordsAt(file, first, Math.min(readRecords, end - first));
    } finally {
      await file.close();
    }
  }
}

interface Kept {
  readonly known: Arrival[];
  readonly count: number;
  readonly seenSize: number;
  readonly seenAt: number;
}

/** Throws where there is no sidecar, or nothing in it. */
async function readKept(path: string): Promise<Kept> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const count = Math.floor(size / arrivalBytes) - 1;
    const first = Math.max(0, count - rememberedRecords);
    const known = await readRecordsAt(file, first, count + 1 - first);
    const end = known.pop();
    if (end === undefined || count < 1) throw new Error('empty');
    return { known, count, seenSize: end.offset, seenAt: end.at };
  } finally {
    await file.close();
  }
}

async function readRecordsAt(file: FileHandle, index: number, count: number): Promise<Arrival[]> {
  const bytes = new Uint8Array(Math.max(0, count) * arrivalBytes);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, index * arrivalBytes);
  return decodeArrivals(bytes.subarray(0, bytesRead));
}

/** Index of the arrival that the byte at `offset` belongs to; -1 before the first. */
function indexIn(arrivals: readonly Arrival[], offset: number): number {
  let low = 0;
  let high = arrivals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((arrivals[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
