/** Waits for a launch and says what came of it: the same for `start` and `restart`. */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { type InstanceView, isDead } from '../../src-shared/model/instance.ts';
import { withoutSequences } from '../core/consoles/line-search.ts';
import type { CommandContext, ExitCode } from './context.ts';
import { fixLines } from './fix-lines.ts';
import { type AwaitedLaunch, isSilent, LaunchFollower } from './launch-follower.ts';
import { commandName, doneJson, failureText, instanceJson, instanceLines } from './terminal-output.ts';
import { timeoutReport } from './timeout-report.ts';

export async function reportLaunch(launch: AwaitedLaunch, context: CommandContext): Promise<ExitCode> {
  const { view, spec } = await context.client.call('instance.show', { id: launch.id });
  const endsSilent = spec.runtime.readiness === null && silentKinds.includes(view.guestKind);
  const awaited = { ...launch, endsSilent };
  const follower = new LaunchFollower(awaited, context);
  const settled = await followed(follower, awaited, context);
  if (settled === null) return timedOut(follower.met, awaited, context);
  return settled.status.phase === 'running' && !isDead(settled.status)
    ? ready(settled, context)
    : reportEnd(settled, context);
}

/** Of these nothing is known but what they say. */
const silentKinds: readonly InstanceView['guestKind'][] = ['kernel', 'disk', 'firmware'];

/** Waits until the guest runs, and no longer. null: it ended before, which was said. */
export async function runningLaunch(
  launch: Omit<AwaitedLaunch, 'timeoutMs'>,
  context: CommandContext,
): Promise<InstanceView | null> {
  const awaited = { ...launch, timeoutMs: 0 };
  const settled = await followed(new LaunchFollower(awaited, context), awaited, context);
  if (settled?.status.phase === 'running' && !isDead(settled.status)) return settled;
  if (settled !== null) reportEnd(settled, context);
  return null;
}

async function followed(follower: LaunchFollower, launch: AwaitedLaunch, context: CommandContext) {
  try {
    return await follower.settled();
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'cancelled') throw interrupted(follower.last, launch, context);
    throw error;
  }
}

/** Why there is nothing more to wait for. */
export function reportEnd(view: InstanceView, { output }: CommandContext): ExitCode {
  const { failure } = view.status;
  output.failure(
    failure ?? {
      code: 'engine_exited',
      message: `${view.name} ended before it was ready.`,
      hint: `Everything it said: slipway logs ${commandName(view)}`,
      raw: view.status.lastLines.join('\n'),
    },
  );
  if (view.status.processLives && !output.machine)
    output.note(
      `It is still there. Look at it: slipway console ${commandName(view)}   End it: slipway stop ${commandName(view)}`,
    );
  if (!output.machine) for (const line of fixLines(failure?.fixes ?? [], commandName(view))) output.note(line);
  return 1;
}

async function ready(view: InstanceView, { client, output }: CommandContext): Promise<ExitCode> {
  if (view.guestKind === 'fuchsia' && view.status.ready) output.note('Emulator is ready.');
  output.result({ ...instanceJson(view), ...doneJson(output) }, instanceLines([view]));
  if (output.machine) return 0;
  // The guest runs; a mapping that failed is no reason to say otherwise, and none to keep quiet about.
  for (const { failure } of view.ports) if (failure !== null) output.note(failureText(failure).trimEnd());
  const { sshLine, gdb } = await client.call('instance.show', { id: view.id });
  output.note(`  console  slipway console ${commandName(view)}`);
  if (sshLine !== null) output.note(`  ssh      ${sshLine}`);
  if (gdb !== null) output.note(`  gdb      ${gdb.line}`);
  if (!view.status.ready && view.status.paused === null && isSilent(view))
    output.note(`  silent   nothing has come over its serial line yet; it runs on and is not called ready`);
  if (view.status.paused !== null) output.note(`  resume   slipway resume ${commandName(view)}`);
  return 0;
}

async function timedOut(met: readonly string[], { id }: AwaitedLaunch, context: CommandContext): Promise<ExitCode> {
  const { view } = await context.client.call('instance.show', { id });
  const waiting = view.status.conditions.find(({ state }) => state === 'pending' || state === 'warning');
  const { phase } = view.status;
  const goesOn = phase === 'running' ? 'It runs on.' : `It is ${phase}, and goes on.`;
  context.output.failure({
    code: 'timed_out',
    message: `${view.name} was not ready in time. ${endsWithUs(view, context) ? givenUp : goesOn}`,
    cause: [waiting?.text, await lastWords(view, context)].filter(Boolean).join(' '),
    hint: waiting?.hint ?? `See what it says: slipway logs ${commandName(view)}`,
    raw: (await timeoutReport(view, met, context)).join('\n'),
  });
  return 1;
}

const tailBytes = 4096;

/** How far it came, in its own words. */
async function lastWords({ id, status }: InstanceView, { client }: CommandContext): Promise<string> {
  const log = { id, boot: status.boot, file: 'serial' as const };
  try {
    const { size } = await client.call('instance.log', { ...log, offset: 0, length: 1 });
    if (size === 0) return 'Nothing came over its serial console.';
    const { base64 } = await client.call('instance.log', {
      ...log,
      offset: Math.max(0, size - tailBytes),
      length: tailBytes,
    });
    const lines = withoutSequences(Buffer.from(base64, 'base64').toString('utf8')).split('\n');
    const last = lines.findLast((line) => line.trim() !== '') ?? '';
    return last === '' ? '' : `The last line there: ${last.trim().slice(0, 200)}`;
  } catch {
    // It cannot be said; that it was not ready in time still can.
    return '';
  }
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
