/** Electron entry: places Electron's own files, makes the home its own, and opens the window on it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { type Failure, toFailure } from '../src-shared/contract/errors.ts';
import { registerAppScheme } from './shell/app-protocol.ts';
import { claimHome, isAlreadyOpen } from './shell/claim-home.ts';
import { showFatalFailure } from './shell/dialogs.ts';
import { quietChromium } from './shell/hardening.ts';
import { type OpenHome, openHome, openWindow } from './shell/shell.ts';

process.umask(0o077);
// A terminal that is gone must not end the application.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.once('uncaughtException', (error) => fatal(toFailure(error)));

/** False where nobody can answer a question; see quitting.ts. */
const attended = process.env.SLIPWAY_QUIT !== 'leave';
const output = join(dirname(fileURLToPath(import.meta.url)), '..');
// QEMU opens the assets by their paths, and it cannot look into an archive: packaged, they lie beside it.
const assets = join(app.isPackaged ? process.resourcesPath : output, 'assets');

quietChromium();
registerAppScheme();
// Electron holds `ready` back until this module has finished. So Chromium's files are where they belong before it opens
// the first of them, and a second application is gone before it opens any.
const home = await open().catch(toFailure);
if ('service' in home)
  app
    .whenReady()
    .then(() => show(home))
    .catch((error) => fatal(toFailure(error)));
// The window that has the home is in front now: this is what was wanted.
else if (isAlreadyOpen(home)) app.exit(0);
// Not awaited: a dialog waits for `ready`, and `ready` for this module.
else fatal(home);

async function open(): Promise<OpenHome> {
  return openHome(await claimHome(), assets);
}

async function show(opened: OpenHome): Promise<void> {
  const places = {
    page: join(output, 'renderer'),
    preload: join(output, 'main', 'preload.cjs'),
    trayIcon: join(assets, 'icons', '24x24.png'),
  };
  await openWindow(opened, places, attended);
}

function fatal(failure: Failure): void {
  // Whatever keeps it from being shown: nothing else is left to do.
  end(failure).catch(() => app.exit(1));
}

async function end(failure: Failure): Promise<void> {
  await app.whenReady();
  await showFatalFailure(failure, attended);
  app.exit(1);
}
