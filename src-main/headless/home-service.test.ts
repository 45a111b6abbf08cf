import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Paths } from '../core/home/paths.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { silentLog } from '../core/kit/log.ts';
import { HomeService } from './home-service.ts';
import { SessionClient } from './session-client.ts';
import { asUser, openHome, preparedHome } from './testing/open-home.ts';

let cleanups: CleanupStack;
let paths: Paths;
beforeEach(async () => {
  cleanups = new CleanupStack();
  paths = await preparedHome(cleanups);
});
afterEach(() => cleanups.close());

async function claim(): Promise<HomeService> {
  const assetsDirectory = join(import.meta.dirname, '../../assets');
  const service = await HomeService.claim({ paths, assetsDirectory, kind: 'window', log: silentLog, abilities: {} });
  cleanups.add(() => service.dispose());
  return service;
}

it('a home is claimed before it is read, and what is asked meanwhile is answered then', async () => {
  const service = await claim();
  const client = SessionClient.over(service, asUser);
  cleanups.add(() => client.close());
  let answered = false;
  const asked = client.call('instance.list', {}).finally(() => {
    answered = true;
  });
  expect([service.isOwner, answered]).toEqual([false, false]);
  await service.read();
  expect(await asked).toEqual([]);
  expect(service.isOwner).toBe(true);
  // It is an owner like any other: a second face becomes its client.
  const other = SessionClient.over(await openHome(paths, cleanups), asUser);
  cleanups.add(() => other.close());
  expect(await other.call('owner.describe', {})).toMatchObject({ kind: 'window' });
});

it('a newcomer claims the home of an owner that is no window', async () => {
  const before = await openHome(paths, cleanups);
  const client = SessionClient.over(before, asUser);
  cleanups.add(() => client.close());
  const service = await claim();
  expect(before.isOwner).toBe(false);
  const asked = client.call('instance.list', {});
  await service.read();
  expect(await asked).toEqual([]);
  expect([before.isOwner, service.isOwner]).toEqual([false, true]);
});

it('a home that cannot be read says why, and is nobody’s afterwards', async () => {
  const service = await claim();
  await rm(paths.instances, { recursive: true });
  await writeFile(paths.instances, 'no directory');
  await expect(service.read()).rejects.toThrow('ENOTDIR');
  await rm(paths.instances);
  await mkdir(paths.instances);
  expect((await openHome(paths, cleanups)).isOwner).toBe(true);
});

it('a claimed home that is never read is let go of', async () => {
  await (await claim()).dispose();
  expect((await openHome(paths, cleanups)).isOwner).toBe(true);
});

it('one that is let go of while it is read ends in good order', async () => {
  const service = await claim();
  const reading = service.read();
  await service.dispose();
  await reading;
  expect((await openHome(paths, cleanups)).isOwner).toBe(true);
});
