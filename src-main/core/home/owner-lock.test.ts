import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram } from '../testing/bundled-program.ts';
import { eventually } from '../testing/eventually.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { findOwnerProcess } from './owner-process.ts';
import { prepareHome } from './prepare.ts';

let holders: BundledProgram;
let racers: BundledProgram;
beforeAll(async () => {
  holders = await bundleProgram('src-main/core/home/testing/lock-holder.ts');
  racers = await bundleProgram('src-main/core/home/testing/lock-racer.ts');
});
afterAll(async () => {
  await holders.dispose();
  await racers.dispose();
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

function hold(of = home) {
  const holder = holders.start([of]);
  cleanups.add(() => holder.kill());
  return holder;
}

async function acquire(of = home) {
  const lock = await acquireOwnerLock(of);
  if (lock !== null) cleanups.add(() => lock.release());
  return lock;
}

describe('the owner lock', () => {
  it('is held by one process at a time', async () => {
    const first = hold();
    await first.says('mine');
    const second = hold();
    await second.says('taken');
    expect(await acquire()).toBeNull();
    first.child.stdin?.write('let go\n');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(await acquire()).not.toBeNull();
  });

  it('is held by exactly one of many that start at once', async () => {
    const all = Array.from({ length: 6 }, () => hold());
    await Promise.all(all.map((holder) => holder.says(/mine|taken/)));
    expect(all.filter(({ stdout }) => stdout === 'mine\n')).toHaveLength(1);
  });

  it('is free the moment its holder is killed', async () => {
    const holder = hold();
    await holder.says('mine');
    await holder.kill();
    expect(await acquire()).not.toBeNull();
  });

  it('is free again after it was released, also in the same process', async () => {
    const lock = await acquire();
    expect(await acquire()).toBeNull();
    await lock?.release();
    expect(await acquire()).not.toBeNull();
  });

  it.skipIf(process.platform !== 'linux')(
    'has one owner whoever is killed, and whenever [Linux]',
    async () => {
      const kills = Number(process.env.SLIPWAY_TEST_ROUNDS ?? 12);
      const name = `slipway-race-${process.pid}`;
      let said = '';
      const race = () => {
        const racer = racers.start([home, name]);
        cleanups.add(() => racer.kill());
        racer.child.stdout?.on('data', (text) => {
          said += text;
        });
        return racer;
      };
      const racing = Array.from({ length: 4 }, race);
      for (let kill = 0; kill < kills; kill++) {
        const before = said.length;
        // A few turns by anyone; then whoever it is, wherever it stands.
        await eventually(() => said.length > before + 20, { timeoutMs: 20_000, intervalMs: 1 + ((kill * 7) % 13) });
        const at = kill % racing.length;
        await racing[at]?.kill();
        racing[at] = race();
      }
      await Promise.all(racing.map((racer) => racer.kill()));
      expect(said).not.toContain('two owners');
      expect(await acquire()).not.toBeNull();
      // The owner sweeps up after the dead: its lock, and its own name for it.
      expect((await readdir(home)).filter((entry) => entry.startsWith('owner')).sort()).toEqual([
        expect.stringMatching(/^owner-claim-\d+-\w+$/),
        'owner.lock',
      ]);
    },
    120_000,
  );

  it('is held under a long path, too', async () => {
    const deep = (await prepareHome(join(home, ...Array.from({ length: 12 }, () => 'a-long-directory-name'), 'home')))
      .home;
    expect(deep.length).toBeGreaterThan(200);
    const holder = hold(deep);
    await holder.says('mine');
    expect(await acquire(deep)).toBeNull();
    await holder.kill();
    expect(await acquire(deep)).not.toBeNull();
  });

  it('is not what anything else in its place is', async () => {
    await writeFile(join(home, 'owner.lock'), 'a file');
    expect(await acquire()).not.toBeNull();
  });

  it('is one per home', async () => {
    const other = (await prepareHome(`${home}-2`)).home;
    cleanups.add(() => rm(other, { recursive: true, force: true }));
    expect(await acquire()).not.toBeNull();
    expect(await acquire(other)).not.toBeNull();
  });

  it('is the same by whatever name the home is called', async () => {
    const link = `${home}-link`;
    await symlink(home, link);
    cleanups.add(() => rm(link, { force: true }));
    const [straight, linked, roundabout] = await Promise.all(
      [home, link, join(home, '..', 'home', '.')].map((name) => prepareHome(name)),
    );
    expect(linked?.home).toBe(straight?.home);
    expect(roundabout?.home).toBe(straight?.home);
  });
});

describe.skipIf(process.platform !== 'linux')('who holds it [needs Linux]', () => {
  it('can be told, and whether it is suspended', async () => {
    expect(await findOwnerProcess(home)).toBeNull();
    const holder = hold();
    await holder.says('mine');
    expect(await findOwnerProcess(home)).toMatchObject({ pid: holder.pid, suspended: false });
    holder.child.kill('SIGSTOP');
    await eventually(async () => (await findOwnerProcess(home))?.suspended);
  });
});
