/** The options of `slipway start`, and the draft they make. Files are asked for through `grant`; nothing is opened here. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { architectures } from '../../src-shared/model/engine.ts';
import { type DiskAccess, type DraftInput, debugLogItems, type FileReference } from '../../src-shared/model/spec.ts';
import { choiceOf, portMappingOf, portNumberOf, wholeNumberOf } from './option-values.ts';
import { UsageError } from './usage.ts';

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

export type StartOptions = ReturnType<typeof parseArgs<{ args: string[]; options: typeof options }>>['values'];
type OptionName = keyof typeof options;
type Guest = DraftInput['guest'];
type DiskInput = Extract<Guest, { kind: 'disk' }>['disks'][number];
export type GrantFile = (path: string) => Promise<FileReference>;

/** `start NAME` is `start --name NAME`. */
export function parseStartOptions(args: string[]): StartOptions {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [name, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one instance at a time, not also: ${more.join(' ')}`);
  if (name !== undefined && values.name !== undefined) throw new UsageError(`either ${name} or --name, not both`);
  for (const option of ['kernel', 'initrd', 'firmware', 'firmware-vars', 'efi', 'qemu', 'name'] as const)
    if (values[option]?.trim() === '') throw new UsageError(`--${option} is empty`);
  if (values.disk?.some((path) => path.trim() === '')) throw new UsageError('--disk is empty');
  if (values.port !== undefined && values['no-network'])
    throw new UsageError('--port needs a network; it does not go with --no-network');
  return name === undefined ? values : { ...values, name };
}

/** What concerns the guest, by its kind: anything else would be ignored, and is refused instead. */
const guestOptions = {
  demo: ['append'],
  linux: ['append', 'disk', 'access'],
  kernel: ['initrd', 'append', 'disk', 'access'],
  disk: ['disk', 'access', 'uefi'],
  firmware: ['firmware-vars', 'efi', 'disk', 'access'],
} as const satisfies Record<Guest['kind'], readonly OptionName[]>;
const everyGuestOption = new Set<OptionName>(Object.values(guestOptions).flat());

export function guestKindOf(values: StartOptions): Guest['kind'] | null {
  const kinds = (['demo', 'linux', 'kernel', 'firmware'] as const).filter((kind) => values[kind] !== undefined);
  const [kind = values.disk === undefined ? null : 'disk', other] = kinds;
  if (other !== undefined) throw new UsageError(`one guest at a time: --${kind} or --${other}`);
  const taken: readonly OptionName[] = kind === null ? ['append'] : guestOptions[kind];
  const stray = [...everyGuestOption].find((option) => values[option] !== undefined && !taken.includes(option));
  if (stray !== undefined)
    throw new UsageError(kind === null ? `--${stray} needs its guest` : `--${stray} is not for a ${kind} guest`);
  if (values.access !== undefined && values.disk === undefined) throw new UsageError('--access is for a --disk');
  return kind;
}

export async function guestOf(values: StartOptions, grant: GrantFile): Promise<Guest | null> {
  const kind = guestKindOf(values);
  const append = values.append ?? '';
  const optional = async (path: string | undefined) => (path === undefined ? null : grant(path));
  const accesses = ['overlay', 'copy', 'direct', 'read-only'] as const;
  const access = values.access === undefined ? undefined : choiceOf(values.access, accesses, '--access');
  const disks = await Promise.all((values.disk ?? []).map(async (path) => diskOf(await grant(path), access)));
  switch (kind) {
    case null:
      return null;
    case 'demo':
      return { kind, append };
    case 'linux':
      return { kind, append, disks };
    case 'kernel':
      return { kind, kernel: await grant(values.kernel ?? ''), initrd: await optional(values.initrd), append, disks };
    case 'disk':
      return { kind, disks, firmware: values.uefi ? 'uefi' : 'bios' };
    case 'firmware': {
      const file = await grant(values.firmware ?? '');
      const variables = await optional(values['firmware-vars']);
      const image =
        variables === null ? { as: 'bios' as const, file } : { as: 'pflash' as const, code: file, variables };
      return { kind, image, efiDirectory: await optional(values.efi), disks };
    }
  }
}

/** An ISO is a CD in an IDE drive, which every firmware can boot; anything else is a disk. */
function diskOf(file: FileReference, access: DiskAccess | undefined): DiskInput {
  if (file.shown.toLowerCase().endsWith('.iso')) return { file, media: 'cdrom', access: 'read-only', interface: 'ide' };
  return access === undefined ? { file } : { file, access };
}

/** Options that are not about how the machine is made. */
const aboutThisStart: readonly OptionName[] = ['name', 'timeout', 'restage'];

export function changesTheMachine(values: StartOptions): boolean {
  return (Object.keys(values) as OptionName[]).some((option) => !aboutThisStart.includes(option));
}

/** `base` with what was asked for; what was not asked for stays as it is there. */
export async function withOptions(base: DraftInput, values: StartOptions, grant: GrantFile): Promise<DraftInput> {
  const given = <T>(value: T | undefined, field: string) => (value === undefined ? {} : { [field]: value });
  const number = (option: 'memory' | 'smp') =>
    values[option] === undefined ? undefined : wholeNumberOf(values[option], `--${option}`);
  const accelerations = ['auto', 'kvm', 'hvf', 'tcg'] as const;
  const gdbPort = values['gdb-port'];
  const gdb = gdbPort === undefined ? null : portNumberOf(gdbPort, '--gdb-port');
  const items = values['debug-log']?.map((item) => choiceOf(item, debugLogItems, '--debug-log'));
  const pattern = values['ready-pattern'];
  if (pattern !== undefined) checkPattern(pattern);
  return {
    ...base,
    guest: withAppend(base.guest, values.append),
    ...given(values.arch && choiceOf(values.arch, architectures, '--arch'), 'architecture'),
    device: {
      ...base.device,
      ...given(values['qemu-machine'], 'machine'),
      ...given(values.cpu, 'cpu'),
      ...given(number('memory'), 'memoryMiB'),
      ...given(number('smp'), 'processors'),
    },
    host: {
      ...base.host,
      ...given(values.accel && choiceOf(values.accel, accelerations, '--accel'), 'acceleration'),
      ...(values['no-network'] ? { networking: 'none' as const, ports: [] } : {}),
      ...(values.port === undefined ? {} : { networking: 'user' as const, ports: portsOf(base, values.port) }),
    },
    runtime: {
      ...base.runtime,
      ...given(values.qemu === undefined ? undefined : await grant(values.qemu), 'binary'),
      debug: {
        ...base.runtime?.debug,
        ...(values.gdb || gdb !== null ? { gdb: { port: gdb } } : {}),
        ...given(values.paused, 'startPaused'),
        ...given(values['no-reboot'], 'noReboot'),
        ...given(values['no-shutdown'], 'noShutdown'),
        ...given(items, 'log'),
      },
      ...given(values.extra, 'extraArguments'),
      ...(pattern === undefined ? {} : { readiness: [{ kind: 'serial' as const, pattern }] }),
      staging: values.restage ? 'restage' : 'reuse',
    },
  };
}

/** A Linux guest keeps its ssh port among others, unless it is given another one. */
function portsOf({ guest, host }: DraftInput, texts: readonly string[]) {
  const ports = texts.map(portMappingOf);
  const ssh = guest.kind === 'linux' ? host?.ports?.find(({ name }) => name === 'ssh') : undefined;
  return ssh === undefined || ports.some(({ name }) => name === 'ssh') ? ports : [...ports, ssh];
}

function withAppend(guest: Guest, append: string | undefined): Guest {
  if (append === undefined) return guest;
  if (guest.kind === 'disk' || guest.kind === 'firmware')
    throw new UsageError(`--append is not for a ${guest.kind} guest`);
  return { ...guest, append };
}

function checkPattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`--ready-pattern: ${error instanceof Error ? error.message : error}`);
  }
}

/** A new instance. A Linux guest has an ssh port, because it has an ssh server. */
export function newDraft(name: string, guest: Guest): DraftInput {
  const ssh = { name: 'ssh', protocol: 'tcp' as const, guest: 22, host: null };
  return { name, guest, ...(guest.kind === 'linux' ? { host: { ports: [ssh] } } : {}) };
}

/** What an instance is called when nobody says: after its guest. */
export function defaultName(values: StartOptions): string {
  const kind = guestKindOf(values);
  if (kind === 'demo' || kind === 'linux') return kind;
  const name = basename(values.kernel ?? values.firmware ?? values.disk?.[0] ?? '');
  return [...name].slice(0, 60).join('').trim() || 'instance';
}
