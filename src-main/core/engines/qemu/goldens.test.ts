/**
 * The command lines, written down. A change of argv shows up as a change of a file in `goldens/`;
 * `UPDATE_GOLDENS=1 npx vitest run src-main/core/engines/qemu/goldens.test.ts` writes them anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Accelerator } from '../../../../src-shared/model/engine.ts';
import type { PlainSpec } from '../../../../src-shared/model/spec.ts';
import type { LaunchPlan, PlanInput } from '../engine.ts';
import { planLaunch } from '../qemu-based/arguments.ts';
import { quoteForShell } from '../qemu-based/shell-line.ts';
import { planInputOf, specOf } from '../testing/spec-of.ts';

const directory = join(import.meta.dirname, 'goldens');

type Input = Parameters<typeof specOf>[0];
const everyInterface = ['virtio', 'ide', 'scsi', 'nvme', 'usb'] as const;
const everyDisk = everyInterface.flatMap((kind) => [
  { file: `/images/${kind}.qcow2`, format: 'qcow2' as const, interface: kind },
  { file: `/images/${kind}.iso`, format: 'raw' as const, interface: kind, media: 'cdrom' as const },
]);
const kernel = {
  kind: 'kernel' as const,
  kernel: '/images/a:b,c kernel',
  initrd: '/images/initrd,x',
  append: 'console=ttyS0 a,b',
};
const uefi = (extra: object = {}) => ({
  kind: 'disk' as const,
  firmware: 'uefi' as const,
  disks: [{ file: '/images/a:b,c.img' }],
  ...extra,
});
const flash = {
  kind: 'firmware' as const,
  image: { as: 'pflash' as const, code: '/fw/a,b/CODE.fd', variables: '/fw/VARS.fd' },
};

const cases: Record<string, [Input, Partial<PlanInput>?]> = {
  'x86_64-demo': [{ guest: { kind: 'demo' } }],
  'x86_64-demo-odd-name': [{ name: 'a, b=c "d" é', guest: { kind: 'demo' } }],
  'x86_64-linux-ports': [
    {
      guest: { kind: 'linux', append: 'quiet' },
      host: { ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: null }] },
    },
  ],
  'x86_64-linux-kvm': [{ guest: { kind: 'linux' }, device: { processors: 4, memoryMiB: 2048 } }, accelerated('kvm')],
  'x86_64-linux-hvf': [{ guest: { kind: 'linux' } }, accelerated('hvf')],
  'x86_64-kernel-every-disk': [{ guest: { ...kernel, disks: everyDisk } }],
  'x86_64-demo-two-serial-lines': [{ guest: { kind: 'demo' }, device: { serialPorts: 2 } }],
  'x86_64-kernel-every-serial-line': [{ guest: kernel, device: { serialPorts: 8 } }],
  'x86_64-kernel-microvm-pcie-serial': [
    { guest: kernel, device: { machine: 'microvm,pcie=on', serialPorts: 2 }, host: { networking: 'none' } },
  ],
  'aarch64-kernel-serial-lines': [{ architecture: 'aarch64', guest: kernel, device: { serialPorts: 3 } }],
  'aarch64-kernel-raspi3b-serial-lines': [
    {
      architecture: 'aarch64',
      guest: kernel,
      device: { machine: 'raspi3b', serialPorts: 2 },
      host: { networking: 'none' },
    },
  ],
  'riscv64-kernel-serial-lines': [{ architecture: 'riscv64', guest: kernel, device: { serialPorts: 2 } }],
  'x86_64-kernel-no-network': [{ guest: kernel, host: { networking: 'none' } }],
  'x86_64-kernel-own-machine': [{ guest: kernel, device: { machine: 'q35,smm=off', cpu: 'Skylake-Client,-avx' } }],
  'x86_64-kernel-microvm': [{ guest: { ...kernel, disks: everyDisk }, device: { machine: 'microvm,rtc=on' } }],
  'x86_64-kernel-isapc': [{ guest: { ...kernel, disks: everyDisk.slice(0, 2) }, device: { machine: 'isapc' } }],
  'x86_64-disk-bios': [{ guest: { kind: 'disk', disks: everyDisk } }],
  'x86_64-disk-bios-virtio': [{ guest: { kind: 'disk', disks: [{ file: '/images/disk.raw', access: 'direct' }] } }],
  'x86_64-disk-uefi': [{ guest: uefi() }],
  'x86_64-firmware-bios': [{ guest: { kind: 'firmware', image: { as: 'bios', file: '/fw/multiboot.bin' } } }],
  'x86_64-firmware-pflash': [
    { guest: { ...flash, efiDirectory: '/home/me/efi, dir', disks: [{ file: '/images/d.raw' }] } },
  ],
  'x86_64-debug': [
    {
      guest: { kind: 'demo' },
      runtime: {
        debug: {
          gdb: { port: 1234 },
          startPaused: true,
          noReboot: true,
          noShutdown: true,
          log: ['int', 'cpu_reset', 'int'],
        },
        extraArguments: `-device edu -append 'x "y"' $HOME`,
      },
    },
  ],
  'x86_64-sandbox-relaxed': [
    {
      guest: { kind: 'demo' },
      host: { networking: 'none' },
      runtime: { extraArguments: '-netdev bridge,id=lan -device e1000,netdev=lan' },
    },
  ],
  'x86_64-sandbox-own': [{ guest: { kind: 'demo' }, runtime: { extraArguments: '-sandbox on' } }],
  'aarch64-linux': [{ architecture: 'aarch64', guest: { kind: 'linux' } }],
  'aarch64-kernel-kvm-every-disk': [
    { architecture: 'aarch64', guest: { ...kernel, disks: everyDisk } },
    accelerated('kvm'),
  ],
  'aarch64-kernel-raspi3b': [
    {
      architecture: 'aarch64',
      device: { machine: 'raspi3b', cpu: 'cortex-a53' },
      guest: { ...kernel, disks: everyDisk.slice(0, 1) },
    },
  ],
  'aarch64-disk-uefi': [{ architecture: 'aarch64', guest: uefi({ disks: everyDisk }) }],
  'aarch64-firmware-pflash': [{ architecture: 'aarch64', guest: { ...flash, efiDirectory: '/efi' } }],
  'aarch64-firmware-bios-debug': [
    {
      architecture: 'aarch64',
      guest: { kind: 'firmware', image: { as: 'bios', file: '/fw/u-boot.bin' } },
      host: { networking: 'none' },
      runtime: { debug: { gdb: { port: null }, log: ['guest_errors'] } },
    },
  ],
  'riscv64-linux': [{ architecture: 'riscv64', guest: { kind: 'linux' } }],
  'riscv64-kernel-every-disk': [
    { architecture: 'riscv64', guest: { ...kernel, disks: everyDisk }, host: { networking: 'none' } },
  ],
  'riscv64-kernel-kvm': [{ architecture: 'riscv64', guest: kernel }, accelerated('kvm')],
  'riscv64-disk-uefi': [{ architecture: 'riscv64', guest: uefi() }],
  'riscv64-firmware-bios': [
    {
      architecture: 'riscv64',
      guest: { kind: 'firmware', image: { as: 'bios', file: '/fw/fw_jump.bin' }, efiDirectory: '/efi' },
    },
  ],
};

function accelerated(accelerator: Accelerator): Partial<PlanInput> {
  return { acceleration: { accelerator, reason: 'Hardware.', hint: null, verified: true } };
}

function written(plan: LaunchPlan): string {
  const lines = plan.arguments.map(({ field, args, why }) =>
    args.length === 0 ? `${field} | # ${why}` : `${field} | ${args.map(quoteForShell).join(' ')}`,
  );
  return `${[plan.binary, ...lines].join('\n')}\n`;
}

const planOf = (name: string): { plan: LaunchPlan; spec: PlainSpec } => {
  const [input, change] = cases[name] ?? [{ guest: { kind: 'demo' as const } }];
  const spec = specOf(input);
  return { plan: planLaunch(planInputOf(spec, change)), spec };
};

describe('command lines', () => {
  it.each(Object.keys(cases))('%s', (name) => {
    const file = join(directory, `${name}.txt`);
    const now = written(planOf(name).plan);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(file, now);
    expect(now).toBe(readFileSync(file, 'utf8'));
  });

  it('has no golden without a case', () => {
    expect(readdirSync(directory).sort()).toEqual(
      Object.keys(cases)
        .map((name) => `${name}.txt`)
        .sort(),
    );
  });

  it('says of every argument why it is there and names a field that exists', () => {
    for (const name of Object.keys(cases)) {
      const { plan, spec } = planOf(name);
      for (const { field, why } of plan.arguments) {
        expect(why).toMatch(/[.]$/);
        if (field !== 'slipway') expect(fieldExists(spec, field), `${name}: ${field}`).toBe(true);
      }
    }
  });
});

function fieldExists(spec: PlainSpec, field: string): boolean {
  let value: unknown = spec;
  for (const key of field.split('.')) {
    if (typeof value !== 'object' || value === null || !(key in value)) return false;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return true;
}
