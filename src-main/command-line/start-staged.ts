/**
 * `start --stage` and `start --edit`: everything up to the point where the guest would run. Images are made on the way
 * to a boot and nowhere else, so QEMU is started paused and ended again before the guest's first instruction.
 */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { type FlagData, flagDataSchema } from '../../src-shared/model/emulator-configuration.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { readRegularText } from '../core/kit/regular-file.ts';
import type { CommandContext } from './context.ts';
import { editFile } from './editor.ts';
import { runningLaunch } from './launch-report.ts';
import { launchPrepared, overOwnerChange, type Prepared } from './prepare-start.ts';
import { stopOne } from './stop-instance.ts';

/** null: it came to nothing, which was said. */
export async function stageOnly(
  prepare: () => Promise<Prepared>,
  context: CommandContext,
): Promise<InstanceView | null> {
  const { client } = context;
  let startPaused = false;
  const view = await overOwnerChange(client, async () => {
    const prepared = await prepare();
    startPaused = prepared.draft.runtime?.debug?.startPaused ?? false;
    return launchPrepared({ ...prepared, changed: true, draft: withStartPaused(prepared.draft, true) }, client);
  });
  try {
    const running = await runningLaunch({ id: view.id, boot: view.status.boot }, context);
    return running === null ? null : await stopOne(view.id, true, context);
  } finally {
    // Whatever came of it, the next start is no paused one. One that runs cannot be changed, and is not.
    const draft = await client.call('instance.draft', { id: view.id });
    const restored = withStartPaused(draft, startPaused);
    await client.call('instance.configure', { id: view.id, draft: restored }).catch(() => undefined);
  }
}

function withStartPaused(draft: Prepared['draft'], startPaused: boolean): Prepared['draft'] {
  return { ...draft, runtime: { ...draft.runtime, debug: { ...draft.runtime?.debug, startPaused } } };
}

const configSchema = z.object({ Config: z.object({ flags: flagDataSchema }) });

/** Opens the flags of a staged instance in the person's editor and keeps what comes of it. */
export async function editFlags({ id, name }: InstanceView, context: CommandContext): Promise<void> {
  const { client } = context;
  const { sections } = await client.call('fuchsia.show', { id });
  const config = sections.map((section) => configSchema.safeParse(section)).find(({ success }) => success)?.data;
  if (config === undefined) throw new SlipwayError('internal', `${name} has no flags to edit.`);
  const flags = await edited(config.Config.flags, context.signal);
  const draft = await client.call('instance.draft', { id });
  if (draft.guest.kind !== 'fuchsia') throw new SlipwayError('invalid_input', `${name} is no Fuchsia guest.`);
  // What was just staged is what was edited for.
  const guest = { ...draft.guest, flags, reuse: 'reuse' as const };
  await client.call('instance.configure', { id, draft: { ...draft, guest } });
}

async function edited(flags: FlagData, signal: AbortSignal): Promise<FlagData> {
  const path = join(tmpdir(), `slipway-flags-${randomUUID()}.json`);
  await writeFile(path, `${JSON.stringify(flags, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  await editFile(path, signal);
  const text = await readRegularText(path, { what: 'file of flags', mostBytes: 1024 * 1024 });
  try {
    const parsed = flagDataSchema.parse(JSON.parse(text));
    await rm(path, { force: true });
    return parsed;
  } catch (error) {
    // An hour's work may be in it.
    throw new SlipwayError('invalid_input', 'What came from the editor are no flags.', {
      cause: 'They are JSON with args, envs, features, kernel_args and options.',
      hint: `What you wrote is kept in ${path}`,
      raw: error instanceof Error ? error.message : String(error),
    });
  }
}
