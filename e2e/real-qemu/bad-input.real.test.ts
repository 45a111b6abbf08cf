/** What people get wrong, and what the host cannot give: each with its own words, and nothing left behind. */
import { execFile } from 'node:child_process';
import { chmod, chown, copyFile, link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCore } from '../../src-main/core/core.ts';
import { pathsOf } from '../../src-main/core/home/paths.ts';
import { prepareHome } from '../../src-main/core/home/prepare.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { silentLog } from '../../src-main/core/kit/log.ts';
import { HomeService } from '../../src-main/headless/home-service.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import type { Failure } from '../../src-shared/contract/errors.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import { filesOfInstances, guestProcesses } from './guest-processes.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  asUser,
  checkout,
  demoDraft,
  generousMs,
  isOver,
  launchReady,
  openSlipway,
  type Slipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
  untilReady,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const demoKernel = join(checkout, 'assets/demo-guest/demo-guest.elf');
const readyByLine = { readiness: [{ kind: 'serial' as const, pattern: 'demo: ready' }] };

let cleanups: CleanupStack;
let home: SlipwayHome;
let slipway: Slipway;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
  slipway = await openSlipway(home, cleanups);
});
afterEach(() => cleanups.close(), generousMs);

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Error && 'failure' in error) return error.failure as Failure;
  throw new Error(`it should have been refused, and gave ${error}`);
}

/** Launches what cannot be launched: refused at once, and nothing is left of it. */
async function refused(draft: DraftInput): Promise<Failure> {
  const failure = await failureOf(slipway.client.call('instance.launch', draft));
  expect(await filesOfInstances(home)).toEqual([]);
  expect(await slipway.client.call('instance.list', {})).toEqual([]);
  expect(await guestProcesses(home)).toEqual([]);
  return failure;
}

const grant = (path: string) => slipway.client.call('files.grant', { path });
const kernelDraft = async (path: string, change: Partial<DraftInput> = {}): Promise<DraftInput> =>
  demoDraft({ guest: { kind: 'kernel', kernel: await grant(path) }, runtime: readyByLine, ...change });
const diskDraft = async (path: string, access: 'overlay' | 'copy' = 'overlay'): Promise<DraftInput> =>
  demoDraft({ name: 'disk', guest: { kind: 'disk', disks: [{ file: await grant(path), access }] } });

describe('files', () => {
  it('a missing kernel', async () => {
    const path = join(home.home, 'no-such-kernel');
    expect(await refused(await kernelDraft(path))).toMatchObject({
      code: 'file_missing',
      message: `${path} does not exist.`,
      hint: expect.stringMatching(/\w/),
      field: 'guest.kernel',
    });
  });

  it('an unreadable disk', async () => {
    const path = join(home.home, 'disk.raw');
    await writeFile(path, 'x'.repeat(4096), { mode: 0 });
    const theirs = join(home.home, 'theirs');
    await mkdir(theirs);
    // Root may read everything, so for root somebody else has to try.
    const user = isRoot ? nobody : undefined;
    if (user !== undefined) {
      await chmod(home.home, 0o755);
      await chown(theirs, user, user);
    }
    const theirHome = { home: theirs, paths: pathsOf(theirs) };
    const client = await (await OwnerProcess.start(theirHome, cleanups, { user })).client();
    const file = await client.call('files.grant', { path });
    const draft = demoDraft({ guest: { kind: 'disk', disks: [{ file }] } });
    expect(await failureOf(client.call('instance.launch', draft))).toMatchObject({
      code: 'file_unreadable',
      message: `You may not read ${path}.`,
      hint: expect.stringContaining('permissions'),
      field: 'guest.disks.0.file',
    });
    expect(await filesOfInstances(theirHome)).toEqual([]);
  });

  it('a folder instead of a file', async () => {
    expect(await refused(await diskDraft(home.home))).toMatchObject({
      code: 'file_not_regular',
      message: `${home.home} is a folder, not a file.`,
      hint: expect.stringMatching(/\w/),
      field: 'guest.disks.0.file',
    });
  });

  it('an image of no bytes', async () => {
    const path = join(home.home, 'empty.img');
    await writeFile(path, '');
    expect(await refused(await diskDraft(path))).toMatchObject({
      code: 'file_empty',
      message: expect.stringContaining('0 bytes'),
      hint: expect.stringContaining('failed build'),
      field: 'guest.disks.0.file',
    });
  });

  it.each(['multiboot.bin', 'a:b,c.img', 'with space.img'])('an image called %s boots', async (name) => {
    const kernel = join(home.home, name);
    await copyFile(demoKernel, kernel);
    const disk = join(home.home, `disk ${name}`);
    await writeFile(disk, Buffer.alloc(1024 * 1024));
    const draft = demoDraft({
      guest: { kind: 'kernel', kernel: await grant(kernel), disks: [{ file: await grant(disk) }] },
      runtime: readyByLine,
    });
    const { id } = await launchReady(slipway.client, draft);
    await stopAndWait(slipway.client, id);
  });

  it.skipIf(!isRoot)(
    `the disk is full while staging${isRoot ? '' : ' (skipped: mounting a small tmpfs needs root)'}`,
    async () => {
      const small = join(home.home, 'small');
      await mkdir(small);
      await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', small]);
      const inner = new CleanupStack();
      cleanups.add(async () => {
        await inner.close();
        await run('umount', [small]);
      });
      const { client } = await openSlipway({ home: small, paths: await prepareHome(small) }, inner);
      const image = join(home.home, 'large.raw');
      await run('dd', ['if=/dev/urandom', `of=${image}`, 'bs=1M', 'count=64', 'status=none']);
      const file = await client.call('files.grant', { path: image });
      const before = await run('df', ['--output=used', small]);
      const { id } = await client.call(
        'instance.launch',
        demoDraft({ name: 'disk', guest: { kind: 'disk', disks: [{ file, access: 'copy' }] } }),
      );
      const { status } = await until(client, id, isOver);
      expect(status.failure).toMatchObject({
        code: 'disk_full',
        message: expect.stringContaining('needs 64.0 MiB'),
        hint: expect.stringContaining('SLIPWAY_HOME'),
      });
      const staged = join(small, 'instances', id, 'staged');
      expect((await readdir(staged).catch(() => [])).filter((name) => name !== 'staging.json')).toEqual([]);
      const used = ({ stdout }: { stdout: string }) => Number(stdout.split('\n')[1]);
      expect(used(await run('df', ['--output=used', small])) - used(before)).toBeLessThan(1024);
      expect((await client.call('instance.show', { id })).view.status.processLives).toBe(false);
    },
  );
});

describe('the engine', () => {
  it('no QEMU is installed', async () => {
    const elsewhere = join(home.home, 'bare');
    const core = await createCore({
      paths: await prepareHome(elsewhere),
      assetsDirectory: join(checkout, 'assets'),
      kind: 'command-line',
      log: silentLog,
      onHandover: () => undefined,
      toolSearch: { environment: { PATH: '' }, knownDirectories: [] },
    });
    cleanups.add(() => core.dispose());
    const client = SessionClient.over(core, asUser);
    expect(await failureOf(client.call('instance.launch', demoDraft()))).toMatchObject({
      code: 'engine_missing',
      message: expect.stringContaining('qemu-system-x86_64'),
      hint: expect.stringMatching(/install/i),
    });
    expect(await client.call('instance.list', {})).toEqual([]);
    expect(await readdir(join(elsewhere, 'instances'))).toEqual([]);
  });

  it('a binary of one’s own that is not there', async () => {
    const binary = await grant(join(home.home, 'my-qemu'));
    expect(await refused(demoDraft({ runtime: { binary } }))).toMatchObject({
      code: 'engine_missing',
      message: expect.stringContaining('my-qemu'),
      field: 'runtime.binary',
    });
  });

  it.each<[string, Partial<DraftInput>, RegExp]>([
    ['an option it does not know', { runtime: { extraArguments: '-bogus' } }, /-bogus/],
    ['a CPU it does not know', { device: { memoryMiB: 32, cpu: 'nonesuch' } }, /nonesuch/],
    ['a device it does not know', { runtime: { extraArguments: '-device nonesuch' } }, /nonesuch/],
  ])('it exits at once: %s', async (_, change, words) => {
    const { id } = await slipway.client.call('instance.launch', demoDraft(change));
    const { status } = await until(slipway.client, id, isOver);
    expect(status).toMatchObject({ phase: 'failed', crashed: false, pid: null, processLives: false });
    const { failure } = status;
    expect(failure?.raw).toMatch(words);
    expect(`${failure?.message} ${failure?.cause}`).toMatch(words);
    expect(failure?.hint).toMatch(/\w/);
    expect(failure?.code).not.toBe('internal');
    expect(await guestProcesses(home)).toEqual([]);
    expect(await readdir(home.paths.instance(id).run)).toEqual([]);
    // What it was asked and what it said stay, and it can be put right.
    expect((await slipway.client.call('instance.boots', { id })).length).toBe(1);
    const draft = await slipway.client.call('instance.draft', { id });
    const device = { ...draft.device, cpu: null };
    const right = { ...draft, device, runtime: { ...draft.runtime, extraArguments: '' } };
    await slipway.client.call('instance.configure', { id, draft: right });
    await slipway.client.call('instance.start', { id });
    await untilReady(slipway.client, id);
    await stopAndWait(slipway.client, id);
  });

  it('more memory than the host has', async () => {
    const memoryMiB = Math.ceil(totalmem() / 1024 ** 2) * 2;
    expect(await refused(demoDraft({ device: { memoryMiB } }))).toMatchObject({
      code: 'memory_insufficient',
      message: expect.stringContaining(`${memoryMiB} MiB`),
      hint: expect.stringMatching(/less/),
      field: 'device.memoryMiB',
    });
    expect(freemem()).toBeGreaterThan(0);
  });
});

describe('ports', () => {
  it('a busy host port: names its owner; the guest runs and the other ports work', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    cleanups.add(() => new Promise<void>((resolve) => void holder.close(() => resolve())));
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const draft = demoDraft({
      host: {
        acceleration: 'tcg',
        networking: 'user',
        ports: [
          { name: 'ssh', protocol: 'tcp', guest: 22, host: busy },
          { name: 'free', protocol: 'tcp', guest: 80, host: null },
        ],
      },
    });
    const { id, ports, status } = await launchReady(slipway.client, draft);
    const [taken, free] = ports;
    expect(taken).toMatchObject({
      state: 'failed',
      failure: {
        code: 'port_busy',
        message: expect.stringContaining(`(pid ${process.pid})`),
        hint: expect.stringContaining('another host port'),
        field: 'host.ports.0',
      },
    });
    expect(free).toMatchObject({ state: 'mapped', failure: null, host: expect.any(Number) });
    expect(status.conditions.find(({ name }) => name === 'ports')).toMatchObject({ state: 'failed' });
    // Whoever copied an ssh line would log in at the other program.
    expect((await slipway.client.call('instance.show', { id })).sshLine).toBeNull();
    await stopAndWait(slipway.client, id);
  });
});

describe('names', () => {
  it.each(['two words', 'émoji 🚢 ship', '../../escape', 'a/b', '-rf', 'x,y=z', 'it\'s "quoted" $HOME `id`', '名前'])(
    'any line of text: %s',
    async (name) => {
      const { id, name: shown } = await launchReady(slipway.client, demoDraft({ name }));
      expect(shown).toBe(name);
      expect(id).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      expect(await readdir(home.paths.instances)).toEqual([id]);
      expect((await slipway.client.call('instance.find', { name })).id).toBe(id);
      await stopAndWait(slipway.client, id);
    },
  );

  it.each([
    ['200 characters', 'x'.repeat(200), /at most 100/],
    ['nothing', '   ', /empty/],
    ['a control character', 'a\u001b[2Jb', /control/],
    ['an override of the direction', 'a\u202eb', /control/],
  ])('%s: refused', async (_, name, words) => {
    expect(await refused(demoDraft({ name }))).toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(words),
      field: 'name',
    });
  });

  it('the same name twice makes two instances', async () => {
    const first = await launchReady(slipway.client, demoDraft());
    const second = await launchReady(slipway.client, demoDraft());
    expect([first.id, second.id]).toEqual(['demo', 'demo-2']);
    expect(await failureOf(slipway.client.call('instance.find', { name: 'nobody' }))).toMatchObject({
      code: 'unknown_instance',
      hint: expect.stringContaining('demo-2'),
    });
    await Promise.all([first, second].map(({ id }) => stopAndWait(slipway.client, id)));
  });
});

describe('two on one home', () => {
  const open = (kind: 'window' | 'command-line', takeOver: boolean) =>
    HomeService.open(
      {
        paths: home.paths,
        assetsDirectory: join(checkout, 'assets'),
        kind,
        log: silentLog,
        abilities: kind === 'window' ? { focus: () => undefined } : {},
      },
      { takeOver },
    );

  it('the second becomes the client of the first, and takes over when that one is killed', async () => {
    await slipway.close();
    const owner = await OwnerProcess.start(home, cleanups);
    const service = await open('command-line', false);
    cleanups.add(() => service.dispose());
    expect(service.isOwner).toBe(false);
    const client = SessionClient.over(service, asUser);
    const { id } = await launchReady(client, demoDraft());
    const changed = new Promise<void>((resolve) => {
      client.events.on(({ type }) => {
        if (type === 'ownerChanged') resolve();
      });
    });
    await owner.kill();
    await changed;
    expect(service.isOwner).toBe(true);
    await untilReady(client, id);
    const terminal = await Terminal.open(client, id);
    terminal.type('echo after all that\r');
    await terminal.waitFor(/\nafter all that\r?\n/);
    await stopAndWait(client, id);
  });

  it('of two windows the second is told, and the first comes to the front', async () => {
    await slipway.close();
    const first = await open('window', true);
    cleanups.add(() => first.dispose());
    expect(await failureOf(open('window', true))).toMatchObject({
      code: 'owner_busy',
      message: expect.stringContaining('already open'),
    });
    expect(first.isOwner).toBe(true);
  });
});

it('a copied home directory by another name is another instance, not the same one twice', async () => {
  const { id } = await launchReady(slipway.client, demoDraft());
  await stopAndWait(slipway.client, id);
  await slipway.close();
  await mkdir(home.paths.instance('copied').directory);
  await link(home.paths.instance(id).spec, home.paths.instance('copied').spec);
  const { client } = await openSlipway(home, cleanups);
  expect((await client.call('instance.list', {})).map((view) => view.id).sort()).toEqual(['copied', id].sort());
});
