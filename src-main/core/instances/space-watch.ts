/**
 * Keeps the home's file system from filling up under running guests: bounds their transcripts, and pauses the guests
 * before QEMU would drop serial output it cannot write. What it paused it continues when there is room again.
 */
import { limits } from '../../../src-shared/limits.ts';
import { nextSpaceCheckMs, readFreeBytes, spaceVerdict } from '../consoles/space-guard.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';

export interface WatchedGuest {
  readonly id: string;
  /** Length of its serial output so far. */
  readonly serialBytes: number;
  readonly pausedForSpace: boolean;
  readonly canPause: boolean;
  pauseForSpace(): Promise<void>;
  resumeFromSpace(): Promise<void>;
  boundTranscript(): Promise<void>;
}

export interface SpaceWatchOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  guests(): readonly WatchedGuest[];
  /** For tests of a disk that fills up. */
  readonly readFreeBytes?: typeof readFreeBytes;
}

/** While a guest runs its output can grow at any moment, so the first look cannot rely on a rate. */
const longestPauseMs = 1000;

/** Runs until the signal is aborted; resolves then. */
export async function watchSpace(options: SpaceWatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, directory } = options;
  let before = { bytes: 0, at: clock.monotonic() };
  const unbounded = new Set<WatchedGuest['id']>();
  while (!signal.aborted) {
    const guests = options.guests();
    const bytes = guests.reduce((sum, guest) => sum + guest.serialBytes, 0);
    const seconds = Math.max(0.05, (clock.monotonic() - before.at) / 1000);
    const bytesPerSecond = Math.max(0, (bytes - before.bytes) / seconds);
    before = { bytes, at: clock.monotonic() };
    const state = guests.some((guest) => guest.pausedForSpace) ? ('paused' as const) : ('ok' as const);
    const freeBytes =
      guests.length === 0
        ? Number.POSITIVE_INFINITY
        : await (options.readFreeBytes ?? readFreeBytes)(directory).catch(() => limits.reserveBytes * 3);
    await look(options, guests, spaceVerdict({ freeBytes, bytesPerSecond, state }));
    await bound(options, guests, unbounded);
    const waitMs = Math.min(longestPauseMs, nextSpaceCheckMs({ freeBytes, bytesPerSecond, state }));
    await clock.wait(waitMs, signal).catch(() => undefined);
  }
}

/** Pausing comes first and depends on nothing else: it is what keeps output from being lost. */
async function look({ log }: SpaceWatchOptions, guests: readonly WatchedGuest[], verdict: string): Promise<void> {
  for (const guest of guests) {
    try {
      if (verdict === 'pause' && guest.canPause) {
        await guest.pauseForSpace();
        log.warn('paused a guest: the disk is full', { id: guest.id });
      }
      if (verdict === 'resume' && guest.pausedForSpace) await guest.resumeFromSpace();
    } catch (error) {
      log.warn('the space watch could not act', { id: guest.id, error: String(error) });
    }
  }
}

/** Where holes cannot be punched (some file systems, macOS), transcripts grow; that is said once. */
async function bound(
  { log }: SpaceWatchOptions,
  guests: readonly WatchedGuest[],
  unbounded: Set<WatchedGuest['id']>,
): Promise<void> {
  for (const guest of guests) {
    try {
      await guest.boundTranscript();
      unbounded.delete(guest.id);
    } catch (error) {
      if (unbounded.has(guest.id)) continue;
      unbounded.add(guest.id);
      log.warn('a transcript cannot be kept within its bound', { id: guest.id, error: String(error) });
    }
  }
}
