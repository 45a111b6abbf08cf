/** Puts everything Electron writes below the Slipway home. Must be done before `ready`, when Chromium opens its files. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { Failure } from '../../src-shared/contract/errors.ts';
import { defaultHome, type Paths } from '../core/home/paths.ts';
import { prepareHome } from '../core/home/prepare.ts';

/** Throws `home_unusable`. It can be shown all the same: Electron's files are somewhere harmless then. */
export async function claimHome(): Promise<Paths> {
  try {
    const paths = await prepareHome(defaultHome());
    placeElectron(paths.electron);
    return paths;
  } catch (error) {
    const temporary = mkdtempSync(join(tmpdir(), 'slipway-'));
    // As good as it gets: Chromium may make it once more, empty, while it goes down.
    process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
    placeElectron(temporary);
    throw error;
  }
}

/** Another window has the home and is in front now. The other `owner_busy`, which does not answer, has a cause. */
export function isAlreadyOpen({ code, cause }: Failure): boolean {
  return code === 'owner_busy' && cause === undefined;
}

function placeElectron(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  app.setPath('userData', directory);
  app.setPath('sessionData', directory);
  app.setPath('crashDumps', join(directory, 'crashes'));
  app.setAppLogsPath(join(directory, 'logs'));
}
