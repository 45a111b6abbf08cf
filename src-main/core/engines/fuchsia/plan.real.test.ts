/** The plan of a Fuchsia guest, given to the QEMU that is installed: every architecture, both templates. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cpuArchitectures, engineArchitecture } from '../../../../src-shared/model/emulator-configuration.ts';
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import { instancePathsOf, pathsOf } from '../../home/paths.ts';
import { systemClock } from '../../kit/clock.ts';
import { QmpClient } from '../../qmp/client.ts';
import { queryStatus, queryUuid, quit } from '../../qmp/commands.ts';
import { eventually } from '../../testing/eventually.ts';
import { findFirmware } from '../qemu/firmware.ts';
import { createFuchsiaEngine } from './engine.ts';
import { assets, fuchsiaSpec } from './testing/fuchsia-bench.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const program = (architecture: Architecture) => `qemu-system-${architecture}`;
const isInstalled = (architecture: Architecture) => spawnSync(program(architecture), ['--version']).error === undefined;

let root: string;
let children: ChildProcess[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fuchsia-plan-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

/** A device file, and a kernel that the machine can load if not run. */
async function files(arch: (typeof cpuArchitectures)[number]) {
  const device = join(root, 'device.json');
  const data = {
    name: 'test',
    type: 'virtual_device',
    hardware: {
      cpu: { arch, count: 2 },
      audio: { model: 'hda' },
      inputs: { pointing_device: 'touch' },
      memory: { quantity: 256, units: 'megabytes' },
      storage: { quantity: 1, units: 'megabytes' },
      window_size: { height: 480, width: 640, units: 'pixels' },
      vsock: { enabled: true, cid: 0 },
    },
    ports: { ssh: 22 },
  };
  await writeFile(device, JSON.stringify({ schema_id: 'http://fuchsia.com/schemas/sdk/virtual_device.json', data }));
  const kernel = arch === 'x64' ? join(assets, 'demo-guest/demo-guest.elf') : join(root, 'a,kernel');
  if (arch !== 'x64') await writeFile(kernel, Buffer.alloc(4096));
  const disk = join(root, 'a,disk.blk');
  await writeFile(disk, Buffer.alloc(64 * 1024));
  return { virtualDevice: device, kernel, disk };
}

/** Stages, plans and starts; resolves when QEMU has greeted and waits at its first instruction. */
async function start(asked: FuchsiaSpec): Promise<string[]> {
  const paths = instancePathsOf(join(root, 'i'));
  const engine = createFuchsiaEngine({ paths: pathsOf(root), assetsDirectory: assets, clock: systemClock });
  const spec = await engine.settle(asked);
  const capabilities = await engine.detect(spec);
  const findings = await engine.validate(spec, capabilities);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const staged = await engine.stage(spec, {
    paths,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onStep: () => undefined,
  });
  const acceleration = { accelerator: 'tcg', reason: '', hint: null, verified: false } as const;
  const plan = engine.plan({ spec, staged, capabilities, acceleration, uuid, serialStem: 'serial' });
  const args = plan.arguments.flatMap((argument) => argument.args);
  await mkdir(paths.run, { recursive: true });
  spawnSync('mkfifo', [join(paths.run, 'serial.in')]);
  await writeFile(join(paths.run, 'serial.out'), '');
  const child = spawn(plan.binary, args, { cwd: paths.run, stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await eventually(() => existsSync(paths.qmp) || child.exitCode !== null, { timeoutMs: 15_000 });
  expect(child.exitCode, said).toBeNull();
  const probe = await QmpClient.probe({ directory: paths.run, name: 'qmp' }, { greetingMs: 10_000 });
  if (probe.state !== 'greeted') throw new Error(`${probe.state}: ${said}`);
  expect(await queryUuid(probe.client)).toBe(uuid);
  expect((await queryStatus(probe.client)).status).toBe('prelaunch');
  await quit(probe.client);
  return args;
}

describe.each(cpuArchitectures)('%s', (arch) => {
  const architecture = engineArchitecture[arch];
  const skip = isInstalled(architecture) ? null : `${program(architecture)} is not installed`;

  it.skipIf(skip !== null).each([
    ['none', 'user'],
    ['console', 'none'],
    ['monitor', 'user'],
  ] as const)(
    `QEMU takes every argument, console %s, network %s${skip === null ? '' : ` (skipped: ${skip})`}`,
    async (console, networking) => {
      const { virtualDevice, kernel, disk } = await files(arch);
      const source = { from: 'files', kernel, zbi: null, disk: { kind: 'fxfs', file: disk } };
      const args = await start(fuchsiaSpec({ source, virtualDevice, engine: 'auto', console }, { networking }));
      expect(args.filter((arg) => arg === '-machine')).toHaveLength(1);
    },
  );

  const firmware = findFirmware(architecture);
  const unsuitable = arch === 'riscv64' ? 'Fuchsia has no UEFI guests of this kind' : null;
  const noFirmware = skip ?? unsuitable ?? (firmware === null ? 'no UEFI firmware is installed' : null);
  it.skipIf(noFirmware !== null)(
    `and those of a FAT and of a GPT disk${noFirmware === null ? '' : ` (skipped: ${noFirmware})`}`,
    async () => {
      const { virtualDevice, disk } = await files(arch);
      for (const kind of ['fat', 'gpt']) {
        const source = { from: 'files', disk: { kind, file: disk } };
        const args = await start(fuchsiaSpec({ source, virtualDevice, engine: 'auto', uefi: true }));
        expect(args.some((arg) => arg.startsWith('if=pflash'))).toBe(true);
      }
    },
  );
});
