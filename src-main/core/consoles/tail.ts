/**
 * Follows one growing file and says how long it is; readers fetch what they want from it, each at its own position.
 * There is no buffer in between: the file is the buffer, the page cache makes it fast, and a reader that stops reading
 * costs nothing.
 *
 * Never: writes, truncates or locks the file, keeps bytes, or decides what a reader should see.
 */
import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { limits } from '../../../src-shared/limits.ts';
import { Emitter } from '../kit/emitter.ts';
import { nullWhereMissing, openRegular } from '../kit/regular-file.ts';

/** Bytes of the stream; `offset` is where they really begin, which is later than asked for if the range was punched. */
export interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** When the bytes that a file grew by were written, in milliseconds since the epoch. */
export interface GrowthTime {
  readonly latest: number;
  /** The last look before; null where there was none. Where the kernel watches it is the same as `latest`. */
  readonly earliest: number | null;
}

export type TailChange =
  | { readonly kind: 'grew'; readonly size: number; readonly time: GrowthTime }
  /** The file became shorter or another file took its name: nothing that was read before belongs to this stream. */
  | { readonly kind: 'restarted'; readonly size: number }
  /** The file cannot be looked at (EIO, EACCES). Told once per spell; looking goes on. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** Echo latency is felt, so for this long after a keystroke the file is looked at every millisecond. */
const eagerMs = 50;
const eagerIntervalMs = 1;
/** Looks without growth after which a stream counts as quiet and the kernel is asked to wake us instead. */
const quietLooks = 5;
/** inotify says nothing on some network and overlay file systems, and watches can run out. */
const fallbackMs = 500;
/** Where a watch never missed anything, a stream that was silent for ten seconds is hardly looked at: there may be many. */
const silentLooks = quietLooks + 20;
const silentMs = 5000;
/** While the file does not exist there is nothing to watch; it is expected soon, or, after two seconds, perhaps never. */
const missingMs = 50;
const missingLooks = 40;

/** File times are as coarse as the kernel's tick. */
const clockGrainMs = 10;

export interface Pace {
  readonly afterMs: number;
  /** A flooding guest makes one inotify event per byte or two, so the watch exists only while nothing comes. */
  readonly watch: boolean;
}

/** When to look next. Pure. */
export function nextLook(seen: {
  readonly msSinceNudge: number;
  readonly looksWithoutGrowth: number;
  readonly exists: boolean;
  /** The file has grown without the watch saying so. */
  readonly watchMissed: boolean;
}): Pace {
  const { looksWithoutGrowth } = seen;
  if (seen.msSinceNudge < eagerMs) return { afterMs: eagerIntervalMs, watch: false };
  if (!seen.exists) return { afterMs: looksWithoutGrowth < missingLooks ? missingMs : fallbackMs, watch: false };
  if (looksWithoutGrowth < quietLooks) return { afterMs: limits.consoleFrameMs, watch: false };
  return { afterMs: looksWithoutGrowth < silentLooks || seen.watchMissed ? fallbackMs : silentMs, watch: true };
}

export class Tail {
  readonly path: string;
  /** Growth is told at most every 8 ms (1 ms after a nudge): that is the coalescing of console frames. */
  readonly changes = new Emitter<TailChange>();
  #file: FileHandle | null = null;
  #identity = '';
  #size = 0;
  #punchedBefore: number;
  #closed = false;
  #failing = false;
  #nudgedAt = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => undefined;
  #looking: Promise<boolean> | null = null;
  #following: Promise<void> | null = null;
  #lookedAt: number | null = null;
  /** The kernel tells of every write, so what is seen now was written now. */
  #watched = false;

  /** `punchedBefore`: everything below this offset is known to be a hole. */
  constructor(path: string, options: { readonly punchedBefore?: number } = {}) {
    this.path = path;
    this.#punchedBefore = options.punchedBefore ?? 0;
  }

  /** Bytes in the file when it was last looked at. */
  get size(): number {
    return this.#size;
  }

  get punchedBefore(): number {
    return this.#punchedBefore;
  }

  /** For good: nothing more can be read, whatever `size` says. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Begins to follow. Resolves after the first look, so `size` is right; a file that is not there yet is waited for. */
  async start(): Promise<void> {
    await this.look();
    if (!this.#closed) this.#following ??= this.#follow();
  }

  /**
   * At most `maxBytes` from `offset` on; empty at the end. Throws what the file system throws (EIO).
   * A reader must ask again after `restarted` instead of trusting an answer that was under way.
   */
  async read(offset: number, maxBytes: number): Promise<Chunk> {
    for (;;) {
      const file = this.#file;
      const from = Math.max(offset, this.#punchedBefore);
      const length = Math.min(maxBytes, this.#size - from);
      if (file === null || length <= 0) return { offset: from, bytes: new Uint8Array(0) };
      const buffer = new Uint8Array(length);
      const { bytesRead } = await file.read(buffer, 0, length, from);
      // Punched while the read was under way: the zeros were never written by the guest.
      if (from < this.#punchedBefore) continue;
      return { offset: from, bytes: buffer.subarray(0, bytesRead) };
    }
  }

  /**
   * From now on nobody reads below `offset`. To be called *before* the range is punched; a punch that failed sets the old
   * offset again.
   */
  markPunched(offset: number): void {
    this.#punchedBefore = offset;
  }

  /** A keystroke was sent: an answer is likely within milliseconds. */
  nudge(): void {
    this.#nudgedAt = performance.now();
    this.#wake();
  }

  /** Looks at the file now; true if it grew. `size` is as of this moment or later. */
  async look(): Promise<boolean> {
    // A look that is under way may have measured before the caller's reason to look.
    if (this.#looking !== null) await this.#looking;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#following;
    await this.#looking;
    await this.#file?.close();
    this.#file = null;
  }

  async #follow(): Promise<void> {
    let looksWithoutGrowth = 0;
    let watchMissed = false;
    while (!this.#closed) {
      const msSinceNudge = performance.now() - this.#nudgedAt;
      const pace = nextLook({ msSinceNudge, looksWithoutGrowth, exists: this.#file !== null, watchMissed });
      const woken = await (pace.watch ? this.#sleepWatching(pace.afterMs) : this.#sleep(pace.afterMs));
      if (this.#closed) return;
      if (pace.watch) await this.#replaceIfRenamed();
      // Growth that the watch should have told of and did not: nobody knows since when.
      this.#watched &&= woken;
      const grew = await this.look();
      this.#watched = false;
      watchMissed ||= pace.watch && grew && !woken;
      looksWithoutGrowth = grew || woken ? 0 : looksWithoutGrowth + 1;
    }
  }

  /** True if it was woken before the time was over. */
  #sleep(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  async #sleepWatching(ms: number): Promise<boolean> {
    const slept = this.#sleep(ms);
    let watcher: FSWatcher | null = null;
    try {
      watcher = watch(this.path, () => this.#wake());
      watcher.on('error', () => undefined);
    } catch {
      // No watch to be had (limit reached, file moved away): the fallback interval serves.
    }
    try {
      // What came between the last look and the watch has no event.
      if (await this.look()) this.#wake();
      this.#watched = watcher !== null;
      return await slept;
    } finally {
      watcher?.close();
    }
  }

  async #lookOnce(): Promise<boolean> {
    try {
      const file = this.#file ?? (await this.#open());
      if (file === null) return false;
      const { size, mtimeMs } = await file.stat();
      this.#failing = false;
      const now = Date.now();
      const before = this.#lookedAt;
      this.#lookedAt = now;
      if (size === this.#size) return false;
      if (size < this.#size) {
        this.#restart(size);
      } else {
        this.#size = size;
        // Nearer to the truth than now where we were kept from looking; a clock of another machine's may be anything.
        const latest = mtimeMs <= now && mtimeMs >= (before ?? 0) - clockGrainMs ? mtimeMs : now;
        const earliest = this.#watched ? latest : before === null ? null : Math.min(before, latest);
        this.changes.emit({ kind: 'grew', size, time: { latest, earliest } });
      }
      return true;
    } catch (error) {
      if (!this.#failing) this.changes.emit({ kind: 'failed', error });
      this.#failing = true;
      return false;
    }
  }

  async #open(): Promise<FileHandle | null> {
    if (this.#closed) return null;
    const file = await openRegular(this.path).catch(nullWhereMissing);
    if (file === null) return null;
    this.#file = file;
    this.#identity = identityOf(await file.stat());
    return file;
  }

  async #replaceIfRenamed(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    try {
      // A file that was only removed is read on to its end through the handle.
      if (identityOf(await stat(this.path)) === this.#identity) return;
    } catch {
      return;
    }
    await this.#looking;
    this.#file = null;
    await file.close();
    // The next look opens the new file and tells its growth from nothing.
    this.#restart(0);
  }

  #restart(size: number): void {
    this.#size = size;
    this.#punchedBefore = 0;
    this.changes.emit({ kind: 'restarted', size });
  }
}

function identityOf(stats: { readonly dev: number; readonly ino: number }): string {
  return `${stats.dev}:${stats.ino}`;
}
