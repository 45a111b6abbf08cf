/** The owner's lock against those who see another system: other users, network namespaces, Nodes, older Slipways. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram, RunningProgram } from '../testing/bundled-program.ts';
import { oldLockName } from './old-owner-lock.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { findOwnerProcess } from './owner-process.ts';
import { prepareHome } from './prepare.ts';

let newOnes: BundledProgram;
let oldOnes: BundledProgram;
beforeAll(async () => {
  newOnes = await bundleProgram('src-main/core/home/testing/lock-holder.ts');
  oldOnes = await bundleProgram('src-main/core/home/testing/old-lock-holder.ts');
});
afterAll(async () => {
  await newOnes.dispose();
  await oldOnes.dispose();
});

let cleanups: CleanupStack;
let home: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  const directory = await mkdtemp(join(tmpdir(), 'slipway-lock-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  home = (await prepareHome(join(directory, 'home'))).home;
});
afterEach(() => cleanups.close());

function start(command: readonly string[]): RunningProgram {
  const [file = '', ...args] = command;
  const program = new RunningProgram(spawn(file, args, { stdio: 'pipe' }));
  cleanups.add(() => program.kill());
  return program;
}

async function acquire() {
  const lock = await acquireOwnerLock(home);
  if (lock !== null) cleanups.add(() => lock.release());
  return lock;
}

const isRoot = process.getuid?.() === 0;
const hasNamespaces = spawnSync('unshare', ['--net', 'true']).status === 0;
const secondUser = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe.skipIf(process.platform !== 'linux')('the owner lock and who is elsewhere [Linux]', () => {
  it.skipIf(!hasNamespaces)('is one for every network namespace [needs unshare --net]', async () => {
    const elsewhere = start(['unshare', '--net', process.execPath, newOnes.entry, home]);
    await elsewhere.says('mine');
    expect(await acquire()).toBeNull();
    // And it can be told who that is, though its sockets are in another table.
    expect(await findOwnerProcess(home)).toMatchObject({ pid: elsewhere.pid });
    await elsewhere.kill();
    expect(await acquire()).not.toBeNull();
    const late = start(['unshare', '--net', process.execPath, newOnes.entry, home]);
    await late.says('taken');
  });

  it.skipIf(!isRoot)(
    'cannot be taken by a second user, and the old name taken by one is no owner [needs root]',
    async () => {
      const old = oldLockName(home);
      // What a second user can do: every abstract name is anybody's.
      const squat = `const n = ${JSON.stringify(old)}; let left = 2;
      for (const path of [n, n.padEnd(107, '\\0')]) require('node:net').createServer()
        .on('error', () => --left || console.log('squats')).listen({ path }, () => --left || console.log('squats'));`;
      const squatter = start([...secondUser, process.execPath, '-e', squat]);
      await squatter.says('squats');
      const reach = `require('node:net').connect(${JSON.stringify(join(home, 'owner.lock'))})
      .on('connect', () => console.log('in')).on('error', (error) => console.log(error.code));`;
      expect(await acquire()).not.toBeNull();
      await start([...secondUser, process.execPath, '-e', reach]).says('EACCES');
    },
  );
});

/** Further Node binaries to try, as SLIPWAY_TEST_NODES names them (a path list). None is kept here. */
const otherNodes = (process.env.SLIPWAY_TEST_NODES ?? '').split(':').filter((path) => path !== '' && existsSync(path));

describe.skipIf(otherNodes.length === 0)('the owner lock and other Nodes [needs SLIPWAY_TEST_NODES]', () => {
  const nodes = [process.execPath, ...otherNodes];
  const pairs = nodes.flatMap((first) => nodes.map((second) => [first, second] as const));
  it.each(pairs)('is one for %s and %s', async (first, second) => {
    const holder = start([first, newOnes.entry, home]);
    await holder.says('mine');
    await start([second, newOnes.entry, home]).says('taken');
    await holder.kill();
    await start([second, newOnes.entry, home]).says('mine');
  });

  it.each(pairs)('an older Slipway on %s is noticed on %s', async (first, second) => {
    await start([first, oldOnes.entry, home]).says('mine');
    await start([second, newOnes.entry, home]).says('taken');
  });
});

describe('the owner lock and an older Slipway', () => {
  it('is not taken from one, and is free when it has ended', async () => {
    const old = start([process.execPath, oldOnes.entry, home]);
    await old.says('mine');
    expect(await acquire()).toBeNull();
    await old.kill();
    expect(await acquire()).not.toBeNull();
  });

  it('keeps one out', async () => {
    const lock = await acquire();
    await start([process.execPath, oldOnes.entry, home]).says('taken');
    await lock?.release();
    await start([process.execPath, oldOnes.entry, home]).says('mine');
  });

  it('is not taken while anybody answers on the service socket, whatever lock that one has', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(home, 'service.sock'), resolve));
    expect(await acquire()).toBeNull();
    await new Promise((resolve) => server.close(resolve));
    expect(await acquire()).not.toBeNull();
  });
});
