/** A guest's whole life by the calls that every face makes. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareHome } from '../../src-main/core/home/prepare.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { openSocketPath } from '../../src-main/core/process/socket-path.ts';
import { QmpClient } from '../../src-main/core/qmp/client.ts';
import { queryStatus } from '../../src-main/core/qmp/commands.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import { guestProcesses } from './guest-processes.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  checkout,
  demoDraft,
  generousMs,
  isStopped,
  launchReady,
  openSlipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
  untilReady,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

const run = promisify(execFile);
const demoKernel = join(checkout, 'assets/demo-guest/demo-guest.elf');

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

const open = () => openSlipway(home, cleanups);

describe('a life', () => {
  it('launch, pause, resume, reset, restart, stop', async () => {
    const { client } = await open();
    const { id, status } = await launchReady(client, demoDraft());
    const terminal = await Terminal.open(client, id);

    expect((await client.call('instance.pause', { id })).status.paused).toBe('slipway');
    terminal.type('echo typed while paused\r');
    expect((await client.call('instance.resume', { id })).status.paused).toBeNull();
    await terminal.waitFor(/\ntyped while paused\r?\ndemo> $/);

    await client.call('instance.reset', { id });
    await terminal.waitFor(/typed while paused[\s\S]*demo: ready[\s\S]*demo> $/);
    const after = (await client.call('instance.show', { id })).view.status;
    expect(after).toMatchObject({ phase: 'running', boot: 1, pid: status.pid });

    await client.call('instance.restart', { id });
    const again = await until(client, id, (view) => view.status.boot === 2 && view.status.ready);
    expect(again.status.pid).not.toBe(status.pid);
    await terminal.untilBoot(2);
    await terminal.waitFor(/demo: ready[\s\S]*demo> $/);
    expect(terminal.text).not.toContain('typed while paused');

    const stopped = await stopAndWait(client, id);
    expect(stopped.status).toMatchObject({ phase: 'stopped', pid: null, processLives: false, failure: null });
    expect(await readdir(home.paths.instance(id).run)).toEqual([]);
    expect(await guestProcesses(home)).toEqual([]);
    const details = await client.call('instance.show', { id });
    expect(details.timeline.map((step) => step.result)).not.toContain('running');
    expect(details.boots.map((boot) => boot.outcome)).toEqual([expect.any(String), 'the guest powered itself off']);
  });

  it('powered off from inside: stopped, by the guest', async () => {
    const { client } = await open();
    const { id } = await launchReady(client, demoDraft());
    const terminal = await Terminal.open(client, id);
    terminal.type('poweroff\r');
    await until(client, id, isStopped);
    expect(await terminal.untilEnded()).toContain('powered itself off');
    expect((await client.call('instance.boots', { id }))[0]?.outcome).toBe('the guest powered itself off');
  });

  it('restart stages what changed', async () => {
    const { client } = await open();
    const kernel = join(home.home, 'kernel.elf');
    await copyFile(demoKernel, kernel);
    const file = await client.call('files.grant', { path: kernel });
    const draft = demoDraft({
      guest: { kind: 'kernel', kernel: file },
      runtime: { readiness: [{ kind: 'serial', pattern: 'demo: ready' }] },
    });
    const { id } = await launchReady(client, draft);
    // As a rebuild does it: another file under the same name, with another banner.
    const bytes = await readFile(kernel);
    const at = bytes.indexOf('Slipway demo guest');
    expect(at).toBeGreaterThan(0);
    await writeFile(kernel, Buffer.concat([bytes.subarray(0, at), Buffer.from('Rebuilt'), bytes.subarray(at + 7)]));
    await client.call('instance.restart', { id });
    await until(client, id, (view) => view.status.boot === 2 && view.status.ready);
    const terminal = await Terminal.open(client, id);
    await terminal.waitFor(/Rebuilt demo guest/);
    await stopAndWait(client, id);
  });

  it('an overlay notices that its base was rebuilt, and keeps the old one', async () => {
    const { client } = await open();
    const base = join(home.home, 'disk.qcow2');
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', base, '8M']);
    const kernel = await client.call('files.grant', { path: demoKernel });
    const file = await client.call('files.grant', { path: base });
    const draft = demoDraft({
      guest: { kind: 'kernel', kernel, disks: [{ file }] },
      runtime: { readiness: [{ kind: 'serial', pattern: 'demo: ready' }] },
    });
    const { id } = await launchReady(client, draft);
    await stopAndWait(client, id);
    const staged = await readdir(home.paths.instance(id).staged);
    await client.call('instance.start', { id });
    await untilReady(client, id);
    await stopAndWait(client, id);
    expect(await readdir(home.paths.instance(id).staged)).toEqual(staged);

    await run('qemu-img', ['create', '-q', '-f', 'qcow2', base, '16M']);
    await client.call('instance.start', { id });
    await untilReady(client, id);
    const { timeline } = await client.call('instance.show', { id });
    expect(timeline.map((step) => step.note).join('\n')).toMatch(/new overlay on .*kept as staged\//);
    expect((await readdir(home.paths.instance(id).staged)).length).toBe(staged.length + 1);
    await stopAndWait(client, id);
  });

  it('a panicked guest does not hear the power button, and is not asked to', async () => {
    const { client } = await open();
    const { id } = await launchReady(client, demoDraft({ runtime: { powerdownMs: 600_000 } }));
    const terminal = await Terminal.open(client, id);
    terminal.type('panic\r');
    const dead = await until(client, id, ({ status }) => status.panic !== null);
    expect(dead.status.ready).toBe(false);
    await client.call('instance.stop', { id });
    await until(client, id, isStopped);
    expect((await client.call('instance.boots', { id }))[0]?.outcome).toContain('panicked');
  });

  it('the last boots are kept, as many as were asked for', async () => {
    const { client } = await open();
    const draft = demoDraft({ guest: { kind: 'demo', append: 'autorun=poweroff' }, runtime: { keepBoots: 2 } });
    const { id } = await client.call('instance.launch', draft);
    await until(client, id, isStopped);
    for (const boot of [2, 3]) {
      await client.call('instance.start', { id });
      await until(client, id, (view) => view.status.boot === boot && isStopped(view));
    }
    expect((await client.call('instance.boots', { id })).map(({ number }) => number)).toEqual([3, 2]);
    const old = await Terminal.open(client, id, { boot: 2 });
    await old.waitFor(/demo: ready/);
    expect(await old.untilEnded()).toContain('boot 2');
    await expect(Terminal.open(client, id, { boot: 1 })).rejects.toMatchObject({ code: 'unknown_console' });
  });

  it('delete says what goes, moves it to the trash, and it can come back', async () => {
    const { client } = await open();
    const { id } = await launchReady(client, demoDraft({ name: 'brief' }));
    await expect(client.call('instance.delete', { id })).rejects.toMatchObject({
      code: 'wrong_phase',
      failure: { hint: 'Stop it first.' },
    });
    await stopAndWait(client, id);
    const { files, bytes } = await client.call('instance.deletion', { id });
    expect(files.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['what was asked for', 'staged image', 'serial transcript of boot 1']),
    );
    expect(bytes).toBe(files.reduce((sum, file) => sum + file.bytes, 0));
    const { trash } = await client.call('instance.delete', { id });
    expect(await client.call('instance.list', {})).toEqual([]);
    expect(await readdir(home.paths.instances)).toEqual([]);
    expect(await readdir(home.paths.trash)).toEqual([trash]);
    expect((await client.call('instance.restore', { trash })).name).toBe('brief');
    await client.call('instance.start', { id });
    await untilReady(client, id);
    await stopAndWait(client, id);
  });

  it('cancelled while staging: nothing half-written', async () => {
    const { client } = await open();
    const disk = join(home.home, 'big.raw');
    // Real bytes, because a hole is copied in no time.
    await run('dd', ['if=/dev/urandom', `of=${disk}`, 'bs=1M', 'count=256', 'status=none']);
    const file = await client.call('files.grant', { path: disk });
    const staging = new Promise<void>((resolve) => {
      client.events.on((event) => {
        if (event.type === 'instanceChanged' && (event.view.status.progress?.done ?? 0) > 0) resolve();
      });
    });
    const { id } = await client.call(
      'instance.launch',
      demoDraft({ name: 'big', guest: { kind: 'disk', disks: [{ file, access: 'copy' }] } }),
    );
    await staging;
    await client.call('instance.stop', { id });
    const { status } = await until(client, id, isStopped);
    expect(status).toMatchObject({ failure: null, pid: null });
    expect((await readdir(home.paths.instance(id).staged)).filter((name) => name !== 'staging.json')).toEqual([]);
    expect(await guestProcesses(home)).toEqual([]);
    expect((await client.call('instance.show', { id })).timeline.at(-1)).toMatchObject({ result: 'cancelled' });
  });
});

describe('for developers', () => {
  it('gdb: the socket answers, and the guest stays at its first instruction until it is let go', async () => {
    const { client } = await open();
    const draft = demoDraft({ runtime: { debug: { gdb: { port: null }, startPaused: true } } });
    const { id } = await client.call('instance.launch', draft);
    const { status } = await until(client, id, (view) => view.status.phase === 'running');
    expect(status).toMatchObject({ paused: 'other', ready: false });
    const { gdb } = await client.call('instance.show', { id });
    expect(gdb?.line).toBe(`gdb -ex 'target remote ${gdb?.path}'`);
    const stub = await dial(gdb?.path ?? '');
    cleanups.add(() => void stub.destroy());
    let answer = '';
    stub.on('data', (bytes) => {
      answer += bytes.toString();
    });
    stub.write('$?#3f');
    await eventually(() => /^\+\$T/.test(answer), { timeoutMs: generousMs });
    stub.destroy();
    expect((await stat(home.paths.instance(id).boot(1).serialOutput)).size).toBe(0);
    await client.call('instance.resume', { id });
    await untilReady(client, id);
    await stopAndWait(client, id);
  });

  it('-no-reboot ends it, and says why; -d writes the engine log', async () => {
    const { client } = await open();
    const draft = demoDraft({
      guest: { kind: 'demo', append: 'autorun=reboot' },
      runtime: { debug: { noReboot: true, log: ['int'] } },
    });
    const { id } = await client.call('instance.launch', draft);
    await until(client, id, isStopped);
    const [boot] = await client.call('instance.boots', { id });
    expect(boot?.outcome).toContain('-no-reboot');
    expect(await readFile(home.paths.instance(id).boot(1).engineLog, 'utf8')).toMatch(
      /Servicing hardware INT|v=|SMM: enter/,
    );
  });

  it('the serial socket serves two programs; qmp-user is free for a third', async () => {
    const { client } = await open();
    const { id } = await launchReady(client, demoDraft());
    const { run: directory } = home.paths.instance(id);
    const sockets = await Promise.all([openSerial(directory), openSerial(directory)]);
    sockets[0]?.socket.write('echo over the socket\r');
    for (const { seen } of sockets)
      await eventually(() => /\nover the socket\r?\n/.test(seen()), { timeoutMs: generousMs });
    const qmp = await QmpClient.connect({ directory, name: 'qmp-user' });
    cleanups.add(() => qmp.end());
    expect((await queryStatus(qmp)).running).toBe(true);
    await stopAndWait(client, id);
  });
});

it('a home with a very long path works, sockets and all', async () => {
  const long = join(home.home, 'a-directory-with-a-long-name'.repeat(4), 'and-another-one'.repeat(8));
  expect(long.length).toBeGreaterThan(200);
  await mkdir(long, { recursive: true });
  const longHome = { home: long, paths: await prepareHome(long) };
  const owner = await OwnerProcess.start(longHome, cleanups);
  const first = await owner.client();
  const { id } = await launchReady(first, demoDraft());
  const { run: directory } = longHome.paths.instance(id);
  const { socket, seen } = await openSerial(directory);
  socket.write('echo far away\r');
  await eventually(() => /\nfar away\r?\n/.test(seen()), { timeoutMs: generousMs });
  const qmp = await QmpClient.connect({ directory, name: 'qmp-user' });
  expect((await queryStatus(qmp)).running).toBe(true);
  await qmp.end();
  const monitor = await Terminal.open(first, id, { console: 'monitor' });
  await monitor.waitFor(/\(qemu\)/);
  await owner.kill();
  const { client } = await openSlipway(longHome, cleanups);
  await untilReady(client, id);
  await stopAndWait(client, id);
});

async function openSerial(directory: string): Promise<{ socket: Socket; seen: () => string }> {
  const reachable = await openSocketPath(directory, 'serial');
  const socket = connect(reachable.path);
  cleanups.add(async () => {
    socket.destroy();
    await reachable.close();
  });
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return { socket, seen: () => text };
}

function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}
