/**
 * Command lines of the built-in templates, for every combination of architecture, engine, networking, console, window
 * and acceleration. One file per template, engine and architecture. `UPDATE_GOLDENS=1 npx vitest run …/flag-template/goldens.test.ts` writes them anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type EmulatorConfiguration,
  emulatorConfigurationSchema,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import { quoteForShell } from '../shell-line.ts';
import { composeArguments } from './compose-arguments.ts';
import { readFlagTemplate, renderFlags, templatePath } from './flag-template.ts';

const directory = join(import.meta.dirname, 'goldens');
const assets = join(import.meta.dirname, '../../../../../assets');

const axes = {
  networking: ['user', 'tap', 'none'],
  console: ['none', 'console', 'monitor'],
  window: ['headless', 'window'],
  acceleration: ['none', 'hyper'],
} as const;
type Combination = { [Axis in keyof typeof axes]: (typeof axes)[Axis][number] };
const everyCombination: Combination[] = axes.networking.flatMap((networking) =>
  axes.console.flatMap((console) =>
    axes.window.flatMap((window) =>
      axes.acceleration.map((acceleration) => ({ networking, console, window, acceleration })),
    ),
  ),
);

/** Those that differ from the first in one axis come first. */
const combinations = everyCombination.toSorted((a, b) => distance(a) - distance(b));

function distance(combination: Combination): number {
  const [first] = everyCombination;
  return first === undefined ? 0 : changedAxes(first, combination).length;
}

const guests = {
  default: {
    kernel_image: '/i/kernel',
    ramdisk: { path: '/i/a,b.zbi', kind: 'Zbi' },
    disk_image: { Fxfs: '/i/a,b.blk' },
  },
  'efi-fat': { disk_image: { Fat: '/b/shell.fat' }, ovmf_code: '/fw/CODE.fd', ovmf_vars: '/i/OVMF_VARS.fd' },
  'efi-gpt': { disk_image: { Gpt: '/i/gpt.img' }, is_gpt: true, ovmf_code: '/fw/CODE.fd', ovmf_vars: '/i/VARS.fd' },
} as const;

type Subject = {
  guest: keyof typeof guests;
  engine: 'femu' | 'qemu';
  architecture: 'x64' | 'arm64' | 'riscv64';
  os: 'linux' | 'macos';
};
const subjects: Subject[] = [
  ...(['femu', 'qemu'] as const).flatMap((engine) =>
    (['x64', 'arm64', 'riscv64'] as const).map(
      (architecture): Subject => ({ guest: 'default', engine, architecture, os: 'linux' }),
    ),
  ),
  { guest: 'default', engine: 'qemu', architecture: 'arm64', os: 'macos' },
  { guest: 'efi-fat', engine: 'qemu', architecture: 'x64', os: 'linux' },
  { guest: 'efi-gpt', engine: 'qemu', architecture: 'arm64', os: 'linux' },
];

function configurationOf(subject: Subject, combination: Combination): EmulatorConfiguration {
  return emulatorConfigurationSchema.parse({
    device: {
      audio: { model: 'hda' },
      cpu: { architecture: subject.architecture, count: 4 },
      memory: { quantity: 8192, units: 'megabytes' },
      pointing_device: 'touch',
      storage: { quantity: 20, units: 'gigabytes' },
      vsock: { enabled: true, cid: 33 },
    },
    guest: guests[subject.guest],
    host: {
      acceleration: combination.acceleration,
      architecture: subject.architecture,
      log: '/i/emulator.log',
      networking: combination.networking,
      os: subject.os,
      port_map: { ssh: { guest: 22, host: 8022 }, debug: { guest: 2345, host: null } },
    },
    runtime: {
      console: combination.console,
      engine_type: subject.engine,
      headless: combination.window === 'headless',
      instance_directory: '/i',
      mac_address: '52:54:47:5e:82:ef',
      name: 'fuchsia-emulator',
      serial_number: 'EM-0123456AB',
    },
  });
}

async function linesOf(configuration: EmulatorConfiguration): Promise<string[]> {
  const template = await readFlagTemplate(templatePath(configuration, assets));
  const result = renderFlags({ configuration, template, environment: { DISPLAY: ':7' } });
  if (!result.ok) throw new Error(`${result.failure.message}\n${result.failure.raw}`);
  const { flags } = result.rendered;
  return [
    ...Object.entries(flags.envs).map(([name, value]) => `${name}=${value}`),
    // One kernel argument a line: a change of one is seen as one.
    ...composeArguments(configuration, flags).flatMap(({ args }) =>
      args[0] === '-append' ? args.flatMap((word) => word.split(' ')) : [args.map(quoteForShell).join(' ')],
    ),
  ];
}

/**
 * The first combination, then each that differs from it in one axis, in full. The others are the sum of those, and
 * written down only where they are not.
 */
async function golden(subject: Subject): Promise<string> {
  const [first, ...others] = combinations;
  if (first === undefined) throw new Error('no combinations');
  const base = await linesOf(configurationOf(subject, first));
  const blocks = [`= ${Object.values(first).join(' ')}`, ...base];
  const singles = new Map<string, Difference>();
  const commands = [base];
  for (const combination of others) {
    const changed = changedAxes(first, combination);
    const lines = await linesOf(configurationOf(subject, combination));
    const difference = differenceOf(base, lines);
    const title = `= ${Object.values(combination).join(' ')}`;
    if (changed.length === 1) {
      singles.set(changed.join(), difference);
      commands.push(lines);
      blocks.push('', title, ...lines.map((line) => `${difference.came.includes(line) ? '+' : ' '} ${line}`));
      continue;
    }
    const parts = changed.map((axis) => singles.get(axis) ?? { went: [], came: [] });
    const sum = { went: parts.flatMap(({ went }) => went), came: parts.flatMap(({ came }) => came) };
    const known = (lines: string[], of: string[]) => lines.every((line) => of.includes(line));
    const isSum = known(difference.came, sum.came) && known(sum.came, lines) && known(difference.went, sum.went);
    expectOrder(lines, commands);
    if (isSum) continue;
    blocks.push(
      '',
      title,
      ...difference.went.map((line) => `- ${line}`),
      ...difference.came.map((line) => `+ ${line}`),
    );
  }
  return `${blocks.join('\n')}\n`;
}

interface Difference {
  readonly went: string[];
  readonly came: string[];
}

function differenceOf(before: readonly string[], after: readonly string[]): Difference {
  return {
    went: before.filter((line) => !after.includes(line)),
    came: after.filter((line) => !before.includes(line)),
  };
}

/** `acceleration=hyper` for each axis in which the two differ. */
function changedAxes(a: Combination, b: Combination): string[] {
  const before = Object.entries(a);
  return Object.entries(b).flatMap(([axis, value], index) =>
    before[index]?.[1] === value ? [] : [`${axis}=${value}`],
  );
}

/** No two lines stand the other way round than in a command that is written down. */
function expectOrder(lines: readonly string[], commands: readonly (readonly string[])[]): void {
  for (const command of commands) {
    const shared = command.filter((line) => lines.includes(line));
    expect(lines.filter((line) => shared.includes(line))).toEqual(shared);
  }
}

const nameOf = ({ guest, engine, architecture, os }: Subject) =>
  [guest, engine, architecture, ...(os === 'linux' ? [] : [os])].join('-');

describe('command lines of the built-in templates', () => {
  it.each(subjects.map((subject) => [nameOf(subject), subject] as const))('%s', async (name, subject) => {
    const file = join(directory, `${name}.txt`);
    const now = await golden(subject);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(file, now);
    expect(now).toBe(readFileSync(file, 'utf8'));
  });

  it('has no golden without a case', () => {
    expect(readdirSync(directory).sort()).toEqual(subjects.map((subject) => `${nameOf(subject)}.txt`).sort());
  });
});
