/**
 * How the application ends. Guests live on unless a person says otherwise: that is asked once, natively, when any runs.
 *
 * SLIPWAY_QUIT=leave is for where nobody can answer (tests, scripts, a display without a person): it never asks, and
 * leaves them running.
 */
import { app, type BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import { assertNever, toFailure } from '../../src-shared/contract/errors.ts';
import type { Settings } from '../../src-shared/model/settings.ts';
import { systemClock } from '../core/kit/clock.ts';
import type { Log } from '../core/kit/log.ts';
import { unawaited } from '../core/kit/unawaited.ts';
import type { SessionClient } from '../headless/session-client.ts';
import {
  describeGuest,
  findRunningGuests,
  longestStopMs,
  type RunningGuest,
  stillRunning,
  stopGuests,
} from './running-guests.ts';
import { shellStrings } from './strings.ts';

const strings = shellStrings.quitting;

export interface QuittingOptions {
  readonly window: BrowserWindow;
  readonly client: SessionClient;
  readonly attended: boolean;
  readonly log: Log;
  /** Before the home is read nothing is known of guests, and nobody is asked about them. */
  isRead(): boolean;
  /** What a person decided once for all. */
  onQuit(): Settings['onQuit'];
  /** Gives up the home and everything held; guests live on. */
  release(): Promise<void>;
}

type Phase = 'open' | 'asking' | 'shutting-down' | 'leaving';

/** Letting go of the home must not be what keeps a window on the screen. */
const releaseMs = 5000;
const lookMs = 250;

export class Quitting {
  readonly #options: QuittingOptions;
  #phase: Phase = 'open';
  #ending: readonly string[] = [];

  constructor(options: QuittingOptions) {
    this.#options = options;
  }

  /** Whether windows may close now without a question. */
  get isLeaving(): boolean {
    return this.#phase === 'leaving';
  }

  /** A person wants to quit: the close button, the menu, the system. */
  request(): void {
    switch (this.#phase) {
      case 'open':
        this.#ask().catch((error: unknown) => {
          // Never a window that cannot be closed.
          this.#options.log.error('the question at quitting failed', { failure: toFailure(error) });
          unawaited(this.leave(), 'Slipway could not be left', this.#options.log);
        });
        return;
      case 'shutting-down':
        unawaited(stopGuests(this.#options.client, this.#ending), 'guests could not be stopped', this.#options.log);
        return;
      case 'asking':
      case 'leaving':
        return;
      default:
        assertNever(this.#phase);
    }
  }

  /** Quits now; guests run on. */
  async leave(): Promise<void> {
    if (this.#phase === 'leaving') return;
    this.#phase = 'leaving';
    const deadline = systemClock.wait(releaseMs);
    await Promise.race([this.#options.release(), deadline]).catch((error: unknown) =>
      this.#options.log.error('letting go of the home failed', { failure: toFailure(error) }),
    );
    app.quit();
  }

  async #ask(): Promise<void> {
    const { client, attended, isRead, onQuit } = this.#options;
    this.#phase = 'asking';
    const guests = attended && isRead() ? await findRunningGuests(client) : [];
    if (guests.length === 0) return this.leave();
    const decided = onQuit();
    const answer = decided === 'ask' ? await this.#question(guests) : decided;
    if (answer === 'leave') return this.leave();
    if (answer === 'stop') return this.#shutDown(guests.map((guest) => guest.id));
    this.#phase = 'open';
  }

  async #question(guests: readonly RunningGuest[]): Promise<'leave' | 'stop' | null> {
    const { window, client, log } = this.#options;
    const { response, checkboxChecked } = await dialog.showMessageBox(window, question(guests));
    const answer = response === 0 ? 'leave' : response === 1 ? 'stop' : null;
    if (answer !== null && checkboxChecked)
      await client
        .call('settings.set', { onQuit: answer })
        .catch((error: unknown) => log.warn('the answer could not be kept', { failure: toFailure(error) }));
    return answer;
  }

  async #shutDown(ids: readonly string[]): Promise<void> {
    const { window, client } = this.#options;
    this.#phase = 'shutting-down';
    this.#ending = ids;
    const allowedMs = await longestStopMs(client, ids);
    const startedAt = systemClock.monotonic();
    await stopGuests(client, ids);
    for (;;) {
      const left = await stillRunning(client, ids);
      if (left.length === 0) return this.leave();
      const passedMs = systemClock.monotonic() - startedAt;
      if (passedMs > allowedMs + releaseMs) return this.#couldNotShutDown(left.map((view) => view.name));
      showCountdown(window, left.length, Math.max(0, allowedMs - passedMs), passedMs / allowedMs);
      await systemClock.wait(lookMs);
    }
  }

  /** Stays open: the window shows what is wrong with them, and can be asked again. */
  async #couldNotShutDown(names: readonly string[]): Promise<void> {
    const { window } = this.#options;
    this.#phase = 'open';
    window.setProgressBar(-1);
    window.setTitle(shellStrings.name);
    await dialog.showMessageBox(window, {
      type: 'error',
      message: strings.failed(names.join(', ')),
      detail: strings.failedDetail,
    });
  }
}

function question(guests: readonly RunningGuest[]): MessageBoxOptions {
  return {
    type: 'question',
    title: strings.title,
    message: strings.running(guests.length),
    detail: `${guests.map(describeGuest).join('\n')}\n\n${strings.choices}`,
    buttons: [strings.leave, strings.shutDown, shellStrings.cancel],
    checkboxLabel: strings.remember,
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
}

function showCountdown(window: BrowserWindow, count: number, leftMs: number, fraction: number): void {
  if (window.isDestroyed()) return;
  window.setTitle(strings.countdown(count, Math.ceil(leftMs / 1000)));
  window.setProgressBar(Math.min(1, fraction));
}
