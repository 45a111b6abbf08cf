/** The end of the application with a guest running: asked once, and what is chosen is what happens. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { instances, slipway, startDemo } from '../fixtures/command-line.ts';
import { startInElectron } from '../fixtures/electron-app.ts';
import { exited } from '../fixtures/processes.ts';
import { expect, test } from '../fixtures/test.ts';

const missing = process.env.SLIPWAY_TEST_ELECTRON_MISSING;
test.skip(missing !== undefined, missing ?? '');

/** An application whose native questions are answered with the button of this number. */
async function startAnswering(home: string, button: number) {
  const run = await startInElectron(home, () => undefined, { SLIPWAY_QUIT: 'ask' });
  await run.application.evaluate(({ dialog }, response) => {
    const questions: unknown[] = [];
    Object.assign(globalThis, { questions });
    dialog.showMessageBox = async (...args: unknown[]) => {
      questions.push(args.at(-1));
      return { response, checkboxChecked: false };
    };
  }, button);
  return { ...run, child: run.application.process() };
}

function questionsAsked(application: ElectronApplication): Promise<Record<string, unknown>[]> {
  return application.evaluate(() => (globalThis as unknown as { questions: Record<string, unknown>[] }).questions);
}

async function closeWindow(application: ElectronApplication): Promise<void> {
  await application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

test('cancelled: window and guest stay; the question names the guest and leaves it by default', async ({ home }) => {
  const { application, kill } = await startAnswering(home, 2);
  await startDemo(home, 'guest one');
  await closeWindow(application);
  await expect.poll(async () => (await questionsAsked(application)).length).toBe(1);
  const [question] = await questionsAsked(application);
  expect(question).toMatchObject({ buttons: ['Leave Running', 'Shut Down', 'Cancel'], defaultId: 0, cancelId: 2 });
  expect(question?.detail).toContain('guest one: ready');
  expect(await application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  await kill();
  expect(await instances(home)).toEqual([expect.objectContaining({ state: 'ready' })]);
  test.info().annotations.push({ type: 'leaves guests' });
});

test('left running: the application ends with 0 and the guest runs on', async ({ home }) => {
  const { application, child } = await startAnswering(home, 0);
  const { pid } = await startDemo(home, 'steady');
  await closeWindow(application);
  expect(await exited(child, 10_000)).toBe(true);
  expect(child.exitCode).toBe(0);
  expect(await instances(home)).toEqual([expect.objectContaining({ pid, state: 'ready' })]);
  test.info().annotations.push({ type: 'leaves guests' });
});

test('shut down: the guest is asked to power off, then the application ends with 0', async ({ home }) => {
  const { application, child } = await startAnswering(home, 1);
  await startDemo(home, 'steady');
  await closeWindow(application);
  expect(await exited(child, 20_000)).toBe(true);
  expect(child.exitCode).toBe(0);
  expect(await instances(home)).toEqual([expect.objectContaining({ state: 'stopped', pid: null })]);
});

test('a guest that does not answer: a countdown is shown, and quitting again ends it at once', async ({ home }) => {
  const { application, child } = await startAnswering(home, 1);
  await startDemo(home, 'deaf');
  await slipway(home, 'pause', 'deaf');
  await closeWindow(application);
  const title = () => application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());
  await expect.poll(title).toMatch(/shutting down 1 guest, \d+ s at most/);
  await closeWindow(application);
  expect(await exited(child, 8000)).toBe(true);
  expect(await instances(home)).toEqual([expect.objectContaining({ state: 'stopped', pid: null })]);
});

test('without a guest nothing is asked; a signal asks nothing either', async ({ home }) => {
  const first = await startAnswering(home, 2);
  await closeWindow(first.application);
  expect(await exited(first.child, 10_000)).toBe(true);
  const second = await startAnswering(home, 2);
  await startDemo(home, 'steady');
  second.child.kill('SIGTERM');
  expect(await exited(second.child, 10_000)).toBe(true);
  expect(second.child.exitCode).toBe(0);
  test.info().annotations.push({ type: 'leaves guests' });
});

test('everything Electron writes is below the home, for this user alone', async ({ home }) => {
  const user = join(home, 'user');
  await mkdir(user);
  const slipwayHome = join(home, 'home');
  const run = await startInElectron(slipwayHome, () => undefined, {
    HOME: user,
    XDG_CONFIG_HOME: '',
    XDG_DATA_HOME: '',
  });
  const places = await run.application.evaluate(({ app }) =>
    (['userData', 'sessionData', 'crashDumps', 'logs'] as const).map((name) => app.getPath(name)),
  );
  for (const place of places) expect(place.startsWith(join(slipwayHome, 'electron'))).toBe(true);
  await run.close();
  // GTK keeps a cache of its own there, in every application.
  expect((await readdir(user)).filter((name) => name !== '.cache')).toEqual([]);
  expect(await readdir(join(slipwayHome, 'electron'))).toContain('window.json');
  for (const path of await readdir(slipwayHome, { recursive: true })) {
    expect((await stat(join(slipwayHome, path))).mode & 0o077, path).toBe(0);
  }
});
