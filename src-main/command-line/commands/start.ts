/** `slipway start`: make or find an instance, boot it, wait until it is ready. */
import { resolve } from 'node:path';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { stayInForeground } from '../foreground.ts';
import { defaultStartupMs } from '../fuchsia-options.ts';
import { reportLaunch, runningLaunch } from '../launch-report.ts';
import { linkLogs, refuseTakenLog } from '../log-links.ts';
import { secondsOf } from '../option-values.ts';
import { launchPrepared, overOwnerChange, prepareStart } from '../prepare-start.ts';
import { parseStartOptions, type StartOptions } from '../start-options.ts';
import { dryRun, listDevices } from '../start-rehearsal.ts';
import { editFlags, stageOnly } from '../start-staged.ts';
import { doneJson, instanceJson, instanceLines } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';

export const start: Command = async (args, context) => {
  const request = parseStartOptions(args);
  const { values, subject } = request;
  const { client, output } = context;
  if (output.machine) refuseForMachines(values);
  const timeoutMs = timeoutOf(values);
  if (values['device-list']) {
    if (subject === null) throw new UsageError('--device-list needs a PRODUCT_BUNDLE');
    return listDevices(subject, context);
  }
  if (values['dry-run']) return dryRun(await prepareStart(request, context), context);
  const log = values.log === undefined ? null : resolve(context.directory, values.log);
  if (log !== null) await refuseTakenLog(log);
  const prepare = () => prepareStart(request, context);
  if (values.stage) return staged(await stageOnly(prepare, context), context);
  const view = values.edit
    ? await editedLaunch(prepare, context)
    : await overOwnerChange(client, async () => launchPrepared(await prepare(), client));
  if (view === null) return 1;
  const launch = { id: view.id, boot: view.status.boot };
  if (log !== null) {
    await linkLogs(log, context.paths.instance(view.id).boot(view.status.boot));
    output.note(`Logging to "${log}"`);
  }
  const awaitsDebugger = values.debugger ?? false;
  if (values.console || values.monitor) {
    const running = await runningLaunch({ ...launch, awaitsDebugger }, context);
    if (running === null) return 1;
    if (values.verbose) await sayCommand(view, context);
    return stayInForeground(running, values.monitor ? 'monitor' : 'serial', context);
  }
  const isTimed = timeoutMs === null && view.guestKind === 'fuchsia';
  const code = await reportLaunch(
    { ...launch, awaitsDebugger, timeoutMs: isTimed ? defaultStartupMs : timeoutMs },
    context,
  );
  if (values.verbose) await sayCommand(view, context);
  return code;
};

function refuseForMachines(values: StartOptions): void {
  for (const option of ['edit', 'console', 'monitor'] as const)
    if (values[option]) throw new UsageError(`--${option} is for a person; it does not go with --machine json`);
}

/** null: nobody said. */
function timeoutOf(values: StartOptions): number | null {
  for (const option of ['timeout', 'startup-timeout'] as const) {
    const text = values[option];
    if (text !== undefined) return secondsOf(text, `--${option}`);
  }
  return null;
}

function staged(view: InstanceView | null, { output }: CommandContext): ExitCode {
  if (view === null) return 1;
  output.note(`${view.name} is staged. QEMU was started paused and ended; the guest ran no instruction.`);
  output.result({ ...instanceJson(view), ...doneJson(output) }, instanceLines([view]));
  return 0;
}

async function editedLaunch(
  prepare: Parameters<typeof stageOnly>[0],
  context: CommandContext,
): Promise<InstanceView | null> {
  const view = await stageOnly(prepare, context);
  if (view === null) return null;
  await editFlags(view, context);
  return context.client.call('instance.start', { id: view.id });
}

async function sayCommand({ id }: InstanceView, { client, output }: CommandContext): Promise<void> {
  const { command } = await client.call('instance.show', { id });
  if (command !== null) output.note(command.shellLine);
}
