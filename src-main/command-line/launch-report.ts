/** Waits for a launch and says what came of it: the same for `start` and `restart`. */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { CommandContext, ExitCode } from './context.ts';
import { commandName, failureText, instanceJson, instanceLines } from './terminal-output.ts';
import { waitForInstance } from './wait-for.ts';

export interface AwaitedLaunch {
  readonly id: string;
  /** Number of the boot that is waited for. */
  readonly boot: number;
  /** null: as long as it takes. 0: until it runs. */
  readonly timeoutMs: number | null;
}

export async function reportLaunch(launch: AwaitedLaunch, context: CommandContext): Promise<ExitCode> {
  const follower = new LaunchFollower(launch, context);
  let settled: InstanceView | null;
  try {
    settled = await follower.settled();
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'cancelled') throw interrupted(follower.last, launch, context);
    throw error;
  }
  if (settled === null) return timedOut(launch, context);
  if (settled.status.phase === 'running') return ready(settled, context);
  context.output.failure(
    settled.status.failure ?? {
      code: 'engine_exited',
      message: `${settled.name} ended before it was ready.`,
      hint: `Everything it said: slipway logs ${commandName(settled)}`,
      raw: settled.status.lastLines.join('\n'),
    },
  );
  return 1;
}

class LaunchFollower {
  last: InstanceView | null = null;
  readonly #launch: AwaitedLaunch;
  readonly #context: CommandContext;
  readonly #said = new Set<string>();
  #hasRun = false;
  #ownerChanged = false;

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
    const step = status.progress?.step ?? status.phase;
    if (!this.#said.has(step)) this.#context.output.note(`${view.name}: ${step}`);
    this.#said.add(step);
  }

  #isEnd(view: InstanceView): boolean {
    const { status } = view;
    if (status.phase === 'failed') return true;
    if (this.#wasCutShort(view)) return true;
    if (status.boot < this.#launch.boot) return false;
    if (status.phase === 'stopped') return true;
    return status.phase === 'running' && (status.ready || this.#launch.timeoutMs === 0 || status.paused !== null);
  }

  /** An owner that left in the middle of the launch gave it up; nobody asked for that, so it is begun again. */
  #wasCutShort({ status }: InstanceView): boolean {
    return this.#ownerChanged && !this.#hasRun && status.phase === 'stopped';
  }
}

async function ready(view: InstanceView, { client, output }: CommandContext): Promise<ExitCode> {
  output.result(instanceJson(view), instanceLines([view]));
  if (output.machine) return 0;
  // The guest runs; a mapping that failed is no reason to say otherwise, and none to keep quiet about.
  for (const { failure } of view.ports) if (failure !== null) output.note(failureText(failure).trimEnd());
  const { sshLine, gdb } = await client.call('instance.show', { id: view.id });
  output.note(`  console  slipway console ${commandName(view)}`);
  if (sshLine !== null) output.note(`  ssh      ${sshLine}`);
  if (gdb !== null) output.note(`  gdb      ${gdb.line}`);
  if (view.status.paused !== null) output.note(`  resume   slipway resume ${commandName(view)}`);
  return 0;
}

async function timedOut({ id }: AwaitedLaunch, context: CommandContext): Promise<ExitCode> {
  const { view } = await context.client.call('instance.show', { id });
  const waiting = view.status.conditions.find(({ state }) => state === 'pending' || state === 'warning');
  const { phase } = view.status;
  const goesOn = phase === 'running' ? 'It runs on.' : `It is ${phase}, and goes on.`;
  context.output.failure({
    code: 'timed_out',
    message: `${view.name} was not ready in time. ${endsWithUs(view, context) ? givenUp : goesOn}`,
    cause: waiting?.text,
    hint: waiting?.hint ?? `See what it says: slipway logs ${commandName(view)}`,
  });
  return 1;
}

const givenUp = 'The launch was given up before it had a process.';

/** Images are made by the owner of the home, and that may be us. */
function endsWithUs(view: InstanceView | null, { service }: CommandContext): boolean {
  return service.isOwner && (view === null || view.status.phase === 'staging' || view.status.phase === 'stopping');
}

function interrupted(last: InstanceView | null, { id }: AwaitedLaunch, context: CommandContext): SlipwayError {
  const name = last === null ? id : commandName(last);
  if (endsWithUs(last, context))
    return new SlipwayError('cancelled', `Interrupted. ${givenUp}`, {
      hint: `Begin again, with what is already made: slipway start ${name}`,
    });
  return new SlipwayError('cancelled', `Interrupted. ${name} stays as it is: ${last?.status.phase ?? 'staging'}.`, {
    hint: `Look at it: slipway console ${name}  End it: slipway stop ${name}`,
  });
}
