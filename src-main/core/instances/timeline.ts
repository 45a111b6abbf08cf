/** How a launch went, step by step: every step timed and kept, the failed and skipped ones too. */
import type { TimelineStep } from '../../../src-shared/model/instance.ts';
import type { Clock } from '../kit/clock.ts';

export class Timeline {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #steps: TimelineStep[];

  /** `earlier`: of a launch that another Slipway began, its steps and how long ago that was. */
  constructor(
    clock: Clock,
    earlier: { readonly steps: readonly TimelineStep[]; readonly msAgo: number } | null = null,
  ) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic() - (earlier?.msAgo ?? 0);
    this.#steps = [...(earlier?.steps ?? [])];
  }

  get steps(): readonly TimelineStep[] {
    return this.#steps;
  }

  /** Begins a step and ends the one before it, if that is still running. */
  begin(name: string, note = ''): void {
    this.end('done');
    this.#steps.push({ name, startMs: this.#elapsedMs(), endMs: null, result: 'running', note });
  }

  /** Ends the running step; nothing when none is. */
  end(result: Exclude<TimelineStep['result'], 'running'>, note?: string): void {
    const last = this.#steps.at(-1);
    if (last === undefined || last.result !== 'running') return;
    this.#steps[this.#steps.length - 1] = { ...last, endMs: this.#elapsedMs(), result, note: note ?? last.note };
  }

  /** Something that was no step: what is under way failed by it, or it stands for itself. */
  mark(name: string, note: string): void {
    if (this.#steps.at(-1)?.result === 'running') this.end('failed', note);
    else {
      this.begin(name);
      this.end('failed', note);
    }
  }

  /** A whole step around a task; a throw ends it as failed, with the message as its note. */
  async run<T>(name: string, task: () => Promise<T>, noteOf: (value: T) => string = () => ''): Promise<T> {
    this.begin(name);
    try {
      const value = await task();
      this.end('done', noteOf(value) || undefined);
      return value;
    } catch (error) {
      this.end('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #elapsedMs(): number {
    return Math.round((this.#clock.monotonic() - this.#startedAt) * 10) / 10;
  }
}
