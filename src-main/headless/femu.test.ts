/** A Fuchsia guest on femu, from a product bundle to its end: a fake `aemu` checks what it is called with. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTestProductBundle } from '../../e2e/fixtures/test-product-bundle.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import { defaultFfxInstanceRoot } from '../core/guests/fuchsia/engine-data.ts';
import { prepareHome } from '../core/home/prepare.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { silentLog } from '../core/kit/log.ts';
import { eventually } from '../core/testing/eventually.ts';
import { type FakeAemu, fakeAemuBinary } from '../core/testing/fake-qemu.ts';
import { tempHome } from '../core/testing/temp-home.ts';
import { HomeService } from './home-service.ts';
import { SessionClient } from './session-client.ts';

const assets = join(import.meta.dirname, '../../assets');
let cleanups: CleanupStack;
let aemu: FakeAemu;
let client: SessionClient;
let home: string;
let bundle: string;

beforeEach(async () => {
  cleanups = new CleanupStack();
  const temporary = await tempHome();
  cleanups.add(temporary.dispose);
  home = temporary.home;
  aemu = await fakeAemuBinary({ banners: { 22: { text: 'SSH-2.0-fake\r\n' } }, serial: [{ text: 'hello\r\n' }] });
  cleanups.add(aemu.dispose);
  process.env.SLIPWAY_AEMU = aemu.binary;
  cleanups.add(async () => {
    delete process.env.SLIPWAY_AEMU;
  });
  const kernel = join(assets, 'demo-guest/demo-guest.elf');
  ({ directory: bundle } = await writeTestProductBundle(home, { kernel, initrd: kernel, memoryMiB: 64 }));
  const service = await HomeService.open(
    {
      paths: await prepareHome(home),
      assetsDirectory: assets,
      kind: 'command-line',
      log: silentLog,
      abilities: {},
    },
    { takeOver: false },
  );
  client = SessionClient.over(service, { trust: 'user', face: 'command-line', allowPower: true, abilities: {} });
  cleanups.add(async () => {
    for (const { id, status } of await client.call('instance.list', {})) {
      if (status.processLives) await end(id);
    }
    client.close();
    await service.dispose();
  });
});
afterEach(() => cleanups.close());

async function draft(guest: object = {}): Promise<DraftInput> {
  const directory = await client.call('files.grant', { path: bundle });
  return {
    name: 'fuchsia-emulator',
    guest: { kind: 'fuchsia', source: { from: 'bundle', directory }, engine: 'femu', ...guest },
    host: { acceleration: 'tcg', networking: 'user' },
    runtime: { powerdownMs: 0 },
  };
}

const view = async (id: string): Promise<InstanceView> => (await client.call('instance.show', { id })).view;

async function end(id: string): Promise<void> {
  await client.call('instance.stop', { id });
  await eventually(async () => !(await view(id)).status.processLives, { timeoutMs: 10_000 });
}

describe('femu', () => {
  it('is called as ffx calls it, is ready by its ssh banner, and stops', async () => {
    const { id } = await client.call('instance.launch', await draft());
    await eventually(async () => (await view(id)).status.ready, { timeoutMs: 15_000 });
    const argv = await aemu.argv();
    const at = argv.indexOf('-fuchsia');
    expect(argv[0]).toBe('-feature');
    expect(at).toBeGreaterThan(argv.indexOf('-gpu'));
    expect(argv.indexOf('-kernel')).toBeGreaterThan(at);
    expect(argv[argv.indexOf('-kernel') + 1]).toMatch(/staged\/multiboot\.bin$/);
    expect(argv.some((word) => word.includes('hostfwd'))).toBe(false);
    expect((await view(id)).ports).toEqual([
      expect.objectContaining({ name: 'ssh', state: 'answering', bind: '127.0.0.1' }),
      expect.objectContaining({ name: 'debug', state: 'mapped', bind: '127.0.0.1' }),
    ]);
    const { sections } = await client.call('fuchsia.show', { id });
    expect(sections.find((section) => 'Instance' in section)?.Instance).toMatchObject({
      engine_type: 'femu',
      engine_state: 'running',
      emulator_binary: aemu.binary,
    });
    await end(id);
    // How it ended is written down after the process has gone.
    await eventually(async () => (await view(id)).status.phase === 'stopped');
  });

  it('waiting for a debugger it is starting, however long, and the line that attaches has its pid', async () => {
    const { id } = await client.call('instance.launch', await draft({ debugger: true }));
    await eventually(async () => (await view(id)).status.phase === 'starting', { timeoutMs: 10_000 });
    // Longer than any other engine may take to greet.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const { status } = await view(id);
    expect(status.phase).toBe('starting');
    const { timeline } = await client.call('instance.show', { id });
    expect(timeline.find(({ name }) => name === 'attach')?.note).toContain(`gdb -p ${status.pid}`);
    process.kill(status.pid ?? 0, 'SIGUSR1');
    await eventually(async () => (await view(id)).status.ready, { timeoutMs: 15_000 });
    await end(id);
  });

  it('is listed with its program, and when it is missing a launch says what to install', async () => {
    const femu = async () => (await client.call('host.describe', {})).engines.find(({ kind }) => kind === 'femu');
    expect(await femu()).toMatchObject({ binary: aemu.binary, note: expect.stringContaining('SLIPWAY_AEMU') });
    delete process.env.SLIPWAY_AEMU;
    expect(await femu()).toMatchObject({ binary: null, note: expect.stringContaining('SLIPWAY_FUCHSIA_SDK') });
    await expect(client.call('instance.launch', await draft())).rejects.toMatchObject({ code: 'engine_missing' });
    const { choices } = await client.call('fuchsia.resolve', await draft({ engine: 'auto' }));
    expect(choices.find(({ field }) => field === 'guest.engine')).toMatchObject({
      result: 'qemu',
      reason: 'femu is not installed.',
    });
  });
});

describe('a bundle before launch, and a copy for ffx', () => {
  it('the gallery shows what boots and on which devices', async () => {
    const { token } = await client.call('files.grant', { path: bundle });
    const summary = await client.call('fuchsia.bundle', { directory: token });
    expect(summary).toMatchObject({ name: 'test.x64', version: '1.2.3', problems: [] });
    expect(summary.systems).toEqual([
      {
        slot: 'a',
        kernel: join(bundle, 'system_a/multiboot.bin'),
        zbi: join(bundle, 'system_a/fuchsia.zbi'),
        disk: { kind: 'fxfs-sparse', path: join(bundle, 'system_a/fxfs.sparse.blk'), bytes: expect.any(Number) },
      },
    ]);
    expect(summary.devices.map(({ name, recommended }) => [name, recommended])).toEqual([
      ['test-small', true],
      ['test-large', false],
    ]);
  });

  it('weakness “staging dry run”: a preview has the whole command, and writes nothing', async () => {
    const { command, findings } = await client.call('instance.preview', await draft());
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(command?.shellLine).toContain('staged/fuchsia.zbi');
    expect(await readdir(join(home, 'instances'))).toEqual([]);
  });

  it('missing files, a wrong network and an unknown device are said in ffx’s words, with the field', async () => {
    const failureOf = async (change: object, host: object = {}) => {
      const asked = await draft(change);
      const answer = await client.call('instance.preview', { ...asked, host: { ...asked.host, ...host } });
      return answer.findings.find(({ severity }) => severity === 'error')?.failure;
    };
    expect(await failureOf({}, { networking: 'none' })).toMatchObject({
      message: expect.stringContaining('no way to communicate with this emulator'),
      field: 'host.networking',
    });
    const gone = await client.call('files.grant', { path: join(home, 'gone') });
    const zbi = await client.call('files.grant', { path: join(bundle, 'system_a/fuchsia.zbi') });
    expect(await failureOf({ source: { from: 'files', kernel: gone, zbi } })).toMatchObject({
      code: 'file_missing',
      message: `kernel file ${join(home, 'gone')} does not exist.`,
      field: 'guest.source.kernel',
    });
    expect(await failureOf({ source: { from: 'files' } })).toMatchObject({
      message: 'No kernel file or bootloader file configured.',
    });
    const directory = await client.call('files.grant', { path: bundle });
    expect(await failureOf({ source: { from: 'bundle', directory, device: 'none' } })).toMatchObject({
      hint: expect.stringContaining('test-small'),
      field: 'guest.source.device',
    });
    expect(await failureOf({ uefi: true, engine: 'qemu' })).toMatchObject({
      message: 'There is no full UEFI disk to boot.',
      cause: expect.stringContaining('the vbmeta key (PEM), the vbmeta key metadata'),
      field: 'guest.uefi',
    });
  });

  it('export writes a copy without the pid, beside nobody else’s, and not into ffx’s own directory', async () => {
    const { id } = await client.call('instance.launch', await draft());
    await eventually(async () => (await view(id)).status.ready, { timeoutMs: 15_000 });
    await mkdir(join(home, 'out'));
    await writeFile(join(home, 'out/engine.json'), 'someone else’s');
    const { token } = await client.call('files.grant', { path: join(home, 'out') });
    const { path } = await client.call('fuchsia.export', { id, directory: token });
    expect(path).toBe(join(home, 'out', id, 'engine.json'));
    const data = JSON.parse(await readFile(path, 'utf8'));
    expect(data).toMatchObject({ pid: 0, engine_type: 'femu', engine_state: 'staged', emulator_binary: aemu.binary });
    expect(data.emulator_configuration.host.port_map.ssh.host).toBe((await view(id)).ports[0]?.host);
    expect(await readFile(join(home, 'out/engine.json'), 'utf8')).toBe('someone else’s');
    const own = await client.call('files.grant', { path: defaultFfxInstanceRoot() });
    await expect(client.call('fuchsia.export', { id, directory: own.token })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await end(id);
  });
});
