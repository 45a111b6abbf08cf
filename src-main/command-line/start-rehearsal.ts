/** `start --device-list` and `start --dry-run`: what would be, without making anything. */
import { resolve } from 'node:path';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { idFromName } from '../../src-shared/model/ids.ts';
import type { CommandContext, ExitCode } from './context.ts';
import type { Prepared } from './prepare-start.ts';
import { doneJson, failureText } from './terminal-output.ts';

/** The names of a bundle's devices, the one that is taken by itself first marked. */
export async function listDevices(bundle: string, context: CommandContext): Promise<ExitCode> {
  const { client, output, directory } = context;
  const { token } = await client.call('files.grant', { path: resolve(directory, bundle) });
  const { devices, problems } = await client.call('fuchsia.bundle', { directory: token });
  for (const problem of problems) output.note(failureText(problem).trimEnd());
  const chosen = devices.find(({ recommended }) => recommended) ?? devices[0];
  output.result(
    { ...doneJson(output), devices },
    devices.map(({ name }) => `${name}${name === chosen?.name ? ' (recommended)' : ''}`).join('\n'),
  );
  if (devices.length === 0) output.note('There is no virtual device in it. Give one by its file: --device PATH');
  return 0;
}

/** The command that a launch would run. Nothing is staged, so that its images are named where they would be. */
export async function dryRun({ id, draft }: Prepared, { client, output, paths }: CommandContext): Promise<ExitCode> {
  const { command, findings } = await client.call('instance.preview', draft);
  const fatal = findings.find(({ severity }) => severity === 'error');
  for (const { severity, failure } of findings) if (severity !== 'error') output.note(failureText(failure).trimEnd());
  if (command === null || fatal !== undefined) {
    if (command !== null && !output.machine) output.note(command.shellLine);
    throw SlipwayError.from(fatal?.failure ?? { code: 'internal', message: 'There is no command to show.' });
  }
  // A preview is of no instance; the directory is the one it would have.
  const real = paths.instance(id ?? idFromName(draft.name)).directory;
  const placed = (text: string) => text.replaceAll(paths.instance('preview').directory, real);
  const args = command.arguments.flatMap((row) => row.args).map(placed);
  const shellLine = placed(command.shellLine);
  output.result(
    { ...doneJson(output), Cmd: { program: command.binary, args, env: {} }, shellLine, findings },
    shellLine,
  );
  return 0;
}
