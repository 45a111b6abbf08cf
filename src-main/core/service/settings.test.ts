import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostCalls } from '../../../src-shared/contract/calls/host.ts';
import { settingsSchema } from '../../../src-shared/model/settings.ts';
import { pathsOf } from '../home/paths.ts';
import { SettingsFile } from './settings.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'settings-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('changes that come at the same time all count', async () => {
  const settings = await SettingsFile.open(pathsOf(home));
  await Promise.all([
    settings.set({ theme: 'dark' }),
    settings.set({ fontSize: 20 }),
    settings.set({ copyOnSelect: true }),
  ]);
  const expected = { theme: 'dark', fontSize: 20, copyOnSelect: true };
  expect(settings.current).toMatchObject(expected);
  expect((await SettingsFile.open(pathsOf(home))).current).toMatchObject(expected);
});

it('a broken file is put aside, and everything has its default', async () => {
  await writeFile(pathsOf(home).settings, '{"theme": "purple"}');
  expect((await SettingsFile.open(pathsOf(home))).current).toEqual(settingsSchema.parse({}));
  expect(await readFile(`${pathsOf(home).settings}.broken`, 'utf8')).toContain('purple');
});

it('a change of one setting, as it comes over the contract, leaves every other as it is', async () => {
  const settings = await SettingsFile.open(pathsOf(home));
  const { input } = hostCalls['settings.set'];
  await settings.set(input.parse({ fontSize: 20, onQuit: 'leave' }));
  await settings.set(input.parse({ theme: 'dark' }));
  expect(settings.current).toMatchObject({ fontSize: 20, onQuit: 'leave', theme: 'dark' });
  expect(input.safeParse({ theme: 'purple' }).success).toBe(false);
  expect(input.safeParse({ colour: 'red' }).success).toBe(false);
});
