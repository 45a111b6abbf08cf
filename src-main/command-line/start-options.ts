/** The options of `slipway start`: Slipway's own, and every one of `ffx emu start` with its name and short form. Pure. */
import { parseArgs } from 'node:util';
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
  zbi: { type: 'string' },
  fvm: { type: 'string' },
  fxfs: { type: 'string' },
  fat: { type: 'string' },
  gpt: { type: 'string' },
  system: { type: 'string' },
  upscript: { type: 'string' },
  name: { type: 'string' },
  arch: { type: 'string' },
  qemu: { type: 'string' },
  'qemu-machine': { type: 'string' },
  cpu: { type: 'string' },
  memory: { type: 'string' },
  smp: { type: 'string' },
  'serial-ports': { type: 'string' },
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
  // ffx's
  'additional-port-forwards': { type: 'string', multiple: true },
  config: { type: 'string' },
  console: { type: 'boolean' },
  debugger: { type: 'boolean' },
  'dev-config': { type: 'string' },
  device: { type: 'string' },
  'device-list': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  edit: { type: 'boolean' },
  engine: { type: 'string' },
  gpu: { type: 'string' },
  headless: { type: 'boolean', short: 'H' },
  'hidpi-scaling': { type: 'string' },
  'kernel-args': { type: 'string', short: 'c', multiple: true },
  log: { type: 'string', short: 'l' },
  monitor: { type: 'boolean', short: 'm' },
  net: { type: 'string' },
  'no-serial-number': { type: 'boolean' },
  'port-map': { type: 'string', multiple: true },
  reuse: { type: 'boolean' },
  'reuse-with-check': { type: 'boolean' },
  stage: { type: 'boolean' },
  'startup-timeout': { type: 'string', short: 's' },
  'vbmeta-key': { type: 'string' },
  'vbmeta-key-metadata': { type: 'string' },
  verbose: { type: 'boolean', short: 'V' },
} as const;

export type StartOptions = ReturnType<typeof parseArgs<{ args: string[]; options: typeof options }>>['values'];
export type StartOption = keyof typeof options;

export interface StartRequest {
  readonly values: StartOptions;
  /** PRODUCT_BUNDLE or NAME: which of the two is decided by what is there. */
  readonly subject: string | null;
}

export function parseStartOptions(args: string[]): StartRequest {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [subject, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one instance at a time, not also: ${more.join(' ')}`);
  for (const option of ['kernel', 'initrd', 'firmware', 'firmware-vars', 'efi', 'qemu', 'name', ...ffxPaths] as const)
    if (values[option]?.trim() === '') throw new UsageError(`--${option} is empty`);
  if (values.disk?.some((path) => path.trim() === '')) throw new UsageError('--disk is empty');
  if (values.port !== undefined && values['no-network'])
    throw new UsageError('--port needs a network; it does not go with --no-network');
  for (const [one, other] of exclusive)
    if (values[one] !== undefined && values[other] !== undefined)
      throw new UsageError(`either --${one} or --${other}, not both`);
  if ((values['vbmeta-key'] === undefined) !== (values['vbmeta-key-metadata'] === undefined))
    throw new UsageError('--vbmeta-key and --vbmeta-key-metadata go together');
  return { values, subject: subject ?? null };
}

const ffxPaths = [
  ...(['zbi', 'fvm', 'fxfs', 'fat', 'gpt', 'upscript'] as const),
  ...(['config', 'dev-config', 'device', 'log', 'vbmeta-key', 'vbmeta-key-metadata'] as const),
] as const;

const exclusive: readonly (readonly [StartOption, StartOption])[] = [
  ['console', 'monitor'],
  ['reuse', 'reuse-with-check'],
  ['reuse', 'restage'],
  ['reuse-with-check', 'restage'],
  ['timeout', 'startup-timeout'],
  ['no-network', 'net'],
  ['stage', 'dry-run'],
  ['edit', 'dry-run'],
  ['edit', 'stage'],
];

/** Options that are not about how the machine is made. */
const aboutThisStart: ReadonlySet<StartOption> = new Set([
  ...(['name', 'timeout', 'startup-timeout', 'restage', 'reuse', 'reuse-with-check'] as const),
  ...(['log', 'stage', 'dry-run', 'device-list', 'edit'] as const),
]);

export function changesTheMachine(values: StartOptions): boolean {
  return optionsOf(values).some((option) => !aboutThisStart.has(option));
}

export function optionsOf(values: StartOptions): StartOption[] {
  return (Object.keys(options) as StartOption[]).filter((option) => values[option] !== undefined);
}
