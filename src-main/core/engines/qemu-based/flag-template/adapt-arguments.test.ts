import { describe, expect, it } from 'vitest';
import { flagDataSchema } from '../../../../../src-shared/model/emulator-configuration.ts';
import { type AdaptationFacts, adaptArguments } from './adapt-arguments.ts';
import { bindForwardsToLoopback, takeOverConsoles, takeOverForwards } from './take-over.ts';

const machine = (name: string) => ({ name, description: name, isDefault: false });
const facts = (version: [number, number, number], change: Partial<AdaptationFacts> = {}): AdaptationFacts => ({
  version: version.join('.'),
  versionNumbers: version,
  machines: ['q35', 'virt', 'virt-2.12', 'virt-6.2', 'virt-7.1', 'virt-7.2', 'pc-q35-7.2'].map(machine),
  devices: ['virtio-tablet-pci', 'virtio-gpu-pci', 'AC97', 'intel-hda', 'hda-duplex', 'virtio-rng-pci'],
  ...change,
});
const flags = (line: string) => flagDataSchema.parse({ args: line.split(' ').filter((word) => word !== '') });
const adapted = (line: string, known: AdaptationFacts) => {
  const result = adaptArguments(flags(line), known);
  return { line: result.flags.args.join(' '), adaptations: result.adaptations };
};

describe('arguments that depend on the version', () => {
  it.each<[string, string, [number, number, number]]>([
    ['-no-audio', '', [7, 2, 0]],
    ['-soundhw ac97', '-soundhw ac97', [6, 2, 0]],
    ['-soundhw ac97', '-audiodev none,id=snd0 -device AC97,audiodev=snd0', [7, 2, 0]],
    ['-soundhw hda', '-audiodev none,id=snd0 -device intel-hda -device hda-duplex,audiodev=snd0', [9, 0, 0]],
    ['-soundhw gus', '', [7, 2, 0]],
    ['-machine virt-9.2,gic-version=3', '-machine virt-7.2,gic-version=3', [7, 2, 0]],
    ['-machine virt-9.2,gic-version=3,highmem-ecam=off', '-machine virt-2.12,gic-version=3', [7, 2, 0]],
    ['-machine virt-7.2,highmem-ecam=off', '-machine virt-7.2,highmem-ecam=off', [8, 0, 0]],
    ['-machine virt-6.2', '-machine virt-6.2', [7, 2, 0]],
    ['-machine virt-2.6', '-machine virt', [7, 2, 0]],
    ['-M pc-q35-9.0', '-M pc-q35-7.2', [7, 2, 0]],
    ['-machine q35,smbios-entry-point-type=32,i8042=off', '-machine q35', [6, 2, 0]],
    [
      '-machine q35,smbios-entry-point-type=32,i8042=off',
      '-machine q35,smbios-entry-point-type=32,i8042=off',
      [7, 2, 0],
    ],
    ['-cpu rv64,svpbmt=true,v=true,vext_spec=v1.0', '-cpu rv64', [7, 0, 0]],
    ['-device virtio-multitouch-pci', '-device virtio-tablet-pci', [7, 2, 0]],
    ['-device virtio_input_multi_touch_pci_1', '-device virtio-tablet-pci', [7, 2, 0]],
    ['-device virtio-mouse-pci -vga none', '-vga none', [7, 2, 0]],
    ['-device virtio-rng-device,rng=rng0', '-device virtio-rng-pci,rng=rng0', [7, 2, 0]],
    ['-device virtio-blk-pci,drive=vdisk', '-device virtio-blk-pci,drive=vdisk', [7, 2, 0]],
    ['-smp 3,threads=2', '-smp 3', [7, 2, 0]],
    ['-smp 4,threads=2', '-smp 4,threads=2', [7, 2, 0]],
    ['-enable-hvf', '-accel hvf', [9, 0, 0]],
    ['-enable-hvf,highmem=off', '-accel hvf -machine highmem=off', [9, 0, 0]],
    ['-qmp-pretty unix:/i/qmp,server,nowait', '-qmp-pretty unix:/i/qmp,server=on,wait=off', [7, 2, 0]],
    ['-serial unix:/i/server,,nowait,server,nowait', '-serial unix:/i/server,,nowait,server=on,wait=off', [7, 2, 0]],
  ])('%s becomes "%s" with QEMU %s', (from, to, version) => {
    const result = adapted(from, facts(version));
    expect(result.line).toBe(to);
    expect(result.adaptations).toHaveLength(from === to ? 0 : 1);
    for (const { why } of result.adaptations) expect(why).toMatch(/\.$/);
  });

  it('lists what became of what', () => {
    const { adaptations } = adapted('-m 1G -device virtio-multitouch-pci', facts([7, 2, 0]));
    expect(adaptations).toEqual([
      {
        from: ['-device', 'virtio-multitouch-pci'],
        to: ['-device', 'virtio-tablet-pci'],
        why: 'QEMU 7.2.0 has no device virtio-multitouch-pci; virtio-tablet-pci is the nearest.',
      },
    ]);
  });

  it("leaves a person's own additions as typed", () => {
    const result = adaptArguments(flags('-no-audio -device edu -no-audio'), facts([7, 2, 0]), 3);
    expect(result.flags.args).toEqual(['-device', 'edu', '-no-audio']);
  });

  it('changes nothing for a QEMU that has everything', () => {
    const line = '-machine virt-9.2 -device virtio-multitouch-pci -soundhw none'.replace(' -soundhw none', '');
    const newest = facts([9, 2, 0], { machines: [machine('virt-9.2')], devices: ['virtio-multitouch-pci'] });
    expect(adapted(line, newest)).toEqual({ line, adaptations: [] });
  });
});

describe('what Slipway does itself', () => {
  it.each([
    '-qmp-pretty unix:/i/qmp,server,nowait',
    '-monitor unix:/i/monitor,server=on,wait=off',
    '-monitor stdio',
    '-serial unix:/i/serial,server,nowait,logfile=/i/emulator.log.serial',
    '-serial mon:stdio',
    '-chardev stdio,id=char0,mux=on,signal=off -serial chardev:char0 -mon char0',
  ])('consoles: %s is taken out', (line) => {
    expect(takeOverConsoles(flags(`-m 1G ${line} -vga none`)).flags.args.join(' ')).toBe('-m 1G -vga none');
  });

  it.each(['-serial file:/tmp/x', '-qmp tcp:127.0.0.1:4444', '-chardev stdio,id=mine', '-serial chardev:mine'])(
    "consoles: a person's own %s stays",
    (line) => expect(takeOverConsoles(flags(line)).adaptations).toEqual([]),
  );

  it('forwards are taken out of -netdev, and the rest stays', () => {
    const line = '-netdev type=user,id=net0,hostfwd=tcp:127.0.0.1:8022-:22,hostfwd=tcp::-:80,restrict=off';
    const { flags: rest, adaptations } = takeOverForwards(flags(line));
    expect(rest.args[1]).toBe('type=user,id=net0,restrict=off');
    expect(adaptations).toHaveLength(1);
  });

  it('weakness of ffx: a forward without an address listens on loopback, not on every interface', () => {
    const line = '-netdev type=user,id=net0,hostfwd=tcp::8022-:22,hostfwd=tcp::-:80,hostfwd=tcp:0.0.0.0:1-:1';
    expect(bindForwardsToLoopback(flags(line)).flags.args[1]).toBe(
      'type=user,id=net0,hostfwd=tcp:127.0.0.1:8022-:22,hostfwd=tcp:127.0.0.1:-:80,hostfwd=tcp:0.0.0.0:1-:1',
    );
  });
});
