/**
 * gdb itself, at a real guest: it gets in by the socket and by nothing else, not before Slipway has let the guest go, and
 * nobody but the user gets in at all.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareHome } from '../../src-main/core/home/prepare.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { freePort } from '../../src-main/core/network/free-port.ts';
import { listeningSockets } from './listening-sockets.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  demoDraft,
  generousMs,
  launchReady,
  openSlipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
  untilReady,
} from './slipway-under-test.ts';

const run = promisify(execFile);
const gdb = ['/usr/bin/gdb-multiarch', '/usr/bin/gdb'].find((path) => existsSync(path)) ?? 'gdb';

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

const debugged = (debug: object = {}) => demoDraft({ runtime: { debug: { gdb: { port: null }, ...debug } } });

/** The line that Slipway shows, run by a shell as a person would, with commands of its own. */
async function debug(line: string, ...commands: string[]): Promise<string> {
  const more = commands.map((command) => `-ex '${command}'`).join(' ');
  const { stdout, stderr } = await run(
    'sh',
    ['-c', `${line.replace(/^gdb /, `${gdb} -nx -batch `)} ${more} </dev/null`],
    {
      cwd: '/',
      timeout: generousMs,
    },
  );
  return stdout + stderr;
}

describe('gdb', () => {
  it('attaches to a running guest by the line that is shown, and leaves it running', async () => {
    const { client } = await openSlipway(home, cleanups);
    const { id, status } = await launchReady(client, debugged());
    const door = (await client.call('instance.show', { id })).gdb;
    expect(door).toEqual({
      port: null,
      path: home.paths.instance(id).gdb,
      line: `gdb -ex 'target remote ${home.paths.instance(id).gdb}'`,
    });
    expect(await debug(door?.line ?? '', 'print $pc != 0', 'monitor info status', 'detach')).toMatch(
      /\$1 = 1[\s\S]*VM status: paused/,
    );
    await until(client, id, (view) => view.status.paused === null);
    const socket = await stat(door?.path ?? '');
    expect(socket.isSocket() && socket.mode & 0o777).toBe(0o600);
    expect(await listeningSockets(status.pid ?? 0)).toEqual([]);
    await stopAndWait(client, id);
    expect(existsSync(door?.path ?? '')).toBe(false);
  });

  it('at the end of a path that no socket address holds', async () => {
    const deep = join(home.home, 'a directory with a long name, '.repeat(3).trim(), "and one with 'quotes'");
    await mkdir(deep, { recursive: true });
    const there = { home: deep, paths: await prepareHome(deep) };
    const { client } = await openSlipway(there, cleanups);
    const { id } = await launchReady(client, debugged());
    const door = (await client.call('instance.show', { id })).gdb;
    expect(door?.path?.length).toBeGreaterThan(108);
    expect(await debug(door?.line ?? '', 'print $pc != 0', 'detach')).toContain('$1 = 1');
    await stopAndWait(client, id);
  });

  it('a guest that waits for its debugger is let go by it', async () => {
    const { client } = await openSlipway(home, cleanups);
    const { id } = await client.call('instance.launch', debugged({ startPaused: true }));
    await until(client, id, (view) => view.status.phase === 'running');
    const { gdb: door } = await client.call('instance.show', { id });
    // The x86 reset vector: nothing has run.
    expect(await debug(door?.line ?? '', 'print $pc == 0xfff0', 'detach')).toContain('$1 = 1');
    await untilReady(client, id);
    await stopAndWait(client, id);
  });

  it('is let in by the next owner where the one before was killed before it could', async () => {
    const owner = await OwnerProcess.start(home, cleanups);
    const first = await owner.client();
    const { id } = await launchReady(first, debugged());
    await owner.kill();
    const { client } = await openSlipway(home, cleanups);
    await untilReady(client, id);
    const { gdb: door } = await client.call('instance.show', { id });
    expect(await debug(door?.line ?? '', 'print $pc != 0', 'detach')).toContain('$1 = 1');
    await stopAndWait(client, id);
  });

  it('a port that was asked for is on loopback only', async () => {
    const { client } = await openSlipway(home, cleanups);
    const port = await freePort('tcp', '127.0.0.1');
    const { id, status } = await launchReady(client, debugged({ gdb: { port } }));
    expect(await listeningSockets(status.pid ?? 0)).toEqual([`127.0.0.1:${port}`]);
    const { gdb: door } = await client.call('instance.show', { id });
    expect(door).toEqual({ port, path: null, line: `gdb -ex 'target remote 127.0.0.1:${port}'` });
    expect(await debug(door?.line ?? '', 'print $pc != 0', 'detach')).toContain('$1 = 1');
    await stopAndWait(client, id);
  });

  it('another user of this computer does not reach it', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can be somebody else');
    const { client } = await openSlipway(home, cleanups);
    const { id } = await launchReady(client, debugged());
    const { gdb: door } = await client.call('instance.show', { id });
    const code = `require('net').connect(${JSON.stringify(door?.path)}).on('connect', () => process.exit(0)).on('error', (e) => { console.log(e.code); process.exit(1); })`;
    const stranger = spawn(process.execPath, ['-e', code], { uid: 65534, gid: 65534, cwd: '/' });
    let said = '';
    stranger.stdout.on('data', (bytes) => {
      said += bytes;
    });
    expect([...(await once(stranger, 'close')), said.trim()]).toEqual([1, null, 'EACCES']);
    // The same try by the user, or it would prove nothing.
    const own = connect(door?.path ?? '');
    await once(own, 'connect');
    // It stops for whoever connects, and one that leaves without a word may leave it so: it is ended as it is.
    own.destroy();
    await stopAndWait(client, id);
  });
});
