// `npm start`: the application in a window, or in the browser where no window is possible.

import { spawn } from 'node:child_process';
import { ensureBuilt } from './build.mjs';
import { isEntry, isRoot, root, runScript } from './checkout.mjs';
import { setUp } from './setup.mjs';
import { becomeCommandLine } from './slipway.mjs';

export function hasDisplay(environment = process.env) {
  if (process.platform !== 'linux') return true;
  return Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
}

export function electronArguments(args) {
  // Chromium refuses to start as root with its sandbox on.
  return [...(isRoot() ? ['--no-sandbox'] : []), ...args];
}

export function electronEnvironment() {
  const environment = { ...process.env };
  // Some editors' terminals set this; Electron would start as a plain Node.
  delete environment.ELECTRON_RUN_AS_NODE;
  return environment;
}

/** Starts the built app; resolves to its exit code. */
export function launchApp(executable, args) {
  const child = spawn(executable, electronArguments([root, ...args]), {
    stdio: 'inherit',
    env: electronEnvironment(),
  });
  // A terminal's Ctrl-C reaches the app by itself; this process only waits, so that the app can ask before it quits.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const electron = await setUp({ purpose: hasDisplay() ? 'start' : 'serve' });
    await ensureBuilt();
    if (electron?.executable) {
      if (isRoot()) console.error("Running as root: Chromium's sandbox is off (--no-sandbox).");
      return launchApp(electron.executable, args);
    }
    console.error(`No ${electron ? 'Electron' : 'display'}: serving the same page to a browser instead.`);
    return becomeCommandLine(['serve', ...args]);
  });
}
