/**
 * Watches one attached guest until it is ready, from its start or from a reset on, and keeps the last steps of its
 * launch's timeline.
 */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { answerText } from '../network/port-probe.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import type { InstanceState } from './instance-state.ts';
import { silenceMs } from './instance-view.ts';
import { becomeReady, type Check, readinessChecks } from './readiness.ts';
import type { InstanceServices } from './services.ts';
import type { Timeline } from './timeline.ts';
import { timeoutReport } from './timeout-report.ts';

export interface ReadinessOptions {
  readonly timeline: Timeline | null;
  /** Where the output begins that counts: after a reset, behind what was said before. */
  readonly from?: number;
  /** It was ready already; that is not asked again. */
  readonly isReady?: boolean;
  /** How long it has to live before its first byte is believed: longer where it died before it began anew. */
  readonly proveMs?: number;
  /** It is ready by something that only a guest that works can do. */
  readonly onProven?: () => void;
}

export class ReadinessWatch {
  readonly #services: InstanceServices;
  readonly #state: InstanceState;
  readonly #consoles: InstanceConsoles;
  readonly #options: ReadinessOptions;
  readonly #checks: readonly Check[];
  readonly #boot: number;
  readonly #over = new AbortController();
  readonly #done: Promise<void>;

  constructor(services: InstanceServices, state: InstanceState, consoles: InstanceConsoles, options: ReadinessOptions) {
    this.#services = services;
    this.#state = state;
    this.#consoles = consoles;
    this.#options = options;
    const names = state.view.ports.map(({ name }) => name);
    this.#checks = readinessChecks(state.spec, names);
    this.#boot = state.boot;
    this.#done = this.#watch();
  }

  /** Stops watching; resolves when what was seen is written. */
  async close(): Promise<void> {
    this.#over.abort(new Error('over'));
    await this.#done;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over;
    const { timeline, from, isReady = false } = this.#options;
    const overdue = setTimeout(() => this.#isOverdue(), this.#state.spec.runtime.readinessMs);
    overdue.unref();
    // Nothing happens on a silent line, so nothing would tell that it is silent.
    const silence = setTimeout(() => this.#state.tell(), silenceMs + 500);
    silence.unref();
    timeline?.begin('first byte');
    const firstByte = this.#consoles.firstByte(signal, from).then(
      () => {
        timeline?.end('done');
        // Where the first byte is all there is to wait for, another step would say more than is known.
        if (!this.#isFirstByteEnough) timeline?.begin('ready');
        this.#state.learn({ serialBytes: this.#consoles.serialBytes });
      },
      () => undefined,
    );
    if (isReady) this.#state.learn({ ready: true, waiting: null });
    try {
      await this.#becomeReady();
      this.#state.learn({ ready: true, waiting: null });
      if (this.#checks.length > 0 && !this.#isFirstByteEnough) this.#options.onProven?.();
      // A guest that needs nothing to be ready can be so before it has said anything.
      await firstByte;
      timeline?.end(signal.aborted ? 'cancelled' : 'done');
    } catch (error) {
      if (signal.aborted) timeline?.end('cancelled');
      else this.#hasFailed(error);
    } finally {
      clearTimeout(overdue);
      if (signal.aborted) clearTimeout(silence);
      if (timeline !== null) await keepTimeline(this.#services, this.#state, this.#boot, timeline);
    }
  }

  get #isFirstByteEnough(): boolean {
    return this.#checks.some(({ kind }) => kind === 'first-byte');
  }

  async #becomeReady(): Promise<void> {
    const { signal } = this.#over;
    const { from, proveMs = limits.firstByteMs } = this.#options;
    await becomeReady(this.#checks, {
      signal,
      ports: () => this.#state.current.ports,
      firstByte: (until) => this.#consoles.firstByte(until, from),
      waitForSerial: (pattern, until) => this.#consoles.waitFor(pattern, until, from),
      wait: (ms, until) => this.#services.clock.wait(ms, until),
      onWaiting: (text, hint) => this.#waitFor(text, hint),
      onAnswering: (name, banner) => {
        const answer = answerText(Buffer.from(banner));
        this.#state.learn({
          ports: this.#state.current.ports.map((port) =>
            port.name === name ? { ...port, state: 'answering', answer } : port,
          ),
        });
      },
    });
    if (!this.#isFirstByteEnough) return;
    if (proveMs > limits.firstByteMs)
      this.#waitFor('It has started over, and has yet to get further than before.', provingHint);
    await this.#services.clock.wait(proveMs, signal);
  }

  /** What is met again and again is told once. */
  #waitFor(text: string, hint: string): void {
    const { waiting } = this.#state.current;
    if (waiting?.text === text) return;
    this.#state.learn({ waiting: { text, hint, overdue: waiting?.overdue ?? false } });
  }

  #isOverdue(): void {
    const { current, spec, view } = this.#state;
    const { waiting } = current;
    if (waiting === null) return;
    const report = spec.guest.kind === 'fuchsia' ? timeoutReport(spec, view.status, current.record) : '';
    this.#state.learn({ waiting: { ...waiting, hint: `${waiting.hint}${report}`, overdue: true } });
  }

  #hasFailed(error: unknown): void {
    const failure = toFailure(error);
    this.#options.timeline?.end('failed', failure.message);
    this.#state.learn({ waiting: { text: failure.message, hint: failure.hint ?? '', overdue: true } });
  }
}

const provingHint = 'Its serial console shows how far it is. A readiness check would tell at once.';

export async function keepTimeline(
  { store, log }: Pick<InstanceServices, 'store' | 'log'>,
  { spec, current }: Pick<InstanceState, 'spec' | 'current'>,
  boot: number,
  timeline: Timeline,
): Promise<void> {
  const record = { version: 1 as const, steps: [...timeline.steps], findings: [...current.findings] };
  await store.writeTimeline(spec.id, boot, record).catch((error: unknown) => {
    log.error('the timeline could not be written', { id: spec.id, error: String(error) });
  });
}
