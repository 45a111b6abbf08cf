/** Scripts, and that reading one back gives the guest it was written from. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { planLaunch } from '../../qemu-based/arguments.ts';
import { shellLine } from '../../qemu-based/shell-line.ts';
import { capabilitiesOf, planInputOf, specOf, stagedInPlace } from '../../testing/spec-of.ts';
import { importCommand } from '../command-import/import-command.ts';
import { describeMachine } from '../command-import/testing/describe-machine.ts';
import { exportCommand } from './export-command.ts';

const directory = mkdtempSync(join(tmpdir(), 'export-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Input = Parameters<typeof specOf>[0];

const facts = {
  assetsDirectory: '/assets',
  linuxGuest: { kernel: '/cache/vmlinuz', baseInitrd: '/cache/initrd.gz' },
  firmware: () => ({ architecture: 'x86_64' as const, name: 'OVMF', code: '/fw/CODE.fd', variables: '/fw/VARS.fd' }),
  formatOf: (path: string) => (path.endsWith('.qcow2') ? 'qcow2' : 'raw'),
};

function scriptOf(input: Input, accelerator: 'tcg' | 'kvm' = 'tcg') {
  const spec = specOf(input);
  return exportCommand({
    spec,
    capabilities: capabilitiesOf({ architecture: spec.architecture }),
    acceleration: { accelerator, reason: '', hint: null, verified: false },
    facts,
  });
}

const disk = { file: '/d/a.qcow2', format: 'qcow2' } as const;

describe('exportCommand', () => {
  it('is a script that reads well', () => {
    const { script, notes } = scriptOf(
      {
        name: 'My router',
        guest: { kind: 'disk', disks: [{ ...disk }, { file: '/d/inst.iso', media: 'cdrom', access: 'read-only' }] },
        host: {
          ports: [
            { name: 'ssh', protocol: 'tcp', guest: 22, host: null },
            { name: 'web', protocol: 'tcp', guest: 80, host: 8080 },
          ],
        },
        runtime: { extraArguments: "-device edu -fw_cfg 'name=opt/x,string=a b'" },
      },
      'kvm',
    );
    expect(script).toMatchInlineSnapshot(`
      "#!/bin/sh
      # My router: a QEMU guest, booted without Slipway.
      # The serial line is this terminal: Ctrl-A X ends QEMU, Ctrl-A C is its monitor. Arguments are added to the command.
      set -eu

      QEMU=\${QEMU:-qemu-system-x86_64}
      DISK0=/d/a.qcow2
      DISK1=/d/inst.iso

      # The best on the computer this was written on. Where it does not work: ACCEL=tcg CPU=max,la57=off
      ACCEL=\${ACCEL:-kvm}
      CPU=\${CPU:-host}

      # What the guest writes goes into this directory, and with it at the end. WORK=DIRECTORY keeps it from boot to boot.
      if [ -z "\${WORK:-}" ]; then
        WORK=$(mktemp -d)
        trap 'rm -rf "$WORK"' EXIT
      else
        mkdir -p "$WORK"
      fi
      case $WORK in *,*) echo "QEMU takes no directory with a comma here: $WORK" >&2; exit 1 ;; esac
      [ -e "$WORK/disk-0.qcow2" ] || qemu-img create -q -f qcow2 -F qcow2 -b "$DISK0" "$WORK/disk-0.qcow2"

      "$QEMU" \\
        -name 'guest=My router' \\
        -nodefaults \\
        -no-user-config \\
        -machine q35 \\
        -accel "$ACCEL" \\
        -cpu "$CPU" \\
        -smp cpus=1 \\
        -m size=512M \\
        -blockdev "node-name=disk0,driver=qcow2,read-only=off,discard=unmap,file.driver=file,file.filename=$WORK/disk-0.qcow2" \\
        -device virtio-blk-pci,drive=disk0,bootindex=0 \\
        -blockdev "node-name=disk1,driver=raw,read-only=on,file.driver=file,file.filename=$DISK1" \\
        -device ide-cd,bus=ide.0,drive=disk1,bootindex=1 \\
        -netdev user,id=net0,hostfwd=tcp:127.0.0.1:0-:22,hostfwd=tcp:127.0.0.1:8080-:80 \\
        -device virtio-net-pci,netdev=net0,romfile= \\
        -display none \\
        -device VGA \\
        -device virtio-rng-pci \\
        -serial mon:stdio \\
        -device edu \\
        -fw_cfg 'name=opt/x,string=a b' \\
        "$@"
      "
    `);
    expect(notes).toEqual([expect.stringContaining('ssh')]);
  });

  const cases: Record<string, Input> = {
    demo: { guest: { kind: 'demo', append: "quiet it's" } },
    linux: { guest: { kind: 'linux', disks: [{ ...disk }] } },
    'every interface': {
      guest: {
        kind: 'kernel',
        kernel: '/k,1/b "z" $x',
        initrd: '/i`d',
        disks: (['virtio', 'ide', 'scsi', 'nvme', 'usb'] as const).map((kind) => ({
          file: `/d/${kind},x.img`,
          access: 'direct',
          format: 'raw',
          interface: kind,
        })),
      },
    },
    'every access': {
      guest: {
        kind: 'disk',
        disks: (['overlay', 'copy', 'direct', 'read-only'] as const).map((access) => ({
          file: `/d/${access} $1.raw`,
          access,
          format: 'raw',
        })),
      },
    },
    uefi: { guest: { kind: 'disk', firmware: 'uefi', disks: [{ ...disk }] } },
    flash: {
      guest: {
        kind: 'firmware',
        image: { as: 'pflash', code: '/f/code.fd', variables: '/f/vars.fd' },
        efiDirectory: '/esp dir',
      },
    },
    bios: {
      architecture: 'riscv64',
      guest: { kind: 'firmware', image: { as: 'bios', file: '/f/fw.bin' } },
      device: { serialPorts: 2 },
    },
    debug: {
      guest: { kind: 'demo' },
      runtime: { debug: { gdb: { port: 1234 }, startPaused: true, noReboot: true, log: ['int'] } },
    },
    'debug-socket': { guest: { kind: 'demo' }, runtime: { debug: { gdb: { port: null } } } },
    arm: {
      architecture: 'aarch64',
      guest: {
        kind: 'kernel',
        kernel: '/k',
        disks: [{ file: '/d/i.img', interface: 'ide', access: 'direct', format: 'raw' }],
      },
    },
    board: {
      architecture: 'aarch64',
      device: { machine: 'raspi3b', cpu: 'default' },
      guest: { kind: 'kernel', kernel: '/k', disks: [{ file: '/d/sd.img', access: 'direct', format: 'raw' }] },
    },
  };

  it.each(Object.entries(cases))('is a script for a shell: %s', (_, input) => {
    const file = join(directory, 'script');
    writeFileSync(file, scriptOf(input).script);
    for (const shell of ['sh', 'bash']) execFileSync(shell, ['-n', file]);
  });

  it.each(Object.entries(cases))('read back it is the same guest: %s', (_, input) => expectSame(input));

  it.each(Object.entries(cases))(
    'so is the command of a launch, without a trace of its own consoles: %s',
    (_, input) => {
      const spec = specOf(input);
      const argv = planLaunch(planInputOf(spec)).arguments.flatMap(({ args }) => args);
      const text = shellLine([`/usr/bin/qemu-system-${spec.architecture}`, ...argv], '/home/run');
      const imported = importCommand({
        text,
        host: { directory, home: '/h', processors: 2, machine: 'x86_64' },
        variables: {},
      });
      expect(imported.request.runtime.extraArguments).not.toMatch(
        /chardev|mon|pidfile|uuid|own-(serial|qmp|monitor|net|disk)/,
      );
      expect(imported.request.runtime.debug.startPaused).toBe(false);
      expect(imported.request.device.serialPorts).toBe(spec.device.serialPorts);
      const again = planLaunch(planInputOf(specOf(imported.request))).arguments.flatMap(({ args }) => args);
      const described = (words: readonly string[]) => {
        const { others, ...rest } = describeMachine(['qemu-system-x86_64', ...words], { directory });
        return {
          ...rest,
          others: others
            .filter((one) => !/^-chardev pipe/.test(one))
            .map((one) => one.replaceAll('own-', ''))
            .sort(),
        };
      };
      expect(described(again)).toEqual(described(argv));
    },
  );

  it('read back it is the same guest, whatever it is', () => {
    const path = fc.stringMatching(/^\/[a-z ,$"'\\`é=-]{1,12}$/).filter((text) => !text.endsWith('/'));
    const disks = fc.array(
      fc.record({
        file: path,
        format: fc.constantFrom('raw' as const, 'qcow2' as const),
        access: fc.constantFrom('overlay' as const, 'direct' as const, 'read-only' as const),
        interface: fc.constantFrom('virtio' as const, 'scsi' as const, 'nvme' as const, 'usb' as const, 'ide' as const),
        media: fc.constantFrom('disk' as const, 'cdrom' as const),
        serial: fc.constantFrom(null, 'abc'),
      }),
      { maxLength: 4 },
    );
    const inputs = fc.record({
      name: fc.stringMatching(/^[a-z][a-z ,$"'=]{0,8}[a-z]$/),
      guest: fc.oneof(
        fc.record({ kind: fc.constant('disk' as const), disks }),
        fc.record({
          kind: fc.constant('kernel' as const),
          kernel: path,
          append: fc.string({ maxLength: 20 }).filter((text) => !text.includes('\0')),
          disks,
        }),
      ),
      device: fc.record({
        machine: fc.constantFrom('pc', 'q35', 'q35,smm=off'),
        cpu: fc.constantFrom(null, 'default', 'max,+x2apic'),
        memoryMiB: fc.integer({ min: 4, max: 9000 }),
        processors: fc.integer({ min: 1, max: 9 }),
        serialPorts: fc.integer({ min: 1, max: 4 }),
        display: fc.constantFrom(null, 'none', 'VGA', 'virtio-vga,xres=800'),
        entropy: fc.boolean(),
      }),
      host: fc.record({
        networking: fc.constantFrom('user' as const, 'none' as const),
        networkDevice: fc.constantFrom(null, 'e1000', 'rtl8139,mac=52:54:00:00:00:09'),
        ports: fc.constantFrom([], [{ name: 'ssh', protocol: 'tcp' as const, guest: 22, host: 2222 }]),
      }),
      runtime: fc.record({
        extraArguments: fc.constantFrom('', '-device edu', "-fw_cfg 'name=opt/a,string=b c' -rtc base=localtime"),
      }),
    });
    fc.assert(
      fc.property(inputs, (input) => expectSame(input as unknown as Input)),
      { numRuns: 150 },
    );
  });
});

/** Exports, imports, plans both, and describes what QEMU would make of each. */
function expectSame(input: Input): void {
  const spec = specOf(input);
  const host = { directory, home: '/home/someone', processors: 2, machine: 'x86_64' };
  const imported = importCommand({ text: scriptOf(input).script, host, variables: {} });
  expect(imported.unknownVariables.filter((name) => name !== '@')).toEqual([]);
  expect(descriptionOf(specOf(imported.request))).toEqual(descriptionOf(spec));
}

function descriptionOf(spec: ReturnType<typeof specOf>) {
  const images = stagedInPlace(spec);
  const disks = spec.guest.kind === 'demo' ? [] : spec.guest.disks;
  const staged = {
    ...images,
    append: spec.guest.kind === 'linux' ? 'console=ttyS0' : images.append,
    kernel: spec.guest.kind === 'demo' ? '/assets/demo-guest/demo-guest.elf' : images.kernel,
    initrd: spec.guest.kind === 'linux' ? '/cache/initrd.gz' : images.initrd,
    pflash:
      images.pflash === null
        ? null
        : {
            ...images.pflash,
            code: images.pflash.code,
            variables: (images.pflash.variables ?? '').replace('/staged/', '/fw/'),
          },
    disks: images.disks.map((one, index) => ({
      ...one,
      path:
        disks[index]?.access === 'overlay' && one.media === 'disk'
          ? `/overlay-of${one.path}`
          : disks[index]?.access === 'copy'
            ? `/copy-of${one.path}`
            : one.path,
    })),
  };
  const forwards =
    spec.host.networking === 'none'
      ? []
      : spec.host.ports.map(({ protocol, bind, host, guest }) => `${protocol}:${bind}:${host ?? 0}-:${guest}`);
  const input = planInputOf(spec, { staged });
  const { gdb } = spec.runtime.debug;
  const stub =
    gdb === null ? [] : ['-gdb', gdb.port === null ? 'unix:gdb.sock,server=on,wait=off' : `tcp::${gdb.port}`];
  const argv = [
    `qemu-system-${spec.architecture}`,
    ...planLaunch(input).arguments.flatMap(({ args }) => args),
    ...stub,
  ];
  const described = describeMachine(argv, { directory, forwards });
  const network = described.network.map((text) => text.replace(/\bromfile=\s?/, ''));
  // An id that is Slipway's own is another where it is kept as an argument.
  const others = described.others.map((text) => text.replaceAll('own-', '').replace('read-only=on,dir', 'dir'));
  return {
    ...described,
    network,
    others: others.filter((text) => !text.startsWith('-chardev pipe')).sort(),
    drives: described.drives,
  };
}
