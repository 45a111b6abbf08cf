/** The sections of `ffx emu show`: for a person to read, and made of what is known where the guest is no Fuchsia. Pure. */
import { engineArchitecture } from '../../src-shared/model/emulator-configuration.ts';
import type { InstanceDetails } from '../../src-shared/model/instance.ts';
import { engineState } from './engine-state.ts';

export const sectionNames = ['Cmd', 'Config', 'Device', 'Net', 'Instance', 'Raw'] as const;
export type SectionName = (typeof sectionNames)[number];

type Tree = Readonly<Record<string, unknown>>;

export interface Section {
  readonly name: SectionName;
  readonly value: unknown;
}

export function sectionOf(sections: readonly Tree[], name: SectionName): Section | null {
  const found = sections.find((section) => Object.hasOwn(section, name));
  return found === undefined ? null : { name, value: found[name] };
}

/** What comes nearest for a guest that has no EmulatorConfiguration; null stands for what nobody knows. */
export function plainSections({ view, spec, command, directory }: InstanceDetails): Tree[] {
  const args = command?.arguments.flatMap((row) => row.args) ?? [];
  const append = args.indexOf('-append');
  const cpu = Object.entries(engineArchitecture).find(([, architecture]) => architecture === view.architecture)?.[0];
  const ports = Object.fromEntries(view.ports.map(({ name, guest, host }) => [name, { guest, host }]));
  const disks = 'disks' in spec.guest ? spec.guest.disks.length : 0;
  return [
    ...(command === null ? [] : [{ Cmd: { program: command.binary, args, env: {} } }]),
    {
      Config: {
        flags: {
          args: append === -1 ? args : args.toSpliced(append, 2),
          envs: {},
          features: [],
          kernel_args: append === -1 ? [] : (args[append + 1] ?? '').split(' ').filter((word) => word !== ''),
          options: [],
        },
      },
    },
    {
      Device: {
        device: {
          name: `${view.name}_device`,
          description: `A ${view.guestKind} guest with ${disks} disk(s).`,
          cpu: cpu ?? view.architecture,
          cpu_count: spec.device.processors,
          audio: null,
          storage_bytes: null,
          pointing_device: null,
          memory_bytes: spec.device.memoryMiB * 1024 ** 2,
          ports,
          window_height: null,
          window_width: null,
          cid: null,
        },
      },
    },
    {
      Net: {
        mode: spec.host.networking,
        mac_address: null,
        upscript: null,
        ports,
      },
    },
    {
      Instance: {
        name: view.name,
        engine_type: 'qemu',
        engine_state: engineState(view),
        pid: view.status.pid ?? 0,
        emulator_binary: command?.binary ?? '',
        instance_directory: directory,
      },
    },
    { Raw: { config: spec } },
  ];
}

/** A heading and its facts; what is deep or long is JSON, as its reader will want it. */
export function sectionText({ name, value }: Section): string {
  if (name === 'Cmd' && isTree(value)) return `Command line:\n${commandLines(value)}\n`;
  if (name === 'Config' || name === 'Raw') return `${titles[name]}:\n${indented(JSON.stringify(value, null, 2))}\n`;
  const facts = name === 'Device' && isTree(value) && isTree(value.device) ? value.device : value;
  return `${titles[name]}:\n${isTree(facts) ? factLines(facts) : indented(JSON.stringify(facts, null, 2))}\n`;
}

const titles: Readonly<Record<SectionName, string>> = {
  Cmd: 'Command line',
  Config: 'Configuration',
  Device: 'Device',
  Net: 'Network',
  Instance: 'Instance',
  Raw: 'Everything',
};

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One option a line, so that it can be read; ready to be pasted into a shell. */
function commandLines({ program, args, env }: Tree): string {
  const variables = isTree(env) ? Object.entries(env).map(([key, value]) => `${key}=${quoted(value)}`) : [];
  const lines = [[...variables, quoted(program)].join(' ')];
  for (const arg of Array.isArray(args) ? args : []) {
    const text = quoted(arg);
    if (text.startsWith('-') || lines.length === 1) lines.push(text);
    else lines[lines.length - 1] += ` ${text}`;
  }
  return lines.map((line, index) => `${index === 0 ? '  ' : '    '}${line}`).join(' \\\n');
}

function quoted(value: unknown): string {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function factLines(facts: Tree): string {
  return Object.entries(facts)
    .map(([key, value]) =>
      isTree(value) ? `  ${key}:${innerText(value)}` : `  ${`${key}:`.padEnd(20)}${factText(value)}`,
    )
    .join('\n');
}

function innerText(tree: Tree): string {
  const entries = Object.entries(tree);
  if (entries.length === 0) return ' none';
  return entries.map(([key, value]) => `\n    ${`${key}:`.padEnd(18)}${factText(value)}`).join('');
}

/** `{guest: 22, host: 8022}` on one line. */
function factText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (isTree(value))
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${factText(inner)}`)
      .join(', ');
  return String(value);
}

function indented(text: string | undefined): string {
  return (text ?? '').replaceAll(/^/gm, '  ');
}
