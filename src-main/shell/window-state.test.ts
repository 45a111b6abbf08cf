import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { pathsOf } from '../core/home/paths.ts';
import { consoleSizes, placeWindow, WindowState } from './window-state.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const second = { x: 1440, y: 0, width: 2560, height: 1440 };

test('the first start has the preferred size, or what fits', () => {
  expect(placeWindow(null, [second])).toEqual({ width: 1280, height: 800 });
  expect(placeWindow(null, [{ x: 0, y: 0, width: 1024, height: 700 }])).toEqual({ width: 1024, height: 700 });
});

test('it comes back where it was, on any display', () => {
  const bounds = { x: 2000, y: 100, width: 1500, height: 900 };
  expect(placeWindow(bounds, [laptop, second])).toEqual(bounds);
});

test.each([
  ['on a display that is gone', { x: 2000, y: 100, width: 1500, height: 900 }],
  ['with its title bar above the screen', { x: 100, y: -500, width: 1000, height: 900 }],
  ['with too little to get hold of', { x: 1400, y: 100, width: 1000, height: 700 }],
])('a place %s is forgotten', (_what, bounds) => {
  expect(placeWindow(bounds, [laptop])).not.toHaveProperty('x');
});

test('larger than the display: cut to it', () => {
  expect(placeWindow({ x: 10, y: 30, width: 3000, height: 2000 }, [laptop])).toEqual({
    x: 10,
    y: 30,
    width: 1440,
    height: 875,
  });
});

test('what is remembered is on disk when it says so, and a broken file is no obstacle', async () => {
  const home = await mkdtemp(join(tmpdir(), 'slip-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const paths = pathsOf(home);
  await mkdir(paths.electron);
  await writeFile(join(paths.electron, 'window.json'), '{"bounds": 3}');
  const state = await WindowState.open(paths);
  expect(state.current).toEqual({
    bounds: null,
    maximised: false,
    fileDirectory: null,
    consoles: {},
  });
  state.remember({ maximised: true });
  state.remember({ fileDirectory: '/images' });
  await state.settled();
  expect(JSON.parse(await readFile(join(paths.electron, 'window.json'), 'utf8'))).toMatchObject({
    maximised: true,
    fileDirectory: '/images',
  });
  expect((await WindowState.open(paths)).current.fileDirectory).toBe('/images');
});

test('a console’s window may be small, and the ones that were moved last are remembered', async () => {
  const bounds = { x: 40, y: 60, width: 500, height: 300 };
  expect(placeWindow(bounds, [laptop], consoleSizes)).toEqual(bounds);
  expect(placeWindow(null, [laptop], consoleSizes)).toEqual({ width: 840, height: 560 });
  const home = await mkdtemp(join(tmpdir(), 'slip-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const paths = pathsOf(home);
  await mkdir(paths.electron);
  const state = await WindowState.open(paths);
  for (let n = 0; n < 60; n++) state.rememberConsole(`guest-${n}`, { ...bounds, x: n });
  state.rememberConsole('guest-20', bounds);
  await state.settled();
  const { consoles } = (await WindowState.open(paths)).current;
  expect(Object.keys(consoles)).toHaveLength(50);
  expect(consoles['guest-20']).toEqual(bounds);
  expect(Object.keys(consoles).at(-1)).toBe('guest-20');
  expect(consoles['guest-5']).toBeUndefined();
});
