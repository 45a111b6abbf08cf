/** Watches one attached guest until it is ready, and keeps the last steps of its launch's timeline. */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { answerText } from '../network/port-probe.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import type { InstanceState } from './instance-state.ts';
import { silenceMs } from './instance-view.ts';
import { becomeReady, readinessChecks } from './readiness.ts';
import type { InstanceServices } from './services.ts';
import type { Timeline } from './timeline.ts';
import { timeoutReport } from './timeout-report.ts';

export class ReadinessWatch {
  readonly #services: InstanceServices;
  readonly #state: InstanceState;
  readonly #consoles: InstanceConsoles;
  readonly #timeline: Timeline | null;
  readonly #boot: number;
  readonly #over = new AbortController();
  readonly #done: Promise<void>;

  constructor(services: InstanceServices, state: InstanceState, consoles: InstanceConsoles, timeline: Timeline | null) {
    this.#services = services;
    this.#state = state;
    this.#consoles = consoles;
    this.#timeline = timeline;
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
    const overdue = setTimeout(() => this.#isOverdue(), this.#state.spec.runtime.readinessMs);
    overdue.unref();
    // Nothing happens on a silent line, so nothing would tell that it is silent.
    const silence = setTimeout(() => this.#state.tell(), silenceMs + 500);
    silence.unref();
    this.#timeline?.begin('first byte');
    const firstByte = this.#consoles.firstByte(signal).then(
      () => {
        this.#timeline?.end('done');
        this.#timeline?.begin('ready');
        this.#state.learn({ serialBytes: this.#consoles.serialBytes });
      },
      () => undefined,
    );
    try {
      await this.#becomeReady();
      this.#state.learn({ ready: true, waiting: null });
      // A guest that needs nothing to be ready can be so before it has said anything.
      await firstByte;
      this.#timeline?.end(signal.aborted ? 'cancelled' : 'done');
    } catch (error) {
      if (signal.aborted) this.#timeline?.end('cancelled');
      else this.#hasFailed(error);
    } finally {
      clearTimeout(overdue);
      if (signal.aborted) clearTimeout(silence);
      await this.#keepTimeline();
    }
  }

  async #becomeReady(): Promise<void> {
    const { signal } = this.#over;
    const { spec, view } = this.#state;
    const names = view.ports.map(({ name }) => name);
    await becomeReady(readinessChecks(spec, names), {
      signal,
      ports: () => this.#state.current.ports,
      waitForSerial: (pattern, until) => this.#consoles.waitFor(pattern, until),
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
    this.#timeline?.end('failed', failure.message);
    this.#state.learn({ waiting: { text: failure.message, hint: failure.hint ?? '', overdue: true } });
  }

  async #keepTimeline(): Promise<void> {
    if (this.#timeline === null) return;
    const { spec, current } = this.#state;
    const record = { version: 1 as const, steps: [...this.#timeline.steps], findings: [...current.findings] };
    await this.#services.store.writeTimeline(spec.id, this.#boot, record).catch((error: unknown) => {
      this.#services.log.error('the timeline could not be written', { id: spec.id, error: String(error) });
    });
  }
}
