/**
 * Waits for a guest's first bytes on a mapped port.
 *
 * A connection proves nothing: QEMU's user-mode network accepts it itself, in a millisecond, with no guest behind it
 * (measured: open for more than 6 s). Only bytes are the guest's. What is read is hostile and is for matching and
 * showing as text.
 */
import { connect } from 'node:net';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { type Clock, systemClock } from '../kit/clock.ts';

interface BannerTarget {
  readonly host: string;
  readonly port: number;
}

interface BannerOptions {
  /** For the whole wait, all attempts together. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  /** How long one connection may be silent before another is tried: bytes sent into a guest without a listener are lost. */
  readonly attemptMs?: number;
  readonly pauseMs?: number;
  /** Each attempt that came to nothing, with why. */
  onMiss?(why: string): void;
}

/** A banner is one line; a service that talks on and on is cut here. */
const bannerBytes = 512;

/**
 * The first line a service sends, without its line end (`SSH-2.0-dropbear_2022.83`), or what came before 512 bytes.
 *
 * @throws SlipwayError `timed_out`; the signal's reason when aborted.
 */
export async function waitForBanner(target: BannerTarget, options: BannerOptions): Promise<string> {
  const { deadlineMs, signal, clock = systemClock, attemptMs = 5000, pauseMs = 200 } = options;
  const end = clock.monotonic() + deadlineMs;
  let last = 'nothing answered';
  for (;;) {
    signal?.throwIfAborted();
    const left = end - clock.monotonic();
    if (left <= 0) break;
    const result = await readBanner(target, Math.min(attemptMs, left), signal);
    if (result.state === 'banner') return result.text;
    last = result.state === 'silent' ? 'connected, but no byte came' : result.reason;
    options.onMiss?.(last);
    await clock.wait(Math.max(0, Math.min(pauseMs, end - clock.monotonic())), signal);
  }
  throw new SlipwayError(
    'timed_out',
    `Nothing was said on port ${target.port} within ${Math.round(deadlineMs / 1000)} s.`,
    {
      cause: `Last attempt: ${last}.`,
      hint: 'Look at the console: is the guest up, and does the service in it listen on all addresses?',
    },
  );
}

type BannerAttempt =
  | { readonly state: 'banner'; readonly text: string }
  /** Connected, and not one byte in time. */
  | { readonly state: 'silent' }
  /** Refused, reset, or closed without a byte: with QEMU in between, mostly a guest that does not listen yet. */
  | { readonly state: 'refused'; readonly reason: string };

/** One connection. Leaves no socket behind, whatever happens. @throws the signal's reason when aborted. */
export function readBanner(target: BannerTarget, timeoutMs: number, signal?: AbortSignal): Promise<BannerAttempt> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const pieces: Buffer[] = [];
    let size = 0;
    const socket = connect({ host: target.host, port: target.port });
    const timer = setTimeout(() => finish(() => resolve(answer({ state: 'silent' }))), timeoutMs);
    const onAbort = () => finish(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });

    // Bytes without a line end are a banner too, once no more are to be had.
    const answer = (otherwise: BannerAttempt): BannerAttempt => {
      const bytes = Buffer.concat(pieces).subarray(0, bannerBytes);
      if (bytes.length === 0) return otherwise;
      return { state: 'banner', text: bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? '' };
    };
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      // A late error of a socket nobody listens to would end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      settle();
    };
    socket.on('data', (piece) => {
      pieces.push(piece);
      size += piece.length;
      if (piece.includes(0x0a) || size >= bannerBytes) finish(() => resolve(answer({ state: 'silent' })));
    });
    socket.on('end', () => finish(() => resolve(answer({ state: 'refused', reason: 'closed without a byte' }))));
    socket.on('error', (error) => finish(() => resolve(answer({ state: 'refused', reason: error.message }))));
  });
}
