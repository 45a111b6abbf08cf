// `npm run dev`: the app, rebuilt while you type. A changed page is reloaded, a changed main process restarted: guests
// outlive both, the app finds them again.

import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { isEntry, root, runScript, Stop } from './checkout.mjs';
import { setUp } from './setup.mjs';
import { electronArguments, electronEnvironment, hasDisplay } from './start.mjs';

const debuggingPort = 9333;
const settleMs = 120;

function launch(executable, args) {
  const all = electronArguments([`--remote-debugging-port=${debuggingPort}`, root, ...args]);
  return spawn(executable, all, { stdio: 'inherit', env: electronEnvironment() });
}

/** Over Chromium's debugging protocol, so that the app itself has no door for this. */
async function reloadPages() {
  const { WebSocket } = await import('ws');
  const answer = await fetch(`http://127.0.0.1:${debuggingPort}/json/list`);
  for (const page of (await answer.json()).filter(({ type }) => type === 'page')) {
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    socket.on('open', () => socket.send(JSON.stringify({ id: 1, method: 'Page.reload' })));
    socket.on('message', () => socket.close());
    socket.on('error', (error) => console.error(`Cannot reload the page: ${error.message}`));
  }
}

async function develop(executable, args) {
  let app = launch(executable, args);
  // The app closing is the end of the session, unless it was closed to be started again.
  const endWithTheApp = () => app.once('exit', (code) => process.exit(code ?? 1));
  endWithTheApp();

  const rebuild = async () => {
    try {
      const built = await ensureBuilt();
      if (built.includes('main')) {
        app.removeAllListeners('exit');
        app.once('exit', () => {
          app = launch(executable, args);
          endWithTheApp();
        });
        app.kill();
      } else if (built.length > 0) {
        await reloadPages();
      }
    } catch (error) {
      // A half-typed line is no reason to end the session.
      console.error(error instanceof Stop ? error.message : error);
    }
  };

  let timer;
  let queue = Promise.resolve();
  for (const folder of ['src-shared', 'src-main', 'src-renderer', 'assets'].filter((name) =>
    existsSync(join(root, name)),
  )) {
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        queue = queue.then(rebuild);
      }, settleMs);
    });
  }
  return new Promise(() => {});
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    if (!hasDisplay()) throw new Stop('npm run dev needs a display. `npm start` serves the page to a browser.');
    const electron = await setUp({ purpose: 'start' });
    if (electron.executable === undefined) throw new Stop('npm run dev needs an Electron.');
    await ensureBuilt();
    return develop(electron.executable, args);
  });
}
