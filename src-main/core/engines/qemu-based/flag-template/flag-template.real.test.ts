/** The built-in templates, adapted to the QEMU of this host: it must take every argument. No guest runs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CpuArchitecture,
  cpuArchitectures,
  emulatorConfigurationSchema,
  engineArchitecture,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import { findHostTool } from '../../../process/host-tool.ts';
import { createCapabilityProbe } from '../../qemu/capabilities.ts';
import { adaptArguments } from './adapt-arguments.ts';
import { composeArguments } from './compose-arguments.ts';
import { readFlagTemplate, renderFlags, templatePath } from './flag-template.ts';
import { takeOverForwards } from './take-over.ts';

const assets = join(import.meta.dirname, '../../../../../assets');
const binaryOf = (architecture: CpuArchitecture) =>
  findHostTool([`qemu-system-${engineArchitecture[architecture]}`])?.path ?? null;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flag,template-'));
  await writeFile(join(directory, 'disk'), '');
  await truncate(join(directory, 'disk'), 1024 * 1024);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function tryTemplate(architecture: CpuArchitecture, binary: string, networking: string, guest: object) {
  const capabilities = await createCapabilityProbe(join(directory, 'capabilities.json')).probe(binary);
  const configuration = emulatorConfigurationSchema.parse({
    device: {
      audio: { model: networking === 'none' ? 'none' : 'hda' },
      cpu: { architecture, count: 3 },
      memory: { quantity: 256, units: 'megabytes' },
      pointing_device: 'touch',
      storage: { quantity: 1, units: 'megabytes' },
    },
    guest,
    host: {
      acceleration: 'none',
      architecture: 'x64',
      networking,
      os: 'linux',
      log: join(directory, 'log'),
      port_map: { ssh: { guest: 22, host: null } },
    },
    // The monitor on the terminal, so that `quit` can be typed.
    runtime: {
      console: 'monitor',
      engine_type: 'qemu',
      headless: true,
      instance_directory: directory,
      name: 'real',
      mac_address: '52:54:47:5e:82:ef',
    },
  });
  const template = await readFlagTemplate(templatePath(configuration, assets));
  const result = renderFlags({ configuration, template, environment: {} });
  if (!result.ok) throw new Error(result.failure.message);
  // As a launch does it: the ports are no arguments, they are mapped over the monitor.
  const { flags } = takeOverForwards(adaptArguments(result.rendered.flags, capabilities).flags);
  const argv = composeArguments(configuration, flags).flatMap(({ args }) => args);
  return spawnSync(binary, [...argv, '-S'], {
    input: 'hostfwd_add net0 tcp:127.0.0.1:0-:22\ninfo usernet\nquit\n',
    timeout: 30_000,
    encoding: 'utf8',
    cwd: '/',
  });
}

describe.each(cpuArchitectures)('%s', (architecture) => {
  const binary = binaryOf(architecture);

  it.skipIf(binary === null).each(['user', 'none'])(
    'default template, networking %s [needs QEMU for the architecture]',
    async (networking) => {
      const guest = { disk_image: { Fxfs: join(directory, 'disk') } };
      const { status, stderr, stdout } = await tryTemplate(architecture, binary ?? '', networking, guest);
      expect(stderr.split('\n').filter((line) => line !== '' && !line.includes('warning'))).toEqual([]);
      expect(status).toBe(0);
      // The template's network is where a port can be mapped: on loopback, and chosen by the system.
      if (networking === 'user')
        expect(stdout).toMatch(/HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+\d+\s+10\.0\.2\.15\s+22/);
    },
  );

  const code = { x64: '/usr/share/OVMF/OVMF_CODE.fd', arm64: '/usr/share/AAVMF/AAVMF_CODE.fd', riscv64: '' }[
    architecture
  ];
  const efi = `EFI template with a FAT disk [needs QEMU and UEFI firmware for ${architecture}]`;
  it.skipIf(binary === null || !existsSync(code))(efi, async () => {
    const guest = {
      disk_image: { Fat: join(directory, 'disk') },
      ovmf_code: code,
      ovmf_vars: code.replace('_CODE', '_VARS'),
    };
    const { status, stderr } = await tryTemplate(architecture, binary ?? '', 'user', guest);
    expect(stderr.split('\n').filter((line) => line !== '' && !line.includes('warning'))).toEqual([]);
    expect(status).toBe(0);
  });
});
