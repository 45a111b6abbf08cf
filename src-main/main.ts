/** Electron entry: places Electron's own files, then opens the shell on the home. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { toFailure } from '../src-shared/contract/errors.ts';
import { registerAppScheme } from './shell/app-protocol.ts';
import { claimHome } from './shell/claim-home.ts';
import { showFatalFailure } from './shell/dialogs.ts';
import { quietChromium } from './shell/hardening.ts';
import { openShell } from './shell/shell.ts';

process.umask(0o077);
// A terminal that is gone must not end the application.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** False where nobody can answer a question; see quitting.ts. */
const attended = process.env.SLIPWAY_QUIT !== 'leave';
const output = join(dirname(fileURLToPath(import.meta.url)), '..');

quietChromium();
registerAppScheme();
// Electron holds `ready` back until this module has finished, so this is settled before Chromium opens its first file.
const home = await claimHome();

process.once('uncaughtException', (error) => void fail(error));
// Not awaited here: it would wait for itself.
void app.whenReady().then(open).catch(fail);

async function open(): Promise<void> {
  if ('failure' in home) return end(home.failure);
  await openShell(
    {
      paths: home.paths,
      // QEMU opens these by their paths, and it cannot look into an archive.
      assetsDirectory: join(output, 'assets').replace('app.asar', 'app.asar.unpacked'),
      page: join(output, 'renderer'),
      preload: join(output, 'main', 'preload.cjs'),
    },
    attended,
  );
}

async function fail(error: unknown): Promise<void> {
  await end(toFailure(error));
}

async function end(failure: ReturnType<typeof toFailure>): Promise<void> {
  // The window that has the home is in front now: this is what was wanted.
  if (failure.code === 'owner_busy' && failure.cause === undefined) return app.exit(0);
  await app.whenReady();
  await showFatalFailure(failure, attended);
  app.exit(1);
}
