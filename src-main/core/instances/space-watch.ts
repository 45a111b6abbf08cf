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
}

/** While a guest runs its output can grow at any moment, so the first look cannot rely on a rate. */
const longestPauseMs = 1000;

/** Runs until the signal is aborted; resolves then. */
export async function watchSpace(options: SpaceWatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, directory } = options;
  let before = { bytes: 0, at: clock.monotonic() };
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
        : await readFreeBytes(directory).catch(() => limits.reserveBytes * 3);
    await look(options, guests, spaceVerdict({ freeBytes, bytesPerSecond, state }));
    const waitMs = Math.min(longestPauseMs, nextSpaceCheckMs({ freeBytes, bytesPerSecond, state }));
    await clock.wait(waitMs, signal).catch(() => undefined);
  }
}

async function look({ log }: SpaceWatchOptions, guests: readonly WatchedGuest[], verdict: string): Promise<void> {
  for (const guest of guests) {
    try {
      await guest.boundTranscript();
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
