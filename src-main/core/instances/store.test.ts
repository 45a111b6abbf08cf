import { chmod, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { specOf } from '../engines/testing/spec-of.ts';
import { prepareHome } from '../home/prepare.ts';
import { type TempHome, tempHome } from '../testing/temp-home.ts';
import { InstanceStore } from './store.ts';

const now = new Date('2026-01-01T00:00:00.000Z');

let home: TempHome;
let store: InstanceStore;
beforeEach(async () => {
  home = await tempHome();
  store = new InstanceStore(await prepareHome(home.home));
});
afterEach(() => home.dispose());

function request(name: string) {
  const { id: _id, version: _version, createdAt: _createdAt, ...rest } = specOf({ name, guest: { kind: 'demo' } });
  return rest;
}

it('gives every instance an id of its own, however many come at once', async () => {
  const specs = await Promise.all(Array.from({ length: 8 }, () => store.create(request('Same name'), now)));
  const ids = specs.map(({ id }) => id).sort();
  expect(new Set(ids).size).toBe(8);
  expect((await readdir(home.paths.instances)).sort()).toEqual(ids);
  expect((await store.list()).map(({ spec }) => spec.state)).toEqual(Array(8).fill('ok'));
});

it('an instance that was never finished making is not seen, and goes', async () => {
  await store.create(request('whole'), now);
  const half = join(home.paths.instances, '.new-abc123');
  await mkdir(half);
  await writeFile(join(half, 'spec.json.0a1b2c.tmp'), '{');
  expect((await store.list()).map(({ id }) => id)).toEqual(['whole']);
  await store.tidy(now);
  expect(await readdir(home.paths.instances)).toEqual(['whole']);
});

const isRoot = process.getuid?.() === 0;
it.skipIf(isRoot)(
  `what cannot be written leaves nothing behind${isRoot ? ' (skipped: root may write everywhere)' : ''}`,
  async () => {
    await chmod(home.paths.instances, 0o500);
    await expect(store.create(request('x'), now)).rejects.toThrow();
    await chmod(home.paths.instances, 0o700);
    expect(await readdir(home.paths.instances)).toEqual([]);
  },
);

it('the trash keeps for two weeks, and gives back under the next free id', async () => {
  const { id } = await store.create(request('gone'), new Date());
  const { trash } = await store.trash(id, new Date());
  await store.create(request('gone'), new Date());
  await store.tidy(new Date());
  expect(await readdir(home.paths.trash)).toEqual([trash]);
  expect((await store.restore(trash)).id).toBe('gone-2');
  const again = await store.trash('gone-2', new Date());
  await store.tidy(new Date(Date.now() + 15 * 24 * 3600_000));
  expect(await readdir(home.paths.trash)).toEqual([]);
  await expect(store.restore(again.trash)).rejects.toMatchObject({ code: 'unknown_instance' });
});

it('the trash counts from the day of the deletion, not from what is in it', async () => {
  const { id } = await store.create(request('old'), new Date());
  const longAgo = new Date('2001-01-01T00:00:00Z');
  for (const path of [home.paths.instance(id).spec, home.paths.instance(id).directory])
    await utimes(path, longAgo, longAgo);
  const { trash } = await store.trash(id, new Date());
  await store.tidy(new Date());
  expect(await readdir(home.paths.trash)).toEqual([trash]);
});

it('what cannot be moved to the trash is said, with what to do, and is where it was', async () => {
  const { id } = await store.create(request('stays'), new Date());
  await rm(home.paths.trash, { recursive: true });
  await writeFile(home.paths.trash, 'no directory');
  const failure = await store.trash(id, new Date()).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'home_unusable',
    failure: { hint: expect.stringContaining('Nothing was changed') },
  });
  expect((await store.readSpec(id)).state).toBe('ok');
});

it('brings back what cannot be read: it is as broken as it was', async () => {
  const { id } = await store.create(request('damaged'), new Date());
  await writeFile(home.paths.instance(id).spec, '{ half');
  const { trash } = await store.trash(id, new Date());
  expect(await store.restore(trash)).toMatchObject({ id, spec: { state: 'broken' } });
  expect(await readdir(home.paths.trash)).toEqual([]);
  expect(await store.list()).toContainEqual(expect.objectContaining({ id }));
});
