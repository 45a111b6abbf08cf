/** What the page asks of the window: a file, a link. The person's part is played by stand-ins for the native dialogs. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../fixtures/electron-app.ts';
import { callOverNewPort, openBareDocument } from '../fixtures/page-port.ts';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { expect, test } from '../fixtures/test.ts';

interface Played {
  readonly asked: Record<string, unknown>[];
  readonly opened: string[];
}

/** Files are chosen as given, questions answered with this button, links only written down. */
async function play(app: SlipwayApp, answers: { file: string | null; button: number }): Promise<void> {
  await app.electron.evaluate(({ dialog, shell }, { file, button }) => {
    const played: Played = { asked: [], opened: [] };
    Object.assign(globalThis, { played });
    const ask = (args: unknown[]) => played.asked.push(args.at(-1) as Record<string, unknown>);
    dialog.showOpenDialog = async (...args: unknown[]) => {
      ask(args);
      return { canceled: file === null, filePaths: file === null ? [] : [file] };
    };
    dialog.showMessageBox = async (...args: unknown[]) => {
      ask(args);
      return { response: button, checkboxChecked: false };
    };
    shell.openExternal = async (url) => void played.opened.push(url);
  }, answers);
}

function played(app: SlipwayApp): Promise<Played> {
  return app.electron.evaluate(() => (globalThis as unknown as { played: Played }).played);
}

const call = (app: SlipwayApp, name: string, input: unknown) => app.page.evaluate(callOverNewPort, { name, input });

test.beforeEach(({ app }) => openBareDocument(app));

test('a chosen file is a token, and the next choice begins in its directory', async ({ app }) => {
  const file = join(await realpath(checkout), 'package.json');
  await play(app, { file, button: 0 });
  const pick = { title: 'A kernel', kind: 'file' };
  expect(await call(app, 'files.pick', pick)).toMatchObject({
    value: { file: { token: expect.stringMatching(/^path-/), shown: file } },
  });
  await call(app, 'files.pick', pick);
  const { asked } = await played(app);
  expect(asked[0]).toMatchObject({ title: 'A kernel', properties: ['openFile', 'showHiddenFiles'] });
  expect(asked[0]).not.toHaveProperty('defaultPath');
  expect(asked[1]).toMatchObject({ defaultPath: await realpath(checkout) });
});

test('no file is chosen', async ({ app }) => {
  await play(app, { file: null, button: 0 });
  expect(await call(app, 'files.pick', { title: 'A disk', kind: 'file' })).toMatchObject({ value: { file: null } });
});

test('a forwarded port is opened at once, the web after a question, anything else never', async ({ app }) => {
  await play(app, { file: null, button: 0 });
  await call(app, 'link.open', { url: 'http://127.0.0.1:8080/' });
  expect(await played(app)).toEqual({ asked: [], opened: ['http://127.0.0.1:8080/'] });

  await call(app, 'link.open', { url: 'https://example.com/a' });
  const { asked, opened } = await played(app);
  expect(asked).toEqual([expect.objectContaining({ detail: 'https://example.com/a', defaultId: 1, cancelId: 1 })]);
  expect(asked[0]?.message).toContain('example.com');
  expect(opened).toHaveLength(2);

  for (const url of ['file:///etc/passwd', 'smb://server/share', 'https://example.com@evil.example/']) {
    expect(await call(app, 'link.open', { url }), url).toMatchObject({ failure: { code: 'not_permitted' } });
  }
  expect((await played(app)).opened).toHaveLength(2);
});

test('a link that is not confirmed is not opened', async ({ app }) => {
  await play(app, { file: null, button: 1 });
  expect(await call(app, 'link.open', { url: 'https://example.com/' })).toMatchObject({
    failure: { code: 'cancelled' },
  });
  expect((await played(app)).opened).toEqual([]);
});
