import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importsOf, measurePage, scriptsOf } from './page-budget.mjs';

let page;
beforeEach(() => {
  page = mkdtempSync(join(tmpdir(), 'page-'));
  mkdirSync(join(page, 'assets'));
  writeFileSync(join(page, 'index.html'), '<script type="module" crossorigin src="./assets/index-a.js"></script>');
});
afterEach(() => rmSync(page, { recursive: true, force: true }));

const script = (name, code, bytes = 0) =>
  writeFileSync(join(page, 'assets', name), `${code}\n//${randomBytes(bytes).toString('base64')}`);

test('what is imported at once is counted, what is imported by a call is not', () => {
  expect(importsOf('import{n as e}from"./shared-b.js";import"./side.js";export*from"./c.js";')).toEqual([
    'shared-b.js',
    'side.js',
    'c.js',
  ]);
  expect(importsOf('let x=()=>import(`./later-d.js`),y=import("./later-e.js");')).toEqual([]);
  expect(scriptsOf('<link rel="modulepreload" href="./assets/a.js"><script src="./assets/b.js">')).toEqual(['b.js']);
});

test('a first picture that grew too large is an error, also by what it imports', async () => {
  script('index-a.js', 'import"./shared-b.js";import("./later-c.js")', 1000);
  script('shared-b.js', '', 200 * 1024);
  script('later-c.js', '', 600 * 1024);
  expect(await measurePage(page)).toMatchObject({
    text: expect.stringMatching(/20\d KiB for.*60\d KiB later/),
    errors: [],
  });
  script('shared-b.js', '', 400 * 1024);
  expect((await measurePage(page)).errors).toEqual([expect.stringContaining('limit is 350')]);
});
