/**
 * What each instance takes on disk, kept current without a storm of look-ups: one directory at a time, after an instance
 * was found, after its phase changed, and now and then while it runs. Never longer busy than idle.
 */
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';

/** Who is looked at. */
export interface MeasuredInstance {
  readonly view: Pick<InstanceView, 'status'>;
  /** Learns what its directory takes; the caller tells when that is news. */
  measureDisk(): Promise<void>;
}

export interface DiskWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  instance(id: InstanceId): MeasuredInstance | undefined;
  running(): readonly InstanceId[];
}

/** While a guest runs its transcript and overlays grow, and nobody tells of that. */
const runningPauseMs = 30_000;
/** A launch changes phase several times in a second; the last one counts. */
const settleMs = 1000;
const longestIdleMs = 5000;

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #wanted = new Set<InstanceId>();
  readonly #phases = new Map<InstanceId, string>();
  #wake: AbortController | null = null;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** To be called with every change; asks for a measurement when it was one of phase. */
  changed(id: InstanceId, { phase }: InstanceView['status']): void {
    if (this.#phases.get(id) === phase) return;
    this.#phases.set(id, phase);
    this.#wanted.add(id);
    this.#wake?.abort();
  }

  forget(id: InstanceId): void {
    this.#phases.delete(id);
    this.#wanted.delete(id);
  }

  /** Runs until the signal is aborted; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    signal.addEventListener('abort', () => this.#wake?.abort(), { once: true });
    let runningSince = clock.monotonic();
    while (!signal.aborted) {
      if (clock.monotonic() - runningSince >= runningPauseMs) {
        for (const id of this.#options.running()) this.#wanted.add(id);
        runningSince = clock.monotonic();
      }
      if (this.#wanted.size === 0) await this.#idle();
      // What changes phase changes it again soon.
      if (this.#wanted.size > 0) await clock.wait(settleMs, signal).catch(() => undefined);
      const due = [...this.#wanted];
      for (const id of due) {
        if (signal.aborted) return;
        this.#wanted.delete(id);
        await this.#measure(id, signal);
      }
    }
  }

  async #idle(): Promise<void> {
    const wake = new AbortController();
    this.#wake = wake;
    await this.#options.clock.wait(longestIdleMs, wake.signal).catch(() => undefined);
    this.#wake = null;
  }

  async #measure(id: InstanceId, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const startedAt = clock.monotonic();
    try {
      await this.#options.instance(id)?.measureDisk();
    } catch (error) {
      log.warn('the disk use of an instance could not be read', { id, error: String(error) });
    }
    await clock.wait(clock.monotonic() - startedAt, signal).catch(() => undefined);
  }
}
