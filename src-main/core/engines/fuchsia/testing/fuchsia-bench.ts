/** Specs, hosts and prepared guests for the tests of the Fuchsia engine. Never part of the product. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { type FuchsiaSpec, specSchema } from '../../../../../src-shared/model/spec.ts';
import { type VirtualDevice, virtualDeviceSchema } from '../../../../../src-shared/model/virtual-device.ts';
import type { BootSources } from '../../../guests/fuchsia/boot-sources.ts';
import type { EngineCapabilities, PlanInput } from '../../engine.ts';
import { noTap } from '../../qemu-based/flag-template/resolve-networking.ts';
import { capabilitiesOf } from '../../testing/spec-of.ts';
import { configurationOf } from '../configuration.ts';
import { decide, settledSpec } from '../decide.ts';
import type { FuchsiaHost } from '../host.ts';

export const assets = join(import.meta.dirname, '../../../../../assets');

type SpecInput = z.input<typeof specSchema>;

/** `guest`, `host` and `runtime` are laid over what a test need not say. */
export function fuchsiaSpec(
  guest: object = {},
  host: Partial<NonNullable<SpecInput['host']>> = {},
  runtime: object = {},
): FuchsiaSpec {
  const spec = specSchema.parse({
    version: 1,
    id: 'fuchsia-emulator',
    name: 'fuchsia-emulator',
    createdAt: '2026-01-01T00:00:00.000Z',
    guest: { kind: 'fuchsia', source: { from: 'files', kernel: '/b/kernel', zbi: '/b/zbi' }, engine: 'qemu', ...guest },
    host: { networking: 'user', ...host },
    runtime,
  });
  if (spec.guest.kind !== 'fuchsia') throw new Error('not a Fuchsia guest');
  return { ...spec, guest: spec.guest };
}

export const linuxHost: FuchsiaHost = {
  os: 'linux',
  architecture: 'x64',
  tap: noTap,
  userName: 'me',
  hasDisplay: true,
  hasRenderNode: false,
  hasVsock: false,
  femu: { path: '/sdk/aemu', note: 'Found in PATH.' },
};

export function testDevice(change: object = {}): VirtualDevice {
  return virtualDeviceSchema.parse({
    name: 'test',
    type: 'virtual_device',
    hardware: {
      cpu: { arch: 'x64', count: 4 },
      audio: { model: 'none' },
      inputs: { pointing_device: 'touch' },
      memory: { quantity: 8192, units: 'megabytes' },
      storage: { quantity: 64, units: 'kilobytes' },
      window_size: { height: 800, width: 1280, units: 'pixels' },
      ...change,
    },
    ports: { ssh: 22, debug: 2345 },
  });
}

export function testSources(change: Partial<BootSources> = {}): BootSources {
  return {
    device: testDevice(),
    deviceReason: 'A test.',
    kernel: { file: '/b/kernel', field: 'guest.source.kernel' },
    zbi: { file: '/b/zbi', field: 'guest.source.zbi' },
    disk: { kind: 'fxfs', file: '/b/disk', field: 'guest.source.disk.file' },
    bundle: null,
    notes: [],
    ...change,
  };
}

interface PlanChange {
  readonly sources?: BootSources;
  readonly host?: FuchsiaHost;
  readonly capabilities?: EngineCapabilities;
  readonly template?: string;
  readonly devConfig?: NonNullable<NonNullable<PlanInput['staged']['fuchsia']>['devConfig']>;
}

/** As the launcher asks for a plan: settled and staged, without a file being touched. */
export function fuchsiaPlanInput(asked: FuchsiaSpec, change: PlanChange = {}): PlanInput<FuchsiaSpec> {
  const { sources = testSources(), host = linuxHost } = change;
  const spec = settledSpec(asked, sources, decide(asked, sources, host));
  const files = {
    kernel: '/i/staged/kernel',
    zbi: '/i/staged/zbi',
    disk: '/i/staged/disk',
    ovmfCode: null,
    ovmfVariables: null,
    zbiHash: '',
    diskHash: '',
  };
  const templateFile = join(assets, 'flag-templates', 'default.json.hbs');
  return {
    spec,
    staged: {
      kernel: null,
      initrd: null,
      append: '',
      disks: [],
      bios: null,
      pflash: null,
      efiDirectory: null,
      fuchsia: {
        configuration: configurationOf(spec, sources, host, files, { directory: '/i' }),
        template: { name: 'test', text: change.template ?? readFileSync(templateFile, 'utf8') },
        devConfig: change.devConfig ?? null,
        environment: { DISPLAY: ':7' },
      },
    },
    capabilities: change.capabilities ?? capabilitiesOf(),
    acceleration: { accelerator: 'tcg', reason: 'Emulation.', hint: null, verified: false },
    uuid: '11111111-2222-4333-8444-555555555555',
    serialStem: '../boots/0001/serial',
  };
}
