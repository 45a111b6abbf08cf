import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { nextLook, Tail, type TailChange } from './tail.ts';

let cleanups: CleanupStack;
beforeEach(() => {
  cleanups = new CleanupStack();
});
afterEach(() => cleanups.close());

async function temporary(parent = tmpdir()): Promise<string> {
  const directory = await mkdtemp(join(parent, 'tail-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function tailOf(path: string): Promise<{ tail: Tail; changes: TailChange[] }> {
  const tail = new Tail(path);
  cleanups.add(() => tail.close());
  const changes: TailChange[] = [];
  tail.changes.on((change) => changes.push(change));
  await tail.start();
  return { tail, changes };
}

const text = async (tail: Tail, offset = 0, max = 1000) => Buffer.from((await tail.read(offset, max)).bytes).toString();

describe('nextLook', () => {
  const quiet = { msSinceNudge: 1000, looksWithoutGrowth: 10, exists: true, watchMissed: false };
  it('asks the kernel to wake it only when nothing comes', () => {
    expect(nextLook(quiet)).toEqual({ afterMs: 500, watch: true });
    expect(nextLook({ ...quiet, looksWithoutGrowth: 0 })).toEqual({ afterMs: 8, watch: false });
  });
  it('is eager after a keystroke', () => {
    expect(nextLook({ ...quiet, msSinceNudge: 49 })).toEqual({ afterMs: 1, watch: false });
  });
  it('hardly looks at a long silent stream, unless watching does not work there', () => {
    expect(nextLook({ ...quiet, looksWithoutGrowth: 100 })).toEqual({ afterMs: 5000, watch: true });
    expect(nextLook({ ...quiet, looksWithoutGrowth: 100, watchMissed: true })).toEqual({ afterMs: 500, watch: true });
  });
  it('cannot watch what is not there', () => {
    expect(nextLook({ ...quiet, exists: false })).toEqual({ afterMs: 50, watch: false });
    expect(nextLook({ ...quiet, exists: false, looksWithoutGrowth: 100 })).toEqual({ afterMs: 500, watch: false });
  });
});

describe('Tail', () => {
  it('knows the size at once and tells growth', async () => {
    const path = join(await temporary(), 'out');
    await writeFile(path, 'one');
    const { tail, changes } = await tailOf(path);
    expect(tail.size).toBe(3);
    await appendFile(path, 'two');
    await eventually(() => tail.size === 6);
    expect(changes.at(-1)).toMatchObject({ kind: 'grew', size: 6 });
    expect(await text(tail)).toBe('onetwo');
    expect(await text(tail, 2, 2)).toBe('et');
    expect(await text(tail, 6)).toBe('');
  });

  it('is woken by the kernel when it is quiet, long before the fallback', async () => {
    const path = join(await temporary(), 'out');
    await writeFile(path, '');
    const { tail } = await tailOf(path);
    const times: number[] = [];
    for (let round = 1; round <= 5; round++) {
      // Long enough to have become quiet: the condition is time itself.
      await new Promise((resolve) => setTimeout(resolve, 80));
      const at = performance.now();
      await appendFile(path, '.');
      await eventually(() => tail.size === round, { intervalMs: 1 });
      times.push(performance.now() - at);
    }
    expect(times.sort((a, b) => a - b)[2]).toBeLessThan(100);
  });

  it('knows when bytes came: to the moment while it watches, between two looks where it could not', async () => {
    const path = join(await temporary(), 'out');
    await writeFile(path, 'from before');
    await utimes(path, 1_000_000, 1_000_000);
    const { tail, changes } = await tailOf(path);
    expect(changes).toEqual([{ kind: 'grew', size: 11, time: { latest: 1_000_000_000, earliest: null } }]);
    // Long enough to have become quiet: the condition is time itself.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const from = Date.now();
    await appendFile(path, '.');
    await eventually(() => tail.size === 12, { intervalMs: 1 });
    const grown = changes.at(-1);
    const time = grown?.kind === 'grew' ? grown.time : { latest: 0, earliest: 0 };
    expect(time.earliest).toBe(time.latest);
    expect(time.latest).toBeGreaterThanOrEqual(from - 10);
    expect(time.latest).toBeLessThanOrEqual(Date.now());
  });

  it('waits for a file that is not there yet', async () => {
    const path = join(await temporary(), 'out');
    const { tail } = await tailOf(path);
    expect(tail.size).toBe(0);
    await writeFile(path, 'late');
    await eventually(() => tail.size === 4);
  });

  it('tells when the file becomes shorter', async () => {
    const path = join(await temporary(), 'out');
    await writeFile(path, 'something');
    const { tail, changes } = await tailOf(path);
    await truncate(path, 4);
    await eventually(() => changes.some(({ kind }) => kind === 'restarted'));
    expect(tail.size).toBe(4);
  });

  it('tells when another file took the name, and reads that one', async () => {
    const directory = await temporary();
    const path = join(directory, 'out');
    await writeFile(path, 'old');
    const { tail, changes } = await tailOf(path);
    await writeFile(join(directory, 'new'), 'new content');
    await rename(join(directory, 'new'), path);
    await eventually(() => changes.some(({ kind }) => kind === 'restarted'));
    await eventually(() => tail.size === 11);
    expect(await text(tail)).toBe('new content');
  });

  it('reads a removed file to its end', async () => {
    const path = join(await temporary(), 'out');
    await writeFile(path, 'content');
    const { tail, changes } = await tailOf(path);
    await rm(path);
    await tail.look();
    expect(await text(tail)).toBe('content');
    expect(changes.filter(({ kind }) => kind === 'restarted')).toEqual([]);
  });

  it('never gives bytes of a punched range', async () => {
    const path = join(await temporary(), 'out');
    await writeFile(path, 'x'.repeat(10_000));
    const { tail } = await tailOf(path);
    tail.markPunched(8192);
    expect(await tail.read(100, 50)).toMatchObject({ offset: 8192 });
    expect((await tail.read(100, 50)).bytes).toHaveLength(50);
    const underWay = tail.read(8192, 10);
    tail.markPunched(9000);
    expect(await underWay).toMatchObject({ offset: 9000 });
  });

  it('tells once that it cannot look', async () => {
    const path = join(await temporary(), 'out', 'below-a-file');
    await writeFile(join(path, '..'), '');
    const { tail, changes } = await tailOf(path);
    await tail.look();
    await tail.look();
    expect(changes.map(({ kind }) => kind)).toEqual(['failed']);
  });
});

describe('file systems', () => {
  const isRoot = process.getuid?.() === 0;

  it('tails on tmpfs', async () => follows(await temporary('/dev/shm')));

  it.skipIf(!isRoot)('tails on overlayfs [needs root to mount one]', async (context) => {
    // An overlay cannot lie on another overlay (containers); tmpfs can carry it.
    const base = await temporary('/dev/shm');
    for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(join(base, name));
    const merged = join(base, 'merged');
    const layers = `lowerdir=${base}/lower,upperdir=${base}/upper,workdir=${base}/work`;
    try {
      execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, merged], { stdio: 'pipe' });
    } catch (error) {
      context.skip(`no overlay can be mounted here: ${error}`);
    }
    cleanups.add(() => void execFileSync('umount', [merged]));
    await follows(merged);
  });

  async function follows(directory: string): Promise<void> {
    const path = join(directory, 'out');
    await writeFile(path, '');
    const { tail } = await tailOf(path);
    let expected = '';
    let read = '';
    for (let round = 0; round < 20; round++) {
      const piece = `${round} `.repeat(round * 50);
      expected += piece;
      await appendFile(path, piece);
      await eventually(() => tail.size === expected.length, { intervalMs: 1 });
      while (read.length < tail.size) read += await text(tail, read.length);
    }
    expect(read).toBe(expected);
  }
});
