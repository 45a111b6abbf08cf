import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guestNames, makeBuildDirectory, publish, readCached } from './guest-cache.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'guest-cache-'));
});
afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
});

async function finishedBuild(version: string): Promise<string> {
  const directory = join(await makeBuildDirectory(cache), 'guest');
  await mkdir(directory);
  await writeFile(join(directory, guestNames.kernel), 'kernel');
  await writeFile(join(directory, guestNames.initrd), 'initrd');
  const manifest = { version, kernelBytes: 6, initrdBytes: 6, packages: [] };
  await writeFile(join(directory, guestNames.manifest), JSON.stringify(manifest));
  return directory;
}

describe('guest cache', () => {
  it('has nothing until something is published', async () => {
    expect(await readCached(join(cache, 'no-such-folder'))).toBeUndefined();
    const directory = await finishedBuild('1');
    expect(await readCached(cache)).toBeUndefined();
    const guest = await publish(cache, directory);
    expect(guest.version).toBe('1');
    expect(await readCached(cache)).toEqual(guest);
  });

  it('keeps a guest that another process finished first', async () => {
    const [first, second] = [await finishedBuild('1'), await finishedBuild('2')];
    await publish(cache, first);
    expect((await publish(cache, second)).version).toBe('1');
  });

  it('does not believe a damaged guest, and replaces it', async () => {
    const guest = await publish(cache, await finishedBuild('1'));
    await truncate(guest.baseInitrd, 3);
    expect(await readCached(cache)).toBeUndefined();
    expect((await publish(cache, await finishedBuild('2'))).version).toBe('2');
  });

  it('removes older recipes and builds whose process is gone, and leaves the rest', async () => {
    // Process ids end at 2^22 on Linux, so this one is nobody's.
    for (const name of ['debian-0123', 'build-99999999-abc', `build-${process.pid}-running`, 'something-else']) {
      await mkdir(join(cache, name));
    }
    const guest = await publish(cache, await finishedBuild('1'));
    const names = (await readdir(cache)).filter((name) => !guest.kernel.includes(name)).sort();
    expect(names.filter((name) => !name.startsWith(`build-${process.pid}-`))).toEqual(['something-else']);
    expect(names).toContain(`build-${process.pid}-running`);
  });
});
