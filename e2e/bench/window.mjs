/**
 * Row 12: from the start of the process to the first picture, and to a list that can be used, with few and with very
 * many stopped instances, against an Electron of the same runtime that shows one empty page. Needs a display
 * (xvfb-run -a node e2e/bench/window.mjs) and a build.
 *
 *     node e2e/bench/window.mjs [--rounds 5] [--app CHECKOUT]
 *
 * `--app`: another checkout, for before and after. Ends only what it started.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { median, numberAfter, root } from './bundle.mjs';
import { report } from './row.mjs';

const counts = [1, 100, 1000];
const mostMs = 300;
const deadlineMs = 120_000;
const row = { row: 12, work: 'window: first picture, list usable', against: 'an empty Electron window' };
const aim = `<= +${mostMs} ms`;

process.exit(await main());

async function main() {
  const found = electron();
  if (found === null || process.env.DISPLAY === undefined) {
    report({ ...row, figures: { missing: found === null ? 'Electron' : 'a display' }, aim, met: null });
    return 0;
  }
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bw-')));
  try {
    const at = process.argv.indexOf('--app');
    const app = at < 0 ? root : process.argv[at + 1];
    const empty = emptyApplication(scratch);
    const homes = counts.map((count) => storedHome(scratch, count));
    const kinds = [
      { name: 'empty', run: () => timed(found, empty, join(scratch, 'e'), `document.querySelector('p')`) },
      ...counts.map((count, index) => ({
        name: String(count),
        run: () => timed(found, app, homes[index], `document.querySelector('[role=option]')`),
      })),
    ];
    const times = Object.fromEntries(kinds.map(({ name }) => [name, []]));
    // One unmeasured start of each: caches of the runtime, of the page's code, of the host's examination.
    for (const { run } of kinds) await run();
    for (let round = 0; round < numberAfter('--rounds', 5); round++)
      for (let turn = 0; turn < kinds.length; turn++) {
        const { name, run } = kinds[(round + turn) % kinds.length];
        times[name].push(await run());
      }
    const middle = (name, what) => Math.round(median(times[name].map((time) => time[what])));
    const figures = Object.fromEntries(
      counts.flatMap((count) =>
        ['paintMs', 'listMs'].map((what) => [
          `${what} +, ${count}`,
          middle(String(count), what) - middle('empty', what),
        ]),
      ),
    );
    figures['empty ms'] = middle('empty', 'listMs');
    const most = Math.max(...counts.map((count) => figures[`listMs +, ${count}`]));
    report({ ...row, figures, ratio: null, aim, met: most <= mostMs });
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

function electron() {
  if (process.env.SLIPWAY_TEST_ELECTRON) return process.env.SLIPWAY_TEST_ELECTRON;
  try {
    return execFileSync(process.execPath, [join(root, 'scripts', 'electron-runtime.mjs')], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function emptyApplication(scratch) {
  const directory = join(scratch, 'empty');
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), '{"name":"empty","main":"main.js"}');
  writeFileSync(join(directory, 'page.html'), '<p>empty</p>');
  writeFileSync(
    join(directory, 'main.js'),
    `const { app, BrowserWindow } = require('electron');
     app.setPath('userData', process.env.SLIPWAY_HOME);
     app.whenReady().then(() => {
       const window = new BrowserWindow({ width: 1280, height: 800, show: false });
       window.once('ready-to-show', () => window.show());
       window.loadFile('page.html');
     });
     process.on('SIGTERM', () => app.exit(0));`,
  );
  return directory;
}

function storedHome(scratch, count) {
  const home = join(scratch, `h${count}`);
  for (let index = 1; index <= count; index++) {
    const id = `guest-${String(index).padStart(4, '0')}`;
    mkdirSync(join(home, 'instances', id), { recursive: true, mode: 0o700 });
    const spec = { version: 1, id, name: id, createdAt: '2026-01-02T03:04:05.000Z', guest: { kind: 'demo' } };
    writeFileSync(join(home, 'instances', id, 'spec.json'), JSON.stringify(spec), { mode: 0o600 });
  }
  execFileSync('chmod', ['700', home]);
  return home;
}

/** Milliseconds from the start of the process to the first picture, and to what `wanted` finds. */
async function timed(executable, app, home, wanted) {
  const startedAt = Date.now();
  const flags = ['--remote-debugging-port=0', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const child = spawn(executable, [...flags, app], {
    env: { ...process.env, SLIPWAY_HOME: home, SLIPWAY_QUIT: 'leave', SLIPWAY_FFX_INSTANCES: join(home, 'no-ffx') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    const port = await portOf(child);
    const socket = new WebSocket(await pageOf(port));
    await once(socket, 'open');
    const code = `new Promise((resolve) => {
      const look = () => {
        if (!${wanted}) return requestAnimationFrame(look);
        const [paint] = performance.getEntriesByName('first-contentful-paint');
        if (!paint) return requestAnimationFrame(look);
        resolve([performance.timeOrigin + paint.startTime, performance.timeOrigin + performance.now()]);
      };
      look();
    })`;
    const [paint, list] = await evaluate(socket, code);
    socket.terminate();
    return { paintMs: paint - startedAt, listMs: list - startedAt };
  } finally {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

async function portOf(child) {
  let said = '';
  child.stderr.setEncoding('utf8');
  for await (const text of child.stderr) {
    said += text;
    const port = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return port;
  }
  throw new Error(`it ended without a port:\n${said}`);
}

async function pageOf(port) {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    const targets = await fetch(`http://127.0.0.1:${port}/json`).then((answer) => answer.json());
    // Not before its address is there: an answer to a page that is being left never comes.
    const page = targets.find(({ type, url }) => type === 'page' && /^(app|file):/.test(url));
    if (page !== undefined) return page.webSocketDebuggerUrl;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('there is no page');
}

/** Asked again where the page was only on its way. */
async function evaluate(socket, expression) {
  for (let id = 1; ; id++) {
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    for (;;) {
      const [data] = await once(socket, 'message');
      const message = JSON.parse(String(data));
      if (message.id !== id) continue;
      const value = message.result?.result?.value;
      if (value !== undefined) return value;
      break;
    }
  }
}
