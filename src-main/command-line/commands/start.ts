/** `slipway start`: make or find an instance, boot it, wait until it is ready. */
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { DiskAccess, DraftInput, FileReference } from '../../../src-shared/model/spec.ts';
import type { CommandContext, ExitCode } from '../context.ts';
import { instanceJson, instanceLine } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';
import { waitForInstance } from '../wait-for.ts';

const options = {
  demo: { type: 'boolean' },
  linux: { type: 'boolean' },
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  append: { type: 'string' },
  disk: { type: 'string', multiple: true },
  access: { type: 'string' },
  uefi: { type: 'boolean' },
  firmware: { type: 'string' },
  'firmware-vars': { type: 'string' },
  efi: { type: 'string' },
  name: { type: 'string' },
  arch: { type: 'string' },
  qemu: { type: 'string' },
  'qemu-machine': { type: 'string' },
  cpu: { type: 'string' },
  memory: { type: 'string' },
  smp: { type: 'string' },
  accel: { type: 'string' },
  port: { type: 'string', multiple: true },
  'no-network': { type: 'boolean' },
  gdb: { type: 'boolean' },
  'gdb-port': { type: 'string' },
  paused: { type: 'boolean' },
  'no-reboot': { type: 'boolean' },
  'no-shutdown': { type: 'boolean' },
  'debug-log': { type: 'string', multiple: true },
  extra: { type: 'string' },
  'ready-pattern': { type: 'string' },
  timeout: { type: 'string' },
  restage: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parse>;

function parse(args: string[]) {
  return parseArgs({ args, options, strict: true }).values;
}

export async function start(args: string[], context: CommandContext): Promise<ExitCode> {
  const values = parse(args);
  const timeoutMs = values.timeout === undefined ? null : seconds(values.timeout);
  const target = await bootTarget(values, context);
  const view = await launchOrStart(target, values, context);
  return report(view, timeoutMs, context);
}

type Target =
  | { kind: 'new'; draft: DraftInput }
  | { kind: 'configured anew'; draft: DraftInput; id: string }
  | { kind: 'as it is'; id: string };

function targetOf(draft: DraftInput, existing: InstanceView | null): Target {
  return existing === null ? { kind: 'new', draft } : { kind: 'configured anew', draft, id: existing.id };
}

/** What is to be booted: a new instance, one that is configured anew, or one as it is. */
async function bootTarget(values: Values, context: CommandContext): Promise<Target> {
  const instances = await context.client.call('instance.list', {});
  const named = (name: string) => instances.find((view) => view.name === name || view.id === name) ?? null;
  const guest = await guestOf(values, context);
  if (guest === null) {
    if (values.name === undefined)
      throw new UsageError('say what to boot: --demo, --linux, --kernel, --disk, --firmware, or --name of an instance');
    const { id } = await context.client.call('instance.find', { name: values.name });
    return { kind: 'as it is', id };
  }
  if (values.name !== undefined) {
    return targetOf(await draftOf(values.name, guest, values, context), named(values.name));
  }
  // Without a name: the guest's own, or the next number while that one is in use.
  for (let number = 1; ; number++) {
    const name = number === 1 ? defaultName(values) : `${defaultName(values)}-${number}`;
    const existing = named(name);
    if (existing === null || existing.status.phase === 'stopped') {
      return targetOf(await draftOf(name, guest, values, context), existing);
    }
  }
}

async function launchOrStart(target: Target, values: Values, { client }: CommandContext): Promise<InstanceView> {
  switch (target.kind) {
    case 'new':
      return client.call('instance.launch', target.draft);
    case 'configured anew':
      await client.call('instance.configure', { id: target.id, draft: target.draft });
      break;
    case 'as it is':
      if (values.restage) await restageOnce(target.id, client);
      break;
  }
  return client.call('instance.start', { id: target.id });
}

async function restageOnce(id: string, client: CommandContext['client']): Promise<void> {
  const draft = await client.call('instance.draft', { id });
  await client.call('instance.configure', {
    id,
    draft: { ...draft, runtime: { ...draft.runtime, staging: 'restage' } },
  });
}

async function report(view: InstanceView, timeoutMs: number | null, context: CommandContext): Promise<ExitCode> {
  const { client, output, signal } = context;
  let said = '';
  const settled = await waitForInstance(
    client,
    view.id,
    ({ status }) =>
      status.boot >= view.status.boot &&
      (status.phase === 'failed' ||
        status.phase === 'stopped' ||
        (status.phase === 'running' && (status.ready || timeoutMs === 0 || status.paused !== null))),
    {
      timeoutMs: timeoutMs ?? 0,
      signal,
      onChange: ({ status }) => {
        const step = status.progress?.step ?? status.phase;
        if (step !== said) output.note(`${view.name}: ${step}`);
        said = step;
      },
    },
  );
  if (settled === null) {
    const { view: now } = await client.call('instance.show', { id: view.id });
    const waiting = now.status.conditions.find(
      (condition) => condition.state === 'pending' || condition.state === 'warning',
    );
    output.failure({
      code: 'timed_out',
      message: `${view.name} was not ready in time. It is still running.`,
      cause: waiting?.text,
      hint: waiting?.hint ?? `See what it says: slipway logs ${view.id}`,
    });
    return 1;
  }
  if (settled.status.phase !== 'running') {
    output.failure(
      settled.status.failure ?? {
        code: 'engine_exited',
        message: `${view.name} ended before it was ready.`,
        raw: settled.status.lastLines.join('\n'),
      },
    );
    return 1;
  }
  output.result(instanceJson(settled), instanceLine(settled));
  return 0;
}

async function guestOf(values: Values, context: CommandContext): Promise<DraftInput['guest'] | null> {
  const file = (path: string): Promise<FileReference> =>
    context.client.call('files.grant', { path: resolve(context.directory, path) });
  const optional = (path: string | undefined) => (path === undefined ? null : file(path));
  const kinds = [values.demo, values.linux, values.kernel, values.firmware].filter((kind) => kind !== undefined);
  if (kinds.length > 1) throw new UsageError('one guest at a time: --demo, --linux, --kernel or --firmware');
  const access =
    values.access === undefined
      ? undefined
      : choice(values.access, ['overlay', 'copy', 'direct', 'read-only'] as const, '--access');
  const disks = await Promise.all((values.disk ?? []).map(async (path) => diskOf(await file(path), access)));
  const append = values.append ?? '';
  if (values.demo) return { kind: 'demo', append };
  if (values.linux) return { kind: 'linux', append, disks };
  if (values.kernel !== undefined) {
    return { kind: 'kernel', kernel: await file(values.kernel), initrd: await optional(values.initrd), append, disks };
  }
  if (values.firmware !== undefined) {
    const image = await file(values.firmware);
    const variables = await optional(values['firmware-vars']);
    return {
      kind: 'firmware',
      image: variables === null ? { as: 'bios', file: image } : { as: 'pflash', code: image, variables },
      efiDirectory: await optional(values.efi),
      disks,
    };
  }
  return disks.length > 0 ? { kind: 'disk', disks, firmware: values.uefi ? 'uefi' : 'bios' } : null;
}

type DiskInput = Extract<DraftInput['guest'], { kind: 'disk' }>['disks'][number];

/** An ISO is a CD in an IDE drive, which every firmware can boot; anything else is a disk. */
function diskOf(file: FileReference, access: DiskAccess | undefined): DiskInput {
  if (file.shown.toLowerCase().endsWith('.iso')) return { file, media: 'cdrom', access: 'read-only', interface: 'ide' };
  return { file, access };
}

async function draftOf(
  name: string,
  guest: DraftInput['guest'],
  values: Values,
  context: CommandContext,
): Promise<DraftInput> {
  const ports = (values.port ?? []).map(portOf);
  const binary =
    values.qemu === undefined
      ? null
      : await context.client.call('files.grant', { path: resolve(context.directory, values.qemu) });
  const wantsSsh = guest.kind === 'linux' && !values['no-network'] && !ports.some((port) => port.name === 'ssh');
  return {
    name,
    guest,
    architecture: choice(values.arch ?? 'x86_64', ['x86_64', 'aarch64', 'riscv64'] as const, '--arch'),
    device: {
      machine: values['qemu-machine'] ?? null,
      cpu: values.cpu ?? null,
      ...(values.memory === undefined ? {} : { memoryMiB: whole(values.memory, '--memory') }),
      ...(values.smp === undefined ? {} : { processors: whole(values.smp, '--smp') }),
    },
    host: {
      acceleration: choice(values.accel ?? 'auto', ['auto', 'kvm', 'hvf', 'tcg'] as const, '--accel'),
      networking: values['no-network'] ? 'none' : 'user',
      ports: wantsSsh ? [...ports, { name: 'ssh', protocol: 'tcp', guest: 22, host: null }] : ports,
    },
    runtime: {
      binary,
      debug: {
        gdb:
          values.gdb || values['gdb-port'] !== undefined
            ? { port: values['gdb-port'] === undefined ? null : whole(values['gdb-port'], '--gdb-port') }
            : null,
        startPaused: values.paused ?? false,
        noReboot: values['no-reboot'] ?? false,
        noShutdown: values['no-shutdown'] ?? false,
        // Checked against the contract's list on the other side, which names what there is.
        log: (values['debug-log'] ?? []) as never,
      },
      extraArguments: values.extra ?? '',
      readiness: values['ready-pattern'] === undefined ? null : [{ kind: 'serial', pattern: values['ready-pattern'] }],
      staging: values.restage ? 'restage' : 'reuse',
    },
  };
}

function defaultName(values: Values): string {
  if (values.demo) return 'demo';
  if (values.linux) return 'linux';
  return basename(values.kernel ?? values.firmware ?? values.disk?.[0] ?? 'instance').slice(0, 60);
}

/** `NAME:GUEST[:HOST]`. */
function portOf(text: string) {
  const match = /^([^:]+):(\d+)(?::(\d+))?$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new UsageError(`--port ${text}: expected NAME:GUEST[:HOST]`);
  return {
    name: match[1],
    protocol: 'tcp' as const,
    guest: whole(match[2], '--port'),
    host: match[3] === undefined ? null : whole(match[3], '--port'),
  };
}

function choice<T extends string>(text: string, choices: readonly T[], option: string): T {
  const found = choices.find((known) => known === text);
  if (found === undefined) throw new UsageError(`${option} is one of ${choices.join(', ')}`);
  return found;
}

function whole(text: string, option: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return Number(text);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new UsageError(`--timeout takes seconds, not "${text}"`);
  return value * 1000;
}
