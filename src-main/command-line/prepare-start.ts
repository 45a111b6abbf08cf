/** From the options of `slipway start` to an instance and its draft. Looks and asks; changes nothing. */
import { resolve } from 'node:path';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import type { SessionClient } from '../headless/session-client.ts';
import type { CommandContext } from './context.ts';
import {
  defaultFuchsiaName,
  uefiName,
  withDeviceFacts,
  withFfxDefaults,
  withFuchsiaOptions,
} from './fuchsia-options.ts';
import { asksForPorts, withOptions } from './start-draft.ts';
import { defaultName, type GrantFile, guestKindOf, guestOf, newDraft, refuseForeignOptions } from './start-guest.ts';
import { changesTheMachine, type StartOptions, type StartRequest } from './start-options.ts';
import { subjectOf } from './start-subject.ts';
import { UsageError } from './usage.ts';

export interface Prepared {
  /** null: to be made. */
  readonly id: string | null;
  readonly draft: DraftInput;
  /** Whether the draft differs from what the instance is. */
  readonly changed: boolean;
}

export async function prepareStart(request: StartRequest, context: CommandContext): Promise<Prepared> {
  const { client, output, directory } = context;
  const { values } = request;
  const grant: GrantFile = (path) => client.call('files.grant', { path: resolve(directory, path) });
  const instances = await client.call('instance.list', {});
  const isInstance = (name: string) => known(instances, name).id !== null;
  const subject = await subjectOf(request.subject, { directory, isInstance });
  if (subject.kind === 'name' && values.name !== undefined)
    throw new UsageError(`either ${subject.name} or --name, not both`);
  const bundle = subject.kind === 'bundle' ? subject.directory : null;
  const name = (subject.kind === 'name' ? subject.name : values.name)?.trim() ?? null;
  const kind = guestKindOf(values, bundle !== null);
  if (kind === null) return startedAgain(nameFor(values, name), request, context, grant);
  if (kind === 'fuchsia') {
    const asked = name ?? defaultFuchsiaName;
    const there = known(instances, values.uefi ? uefiName(asked) : asked);
    if (values.uefi && there.name !== asked) output.note(`A UEFI guest is named after its MAC address: ${there.name}`);
    if (values.reuse && there.kind === 'fuchsia') return startedAgain(there.name, request, context, grant);
    if (values.reuse) output.note(`There is no ${there.name} to reuse yet; it is made.`);
    if (values.config !== undefined && bundle !== null)
      output.note('The flag template says everything; the product bundle is not looked at.');
    return { id: there.id, draft: await fuchsiaDraft(there.name, values, context, grant, bundle), changed: true };
  }
  const guest = await guestOf(values, grant);
  if (guest === null) throw new UsageError('say what to boot');
  const slot = name === null ? reusable(instances, kind, defaultName(values)) : known(instances, name);
  const draft = await withOptions(newDraft(slot.name, guest), values, grant);
  return { id: slot.id, draft, changed: true };
}

/** Replies as soon as the launch is under way. */
export async function launchPrepared({ id, draft, changed }: Prepared, client: SessionClient): Promise<InstanceView> {
  if (id === null) return client.call('instance.launch', draft);
  if (changed) await client.call('instance.configure', { id, draft });
  return client.call('instance.start', { id });
}

async function fuchsiaDraft(
  name: string,
  values: StartOptions,
  context: CommandContext,
  grant: GrantFile,
  bundle: string | null,
): Promise<DraftInput> {
  const { output } = context;
  const guest = await guestOf(values, grant, bundle);
  if (guest?.kind !== 'fuchsia') throw new UsageError('say what to boot');
  const hasDisplay = process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  if (!values.headless && !hasDisplay) output.note('There is no display here: it runs headless.');
  const made = newDraft(name, withFfxDefaults(guest, values, { hasDisplay, platform: process.platform }));
  const draft = await resolved(await asAsked(made, values, grant), made, values, context);
  const finished = await withOptions(draft, values, grant);
  if (asksForPorts(values) && (finished.host?.ports ?? []).length === 0)
    output.note(`Ports are mapped with user networking only; with --net ${finished.host?.networking} there are none.`);
  return finished;
}

/** What each `auto` comes to depends on what else was asked for; ports wait for the device that names them. */
function asAsked(draft: DraftInput, values: StartOptions, grant: GrantFile): Promise<DraftInput> {
  const { port: _, 'port-map': __, 'additional-port-forwards': ___, ...rest } = values;
  return withOptions(draft, rest, grant);
}

/** `draft` with its device's size and ports; says what each `auto` of `asked` came to: all of it with --verbose. */
async function resolved(
  asked: DraftInput,
  draft: DraftInput,
  { verbose }: StartOptions,
  { client, output }: CommandContext,
): Promise<DraftInput> {
  if (draft.guest.kind !== 'fuchsia' || draft.guest.source.from === 'template') return draft;
  const { choices, device } = await client.call('fuchsia.resolve', asked);
  for (const { field, label, result, reason, hint } of choices) {
    if (verbose || hint !== null || field === 'host.networking' || field === 'guest.engine')
      output.note(`${label}: ${result}. ${reason}${hint === null ? '' : `\n  ${hint}`}`);
  }
  return device == null ? draft : withDeviceFacts(draft, device);
}

/** An instance that is there, with what these options change about it. */
async function startedAgain(
  name: string,
  { values }: StartRequest,
  context: CommandContext,
  grant: GrantFile,
): Promise<Prepared> {
  const { client } = context;
  const { id } = await client.call('instance.find', { name });
  let base: DraftInput = await client.call('instance.draft', { id });
  const { guest } = base;
  // With --reuse the images may be named again, as in ffx; they are not what is booted.
  if (!values.reuse) refuseForeignOptions(values, guest.kind);
  const { staging } = base.runtime ?? {};
  if (guest.kind === 'fuchsia' && (values.device !== undefined || values.system !== undefined)) {
    const changed = { ...base, guest: await withFuchsiaOptions(guest, values, grant) };
    base = await resolved(changed, changed, values, context);
  }
  const draft = await withOptions(base, values, grant, { isNew: false });
  const reuseDiffers = draft.guest.kind === 'fuchsia' && guest.kind === 'fuchsia' && draft.guest.reuse !== guest.reuse;
  const changed = changesTheMachine(values) || draft.runtime?.staging !== staging || reuseDiffers;
  return { id, draft, changed };
}

/** ffx's `--reuse` without a name is its default one. */
function nameFor(values: StartOptions, name: string | null): string {
  if (name !== null) return name;
  if (values.reuse || values['reuse-with-check']) return defaultFuchsiaName;
  throw new UsageError(
    'say what to boot: PRODUCT_BUNDLE, --demo, --linux, --kernel, --disk, --firmware, or the NAME of an instance',
  );
}

interface Slot {
  readonly name: string;
  /** null: to be made. */
  readonly id: string | null;
  readonly kind: InstanceView['guestKind'] | null;
}

function known(instances: readonly InstanceView[], name: string): Slot {
  const found = instances.find((view) => view.id === name) ?? instances.find((view) => view.name === name);
  return { name: found?.name ?? name, id: found?.id ?? null, kind: found?.guestKind ?? null };
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

/** File choices end with the connection to an owner: under a new one they are made again. */
export async function overOwnerChange<T>(client: SessionClient, work: () => Promise<T>): Promise<T> {
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
