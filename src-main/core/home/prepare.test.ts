import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultHome } from './paths.ts';
import { prepareHome } from './prepare.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-prepare-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('the home', () => {
  it("is made with everything in it, the user's alone", async () => {
    const paths = await prepareHome(join(directory, 'deep', 'home'));
    for (const path of [paths.home, paths.instances, paths.trash, paths.cache, paths.ssh])
      expect(await modeOf(path)).toBe(0o700);
  });

  it('is closed to others if it was open', async () => {
    const home = join(directory, 'empty');
    await mkdir(home, { mode: 0o755 });
    await prepareHome(home);
    expect(await modeOf(home)).toBe(0o700);
    await chmod(home, 0o755);
    await prepareHome(home);
    expect(await modeOf(home)).toBe(0o700);
  });

  it('is not a directory that serves others', async () => {
    await chmod(directory, 0o755);
    await writeFile(join(directory, 'thesis.tex'), '');
    await expect(prepareHome(directory)).rejects.toMatchObject({
      code: 'home_unusable',
      failure: { hint: `Give it a directory of its own: SLIPWAY_HOME=${join(directory, 'slipway')}` },
    });
    expect(await modeOf(directory)).toBe(0o755);
    expect(await readdir(directory)).toEqual(['thesis.tex']);
  });

  it('cannot be a file, and says so in the words of the system', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(prepareHome(file)).rejects.toMatchObject({
      code: 'home_unusable',
      failure: { raw: expect.stringMatching(/EEXIST|ENOTDIR/) },
    });
  });

  it.skipIf(process.getuid?.() !== 0)(
    "of another user is not root's unless root asks for it [needs root]",
    async () => {
      const theirs = join(directory, 'theirs');
      await mkdir(theirs, { mode: 0o700 });
      await chown(theirs, 65534, 65534);
      for (const home of [theirs, join(theirs, '.local', 'share', 'slipway')]) {
        await expect(prepareHome(home, {})).rejects.toMatchObject({
          code: 'home_unusable',
          failure: {
            message: expect.stringContaining('Root does not use the home of another user'),
            hint: expect.stringContaining('SLIPWAY_ADOPT_HOME=1'),
          },
        });
        // Nothing was made there that its user could not remove.
        expect(await readdir(theirs)).toEqual([]);
      }
      const paths = await prepareHome(theirs, { SLIPWAY_ADOPT_HOME: '1' });
      expect((await stat(paths.home)).uid).toBe(65534);
    },
  );

  it('is where SLIPWAY_HOME says, or where the platform keeps data', () => {
    expect(defaultHome({ SLIPWAY_HOME: 'relative' })).toBe(join(process.cwd(), 'relative'));
    expect(defaultHome({ XDG_DATA_HOME: '/data', SLIPWAY_HOME: '' })).toMatch(/^\/data\/slipway$|Application Support/);
  });
});
