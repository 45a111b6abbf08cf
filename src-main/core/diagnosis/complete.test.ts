import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure, Fix } from '../../../src-shared/contract/errors.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { capabilitiesOf, specOf } from '../engines/testing/spec-of.ts';
import { completed, explainLog } from './explainer.ts';
import { closestNames } from './facts/closest-names.ts';
import { whyNotOpened } from './facts/path-facts.ts';

const machine = (name: string) => ({ name, description: '', isDefault: name === 'pc' });
const capabilities = capabilitiesOf({
  machines: ['pc', 'q35', 'pc-q35-7.2', 'microvm', 'virt'].map(machine),
  devices: ['virtio-net-pci', 'virtio-blk-pci', 'e1000'],
  cpus: ['max', 'Skylake-Client'],
});
const engine = {
  settle: async (spec: Spec) => spec,
  detect: async () => capabilities,
} as Partial<EmulatorEngine> as EmulatorEngine;
const instanceOf = (pid: number) => (pid === process.pid ? { id: 'other', name: 'the other' } : null);
const about = (spec: Parameters<typeof specOf>[0]) => ({ spec: specOf(spec), engine, instanceOf });
const demo = { guest: { kind: 'demo' } } as const;
const labels = (failure: Failure | null) => failure?.fixes?.map(({ label }) => label);
const setsOf = (failure: Failure | null) =>
  failure?.fixes
    ?.filter((fix): fix is Extract<Fix, { kind: 'set' }> => fix.kind === 'set')
    .map(({ changes }) => changes);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'complete-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a name that was meant', () => {
  it('in a field of the Spec, with its options kept', async () => {
    const context = about({ ...demo, device: { machine: 'q53,smm=off' } });
    const failure = await explainLog('qemu-system-x86_64: unsupported machine type', 'launch', context);
    expect(failure?.hint).toContain('Did you mean q35?');
    expect(setsOf(failure)).toEqual([[{ field: 'device.machine', value: 'q35,smm=off' }]]);
    expect(labels(failure)?.at(-1)).toBe('Change it in the form');
  });

  it('in the extra arguments, and only there as a word', async () => {
    const extraArguments = '-device virtio-net-pic,mac=52:54:00:00:00:01 -append /x/virtio-net-pic';
    const context = about({ ...demo, runtime: { extraArguments } });
    const log = "qemu-system-x86_64: -device virtio-net-pic: 'virtio-net-pic' is not a valid device model name";
    const failure = await explainLog(log, 'launch', context);
    const value = '-device virtio-net-pci,mac=52:54:00:00:00:01 -append /x/virtio-net-pic';
    expect(setsOf(failure)).toEqual([[{ field: 'runtime.extraArguments', value }]]);
  });

  it('nothing is offered where nothing is near', async () => {
    const context = about({ ...demo, device: { machine: 'commodore64' } });
    const failure = await explainLog('qemu-system-x86_64: unsupported machine type', 'launch', context);
    expect(setsOf(failure)).toEqual([]);
    expect(failure?.hint).not.toContain('Did you mean');
    expect(closestNames('x', ['pc', 'q35'])).toEqual([]);
    expect(closestNames('', ['pc'])).toEqual([]);
  });
});

describe('a port that is taken', () => {
  it('names the instance that has it, which can be stopped', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const log = `qemu-system-x86_64: -gdb tcp:127.0.0.1:${port}: Failed to find an available port: Address already in use`;
    const failure = await explainLog(log, 'launch', about({ ...demo, runtime: { debug: { gdb: { port } } } }));
    const extraArguments = `-qmp tcp:127.0.0.1:${port},server=on`;
    const extra = await explainLog(
      log.replace('-gdb', '-qmp'),
      'launch',
      about({ ...demo, runtime: { extraArguments } }),
    );
    server.close();
    expect(failure?.cause).toContain('the other');
    expect(failure?.fixes).toMatchObject([
      { kind: 'set', label: 'Use a socket', changes: [{ field: 'runtime.debug.gdb.port', value: null }] },
      { kind: 'stop', instance: 'other' },
      { kind: 'edit', field: 'runtime.debug.gdb.port' },
    ]);
    expect(setsOf(extra)?.[0]?.[0]?.value).toMatch(/^-qmp tcp:127\.0\.0\.1:\d+,server=on$/);
    expect(setsOf(extra)?.[0]?.[0]?.value).not.toBe(extraArguments);
  });
});

describe('what the host says of memory, accelerators, files', () => {
  it('less memory, emulation, fewer processors', async () => {
    const memory = "qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory";
    const failure = await explainLog(memory, 'launch', about({ ...demo, device: { memoryMiB: 1_000_000 } }));
    expect(failure?.cause).toMatch(/1000000 MiB; \d+ of the host’s \d+ MiB are free/);
    expect(setsOf(failure)?.[0]?.[0]).toMatchObject({ field: 'device.memoryMiB', value: expect.any(Number) });
    const kvm = 'Could not access KVM kernel module: Permission denied';
    const asHost = await explainLog(kvm, 'launch', about({ ...demo, device: { cpu: 'host' } }));
    expect(setsOf(asHost)?.[0]).toEqual([
      { field: 'host.acceleration', value: 'tcg' },
      { field: 'device.cpu', value: 'max' },
    ]);
    expect(labels(await explainLog(kvm, 'launch', about(demo)))).toEqual([
      'Emulate it (TCG, slow)',
      'Open the Doctor',
      'Copy the command that lets you',
      'Change it in the form',
    ]);
    const many = "qemu-system-x86_64: Invalid SMP CPUs 300. The max CPUs supported by machine 'pc-q35-7.2' is 288";
    const fewer = await explainLog(many, 'launch', about({ ...demo, device: { processors: 300 } }));
    expect(setsOf(fewer)).toEqual([[{ field: 'device.processors', value: 288 }]]);
  });

  it('which folder is missing, whose the file is', async () => {
    await writeFile(join(directory, 'file'), 'x');
    expect(await whyNotOpened(join(directory, 'a', 'b'), 'read')).toBe(`There is no folder ${directory}/a.`);
    expect(await whyNotOpened(join(directory, 'b'), 'read')).toBe(`${directory}/b does not exist; its folder does.`);
    expect(await whyNotOpened(join(directory, 'file', 'b'), 'read')).toBe(`${directory}/file is a file, not a folder.`);
    expect(await whyNotOpened(join(directory, 'file'), 'write')).toBeNull();
  });

  it.skipIf(process.getuid?.() === 0)('of a file that is closed [needs a plain user, not root]', async () => {
    await writeFile(join(directory, 'closed'), 'x');
    await chmod(join(directory, 'closed'), 0o400);
    expect(await whyNotOpened(join(directory, 'closed'), 'write')).toMatch(/write to it: it belongs to .*, mode 0400/);
  });
});

it('a finding of ours gets its fix by its field; what fails to be looked at stays as it is', async () => {
  const finding: Failure = {
    code: 'invalid_input',
    message: 'QEMU 7.2 has no machine called "q53".',
    field: 'device.machine',
  };
  const context = about({ ...demo, device: { machine: 'q53' } });
  expect(setsOf(await completed(finding, context))).toEqual([[{ field: 'device.machine', value: 'q35' }]]);
  const broken = { ...context, engine: { ...engine, detect: () => Promise.reject(new Error('no')) } };
  expect(await completed(finding, broken)).toMatchObject({ ...finding, fixes: [{ kind: 'edit' }] });
});
