// What README promises of `npm start`, tried on the machine it runs on; it prints a line for each promise kept, and
// ends with 1 at the first that is not.
//   node scripts/first-start.mjs             without a display: a page at a printed address
//   node scripts/first-start.mjs --window    on the display that there is

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEntry, root, run, runScript, Stop } from './checkout.mjs';

const firstLine = 'Slipway demo guest';
/** Packages, the page's build and a browser engine come with the first start. */
const firstStartMs = 15 * 60_000;

/** `npm start` as a person types it; `said` grows with what it prints. */
function npmStart(args) {
  // A group of its own: whatever npm started can be ended with it.
  const child = spawn('npm', ['start', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const started = { child, said: '', ended: new Promise((resolve) => child.on('close', resolve)) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => {
      started.said += data;
      process.stderr.write(data);
    });
  }
  return started;
}

async function waitFor(started, what, look) {
  const deadline = Date.now() + firstStartMs;
  let hasEnded = false;
  started.ended.then(() => {
    hasEnded = true;
  });
  for (;;) {
    const found = await look();
    if (found) return found;
    if (hasEnded) throw new Stop(`npm start ended without ${what}`);
    if (Date.now() > deadline) throw new Stop(`after ${firstStartMs / 60_000} minutes there is still no ${what}`);
    await sleep(100);
  }
}

async function slipway(...args) {
  const { code, text } = await run('npm', ['run', '-s', 'slipway', '--', ...args], { output: 'capture' });
  if (code !== 0) throw new Stop(`slipway ${args.join(' ')} ended with ${code}:\n${text.trim()}`);
  return text;
}

async function pageAnswers(started) {
  const address = await waitFor(started, 'an address', () => /http:\/\/\S+/.exec(started.said)?.[0]);
  const answer = await fetch(address);
  const page = await answer.text();
  if (answer.status !== 200 || !page.includes('<title>Slipway</title>')) {
    throw new Stop(`the page answers ${answer.status}:\n${page.slice(0, 400)}`);
  }
  console.log('ok   the page answers at the printed address');
}

/** Chromium's debugging port tells which pages its windows show. */
async function windowOpens(started, profile) {
  const port = await waitFor(started, 'a debugging port', () => {
    try {
      return Number(readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0]);
    } catch {
      return /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(started.said)?.[1];
    }
  });
  const title = await waitFor(started, 'a window with the page', async () => {
    const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    return pages.find(({ type, title }) => type === 'page' && title.includes('Slipway'))?.title;
  });
  console.log(`ok   a window opens: ${title}`);
}

async function demoGuestSpeaks() {
  await slipway('start', '--demo');
  const [instance] = JSON.parse(await slipway('list', '--machine', 'json'));
  const log = await slipway('logs', instance.id);
  if (!log.startsWith(firstLine)) throw new Stop(`the demo guest did not begin with "${firstLine}":\n${log}`);
  console.log(`ok   the demo guest has printed its first line: ${log.split('\n')[0].trim()}`);
  await slipway('stop', instance.id);
  console.log('ok   the demo guest stops');
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const inWindow = args.includes('--window');
    const profile = mkdtempSync(join(tmpdir(), 'first-start-'));
    const started = npmStart(inWindow ? ['--', '--remote-debugging-port=0', `--user-data-dir=${profile}`] : []);
    try {
      await (inWindow ? windowOpens(started, profile) : pageAnswers(started));
      await demoGuestSpeaks();
      started.child.kill('SIGTERM');
      await started.ended;
      console.log('ok   it ends when it is told to');
      return 0;
    } finally {
      try {
        process.kill(-started.child.pid, 'SIGKILL');
      } catch {}
      rmSync(profile, { recursive: true, force: true });
    }
  });
}
