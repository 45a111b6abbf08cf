/**
 * What the system and Chromium do to the application, and what becomes of it: closing, signals, a crashed page, a crashed
 * GPU process. In none of these cases does anything change for a guest.
 */
import { app, type BrowserWindow, dialog } from 'electron';
import type { Log } from '../core/kit/log.ts';
import { unawaited } from '../core/kit/unawaited.ts';
import type { Quitting } from './quitting.ts';
import { shellStrings } from './strings.ts';
import { bringToFront } from './window.ts';

export function followLifecycle(window: BrowserWindow, quitting: Quitting, attended: boolean, log: Log): void {
  const askInstead = (event: { preventDefault(): void }) => {
    if (quitting.isLeaving) return;
    event.preventDefault();
    quitting.request();
  };
  window.on('close', askInstead);
  app.on('before-quit', askInstead);
  // The page's own title would replace the countdown.
  window.on('page-title-updated', (event) => event.preventDefault());
  app.on('activate', () => bringToFront(window));
  const leave = () => unawaited(quitting.leave(), 'Slipway could not be left', log);
  // After `ready`, because Chromium puts its own handlers in place before it. A signal is not a question.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    // Chromium starts its helpers again by itself, the GPU's with software drawing after a few tries.
    log.warn('a helper process ended', { type, reason, exitCode });
  });
  revivePage(window, log, {
    isEnding: () => quitting.isLeaving,
    giveUp: () => {
      if (attended) unawaited(offerReload(window, quitting), 'a reload could not be offered', log);
      else leave();
    },
  });
}

/** A console's window: one that keeps crashing closes. */
export function reviveConsole(window: BrowserWindow, log: Log): void {
  revivePage(window, log, { isEnding: () => false, giveUp: () => window.destroy() });
}

const crashesInARow = 3;
const rowMs = 60_000;

interface Reviving {
  isEnding(): boolean;
  /** It crashed too often. */
  giveUp(): void;
}

function revivePage(window: BrowserWindow, log: Log, { isEnding, giveUp }: Reviving): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (isEnding() || reason === 'clean-exit') return;
    log.error('the page crashed', { reason, exitCode });
    const now = performance.now();
    crashes = [...crashes.filter((at) => now - at < rowMs), now];
    if (crashes.length <= crashesInARow) window.webContents.reload();
    else {
      crashes = [];
      giveUp();
    }
  });
}

async function offerReload(window: BrowserWindow, quitting: Quitting): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: shellStrings.crash.message,
    detail: shellStrings.crash.detail,
    buttons: [shellStrings.crash.reload, shellStrings.quit],
    noLink: true,
  });
  if (response === 0) window.webContents.reload();
  else await quitting.leave();
}
