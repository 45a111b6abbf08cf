import { expect, it } from 'vitest';
import { emulatorConfigurationSchema, readDiskImage } from './emulator-configuration.ts';
import {
  engineDataSchema,
  showCommand,
  showConfig,
  showDevice,
  showInstance,
  showNet,
  showRaw,
} from './ffx-engine-data.ts';

const configuration = (networking: 'user' | 'tap' | 'none') =>
  emulatorConfigurationSchema.parse({
    device: {
      cpu: { architecture: 'arm64', count: 2 },
      memory: { quantity: 2, units: 'gigabytes' },
      storage: { quantity: 4, units: 'kilobytes' },
      vsock: { enabled: true, cid: 7 },
    },
    guest: {},
    host: { acceleration: 'none', architecture: 'x64', networking, port_map: { ssh: { guest: 22, host: 8022 } } },
    runtime: { name: 'one', mac_address: '52:54:00:00:00:01', upscript: '/up', instance_directory: '/i/one' },
  });

it('show: the shapes of ffx, each under its own tag', () => {
  const user = configuration('user');
  expect(showCommand('/qemu', ['-m', '1G'], { A: 'b' })).toEqual({
    Cmd: { program: '/qemu', args: ['-m', '1G'], env: { A: 'b' } },
  });
  expect(showConfig(user)).toEqual({ Config: { flags: user.flags } });
  expect(showRaw(user)).toEqual({ Raw: { config: user } });
  expect(showDevice(user)).toMatchObject({
    Device: {
      device: {
        name: 'one_device',
        cpu: 'arm64',
        cpu_count: 2,
        memory_bytes: 2 * 1024 ** 3,
        storage_bytes: 4096,
        cid: 7,
      },
    },
  });
  const data = { emulator_configuration: user, pid: 5, engine_type: 'qemu', engine_state: 'running' };
  expect(showInstance(engineDataSchema.parse(data), 'staged')).toEqual({
    Instance: {
      name: 'one',
      engine_type: 'qemu',
      engine_state: 'staged',
      pid: 5,
      emulator_binary: '',
      instance_directory: '/i/one',
    },
  });
});

it('show --net: address and ports for tap and user only, the upscript for tap only', () => {
  const ports = { ssh: { guest: 22, host: 8022 } };
  const mac_address = '52:54:00:00:00:01';
  expect(showNet(configuration('user'))).toEqual({ Net: { mode: 'user', mac_address, upscript: null, ports } });
  expect(showNet(configuration('tap'))).toEqual({ Net: { mode: 'tap', mac_address, upscript: '/up', ports } });
  expect(showNet(configuration('none'))).toEqual({
    Net: { mode: 'none', mac_address: null, upscript: null, ports: null },
  });
});

it.each(['Fvm', 'Fxfs', 'Fat', 'Gpt'] as const)('a disk image is tagged by its key: %s', (kind) => {
  const { guest } = emulatorConfigurationSchema.parse({
    ...configuration('none'),
    guest: { disk_image: { [kind]: '/d' } },
  });
  expect(guest.disk_image === null ? null : readDiskImage(guest.disk_image)).toEqual({ kind, path: '/d' });
});
