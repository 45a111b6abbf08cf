/** `slipway start`: make or find an instance, boot it, wait until it is ready. */

import { resolve } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { DraftInput } from '../../../src-shared/model/spec.ts';
import type { SessionClient } from '../../headless/session-client.ts';
import type { Command } from '../context.ts';
import { reportLaunch } from '../launch-report.ts';
import { secondsOf } from '../option-values.ts';
import {
  changesTheMachine,
  defaultName,
  type GrantFile,
  guestOf,
  newDraft,
  parseStartOptions,
  type StartOptions,
  withOptions,
} from '../start-options.ts';
import { UsageError } from '../usage.ts';

export const start: Command = async (args, context) => {
  const values = parseStartOptions(args);
  const timeoutMs = values.timeout === undefined ? null : secondsOf(values.timeout, '--timeout');
  const grant: GrantFile = (path) => context.client.call('files.grant', { path: resolve(context.directory, path) });
  const view = await overOwnerChange(context.client, () => begin(values, grant, context.client));
  return reportLaunch({ id: view.id, boot: view.status.boot, timeoutMs }, context);
};

/** File choices end with the connection to an owner: under a new one they are made again. */
async function overOwnerChange<T>(client: SessionClient, work: () => Promise<T>): Promise<T> {
  let changed = false;
  const unsubscribe = client.events.on(({ type }) => {
    changed ||= type === 'ownerChanged';
  });
  try {
    return await work().catch((error: unknown) => {
      const stale = error instanceof SlipwayError && ['connection_lost', 'invalid_input'].includes(error.code);
      if (!changed || !stale) throw error;
      return work();
    });
  } finally {
    unsubscribe();
  }
}

async function begin(values: StartOptions, grant: GrantFile, client: SessionClient): Promise<InstanceView> {
  const guest = await guestOf(values, grant);
  if (guest === null) return startAgain(values, grant, client);
  const name = values.name?.trim() ?? null;
  const instances = await client.call('instance.list', {});
  const existing = name === null ? reusable(instances, guest.kind, defaultName(values)) : known(instances, name);
  const draft = await withOptions(newDraft(name ?? existing.name, guest), values, grant);
  if (existing.id === null) return client.call('instance.launch', draft);
  await client.call('instance.configure', { id: existing.id, draft: { ...draft, name: existing.name } });
  return client.call('instance.start', { id: existing.id });
}

interface Slot {
  readonly name: string;
  /** null: to be made. */
  readonly id: string | null;
}

function known(instances: readonly InstanceView[], name: string): Slot {
  const found = instances.find((view) => view.id === name) ?? instances.find((view) => view.name === name);
  return { name: found?.name ?? name, id: found?.id ?? null };
}

/** Without a name: the last of its name if that does not run, or the next number. */
function reusable(instances: readonly InstanceView[], kind: InstanceView['guestKind'], stem: string): Slot {
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    const slot = known(instances, name);
    const view = instances.find(({ id }) => id === slot.id);
    if (view === undefined) return slot;
    const { phase, processLives } = view.status;
    if (view.guestKind === kind && (phase === 'stopped' || phase === 'failed') && !processLives) return slot;
  }
}

async function startAgain(values: StartOptions, grant: GrantFile, client: SessionClient): Promise<InstanceView> {
  if (values.name === undefined)
    throw new UsageError('say what to boot: --demo, --linux, --kernel, --disk, --firmware, or the NAME of an instance');
  const { id } = await client.call('instance.find', { name: values.name });
  const draft: DraftInput = await client.call('instance.draft', { id });
  const staging = values.restage ? 'restage' : 'reuse';
  if (changesTheMachine(values) || draft.runtime?.staging !== staging)
    await client.call('instance.configure', { id, draft: await withOptions(draft, values, grant) });
  return client.call('instance.start', { id });
}
