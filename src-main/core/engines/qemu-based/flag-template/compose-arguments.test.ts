import { describe, expect, it } from 'vitest';
import {
  type EmulatorConfiguration,
  emulatorConfigurationSchema,
  flagDataSchema,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import { composeArguments, composeEnvironment } from './compose-arguments.ts';

const flags = flagDataSchema.parse({
  args: ['-m', '1G', '-device', 'virtio-net-pci,netdev=net0', '-initrd', '/mine'],
  features: ['KVM', 'VirtioInput'],
  options: ['-gpu', 'host', '-no-window'],
  kernel_args: ['a=1', 'b'],
});
function configurationOf(runtime: object, guest: object = { kernel_image: '/k' }): EmulatorConfiguration {
  return emulatorConfigurationSchema.parse({
    device: {
      cpu: { architecture: 'x64' },
      memory: { quantity: 1, units: 'gigabytes' },
      storage: { quantity: 1, units: 'gigabytes' },
    },
    guest,
    host: { acceleration: 'none', architecture: 'x64', networking: 'none' },
    runtime: { name: 'one', ...runtime },
  });
}
const argvOf = (configuration: EmulatorConfiguration) =>
  composeArguments(configuration, flags)
    .flatMap(({ args }) => args)
    .join(' ');

describe('composeArguments', () => {
  const args = '-m 1G -device virtio-net-pci,netdev=net0 -initrd /mine';

  it('femu: features joined, options before -fuchsia, arguments after it', () => {
    expect(argvOf(configurationOf({ engine_type: 'femu' }))).toBe(
      `-feature KVM,VirtioInput -gpu host -no-window -fuchsia ${args} -append a=1 b`,
    );
  });

  it('qemu: arguments only', () => {
    expect(argvOf(configurationOf({ engine_type: 'qemu' }))).toBe(`${args} -append a=1 b`);
  });

  it('no -append without a kernel, except with a template of your own that replaces everything', () => {
    expect(argvOf(configurationOf({ engine_type: 'qemu' }, {}))).toBe(args);
    expect(argvOf(configurationOf({ engine_type: 'qemu', config_override: true }, {}))).toBe(`${args} -append a=1 b`);
  });

  it('every argument names the field that caused it', () => {
    const configuration = configurationOf({ engine_type: 'qemu', addl_emu_args: ['-initrd', '/mine'] });
    expect(composeArguments(configuration, flags).map(({ field }) => field)).toEqual([
      'device.memory',
      'host.networking',
      'runtime.addl_emu_args',
      'flags.kernel_args',
    ]);
  });
});

it('a variable that is set already is left as it is', () => {
  const { envs } = flagDataSchema.parse({ envs: { DISPLAY: ':1', QEMU_AUDIO_DRV: 'none' } });
  expect(composeEnvironment({ ...flags, envs }, { DISPLAY: ':0' })).toEqual({ QEMU_AUDIO_DRV: 'none' });
});
