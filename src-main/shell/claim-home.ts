/** Puts everything Electron writes below the Slipway home. Must be done before `ready`, when Chromium opens its files. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { type Failure, toFailure } from '../../src-shared/contract/errors.ts';
import { defaultHome, type Paths } from '../core/home/paths.ts';
import { prepareHome } from '../core/home/prepare.ts';

export type ClaimedHome = { readonly paths: Paths } | { readonly failure: Failure };

/** Never throws: the failure has to be shown, and that needs a running Electron, and that needs some directory. */
export async function claimHome(): Promise<ClaimedHome> {
  try {
    const paths = await prepareHome(defaultHome());
    placeElectron(paths.electron);
    return { paths };
  } catch (error) {
    const temporary = mkdtempSync(join(tmpdir(), 'slipway-'));
    process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
    placeElectron(temporary);
    return { failure: toFailure(error) };
  }
}

function placeElectron(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  app.setPath('userData', directory);
  app.setPath('sessionData', directory);
  app.setPath('crashDumps', join(directory, 'crashes'));
  app.setAppLogsPath(join(directory, 'logs'));
}
