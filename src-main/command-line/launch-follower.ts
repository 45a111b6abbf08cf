/** Follows one launch to its end and says each step once. Must never end the launch itself. */
import { type InstanceView, isDead } from '../../src-shared/model/instance.ts';
import type { CommandContext } from './context.ts';
import { waitForInstance } from './wait-for.ts';

export interface AwaitedLaunch {
  readonly id: string;
  /** Number of the boot that is waited for. */
  readonly boot: number;
  /** null: as long as it takes. 0: until it runs. */
  readonly timeoutMs: number | null;
  /** It stands still until a debugger came: which process that is has to be said at once. */
  readonly awaitsDebugger?: boolean;
  /** Nobody said when it is ready, and it need not have a serial console: its silence is not waited out. */
  readonly endsSilent?: boolean;
}

/** Long enough without a byte to be worth a word. */
export const isSilent = ({ status }: InstanceView): boolean =>
  status.conditions.some(({ name, state }) => name === 'console' && state === 'warning');

/** How often a person sees that we still wait. */
const dotMs = 1000;

export class LaunchFollower {
  last: InstanceView | null = null;
  /** What stood in the way while it was waited for, each once, in the order it was met. */
  readonly met: string[] = [];
  readonly #launch: AwaitedLaunch;
  readonly #context: CommandContext;
  readonly #said = new Set<string>();
  #hasRun = false;
  #ownerChanged = false;
  #dots: NodeJS.Timeout | undefined;
  #lineIsOpen = false;

  constructor(launch: AwaitedLaunch, context: CommandContext) {
    this.#launch = launch;
    this.#context = context;
  }

  /** Running and ready, or at its end; null when it took too long. */
  async settled(): Promise<InstanceView | null> {
    const { client } = this.#context;
    const unsubscribe = client.events.on(({ type }) => {
      this.#ownerChanged ||= type === 'ownerChanged';
    });
    try {
      for (;;) {
        const view = await this.#nextEnd();
        if (view === null || !this.#wasCutShort(view)) return view;
        this.#ownerChanged = false;
        await client.call('instance.start', { id: view.id });
      }
    } finally {
      unsubscribe();
      clearInterval(this.#dots);
      this.#closeLine();
    }
  }

  #nextEnd(): Promise<InstanceView | null> {
    const { id, timeoutMs } = this.#launch;
    return waitForInstance(this.#context.client, id, (view) => this.#isEnd(view), {
      timeoutMs: timeoutMs ?? 0,
      signal: this.#context.signal,
      onChange: (view) => this.#look(view),
    });
  }

  #look(view: InstanceView): void {
    this.last = view;
    const { status } = view;
    if (status.boot < this.#launch.boot) return;
    this.#hasRun ||= status.phase === 'running';
    this.#say(status.progress?.step ?? status.phase, view);
    if (this.#launch.awaitsDebugger && status.pid !== null) this.#sayDebugger(status.pid);
    for (const { state, text } of status.conditions)
      if ((state === 'warning' || state === 'failed') && !this.met.includes(text)) this.met.push(text);
    for (const { failure } of view.ports)
      if (failure !== null && !this.met.includes(failure.message)) this.met.push(failure.message);
    if (status.phase === 'running' && !this.#isEnd(view)) this.#beginToWait(view);
  }

  #say(step: string, { name }: InstanceView): void {
    if (this.#said.has(step)) return;
    this.#said.add(step);
    this.#closeLine();
    this.#context.output.note(`${name}: ${step}`);
  }

  #sayDebugger(pid: number): void {
    if (this.#said.has('debugger')) return;
    this.#said.add('debugger');
    this.#closeLine();
    this.#context.output.note('The emulator waits for a debugger before it starts.');
    this.#context.output.note(`Attach to process ${pid} to go on.`);
  }

  #beginToWait({ name, guestKind }: InstanceView): void {
    const { timeoutMs } = this.#launch;
    if (this.#dots !== undefined || this.#context.output.machine) return;
    const upTo = timeoutMs === null ? '' : ` (up to ${timeoutMs / 1000} seconds)`;
    const begin = () => this.#wait(`Waiting for ${guestKind === 'fuchsia' ? 'Fuchsia' : name} to start${upTo}.`);
    // ffx says so at once; what is ready in a moment need not be waited for in words.
    if (guestKind === 'fuchsia') begin();
    this.#dots = setInterval(() => (this.#lineIsOpen ? this.#wait('.') : begin()), dotMs);
  }

  #wait(text: string): void {
    this.#lineIsOpen = true;
    this.#context.output.progress(text);
  }

  #closeLine(): void {
    if (this.#lineIsOpen) this.#context.output.progress('\n');
    this.#lineIsOpen = false;
  }

  #isEnd(view: InstanceView): boolean {
    const { status } = view;
    if (status.phase === 'failed') return true;
    if (this.#wasCutShort(view)) return true;
    if (status.boot < this.#launch.boot) return false;
    if (status.phase === 'stopped') return true;
    if (status.phase !== 'running') return false;
    // Nothing that is waited for comes from a guest that is dead, or may never come from one that says nothing.
    if (isDead(status) || (this.#launch.endsSilent && isSilent(view))) return true;
    return status.ready || this.#launch.timeoutMs === 0 || status.paused !== null;
  }

  /** An owner that left in the middle of the launch gave it up; nobody asked for that, so it is begun again. */
  #wasCutShort({ status }: InstanceView): boolean {
    return this.#ownerChanged && !this.#hasRun && status.phase === 'stopped';
  }
}
