/**
 * shell/ owns everything that imports electron: the windows, the page's origin and its confinement, native dialogs, the
 * menu, the end of the application. It is a face: it must never hold what a guest needs, decide what a guest's state is,
 * or offer the page anything that is not in the contract.
 */
import { appendFile } from 'node:fs';
import { nativeTheme } from 'electron';
import { toFailure } from '../../src-shared/contract/errors.ts';
import type { Settings } from '../../src-shared/model/settings.ts';
import type { Paths } from '../core/home/paths.ts';
import { type Log, lineLog } from '../core/kit/log.ts';
import { unawaited } from '../core/kit/unawaited.ts';
import type { ClientIdentity, FaceAbilities } from '../core/service/client.ts';
import { SettingsFile } from '../core/service/settings.ts';
import { HomeService } from '../headless/home-service.ts';
import { SessionClient } from '../headless/session-client.ts';
import { serveAppProtocol } from './app-protocol.ts';
import { createAbilities } from './dialogs.ts';
import { GuestViews } from './guest-views.ts';
import { harden } from './hardening.ts';
import { followLifecycle, reviveConsole } from './lifecycle.ts';
import { installMenu } from './menu.ts';
import { notifyOfGuests } from './notifications.ts';
import { Quitting } from './quitting.ts';
import { stopGuests } from './running-guests.ts';
import { GuestTray } from './tray.ts';
import { WindowState } from './window-state.ts';
import { Windows } from './windows.ts';

/** A home this process has, before there is a window: which of two applications gets it is settled without one. */
export interface OpenHome {
  readonly paths: Paths;
  readonly log: Log;
  readonly service: HomeService;
  /** As they were last saved: the first picture has the right look without the core. */
  readonly settings: Settings;
  readonly state: WindowState;
  readonly abilities: FaceAbilities;
  /** Filled when the windows are there; until then dialogs are answered with no. */
  readonly slot: { windows: Windows | null };
}

/**
 * Makes the home this process's own, and does not read it yet. Rejects with `owner_busy` when another window has it
 * (that one is in front then); nothing is left behind in that case.
 */
export async function openHome(paths: Paths, assetsDirectory: string): Promise<OpenHome> {
  const log = lineLog((line) => appendFile(paths.log, `${line}\n`, () => undefined));
  logRejections(log);
  const state = await WindowState.open(paths);
  const slot: OpenHome['slot'] = { windows: null };
  const abilities = createAbilities(() => slot.windows?.main ?? null, slot, state);
  const service = await HomeService.claim({ paths, assetsDirectory, kind: 'window', log, abilities });
  const { current: settings } = await SettingsFile.open(paths);
  return { paths, log, service, settings, state, abilities, slot };
}

export interface WindowPlaces {
  /** Directory of the built page. */
  readonly page: string;
  readonly preload: string;
  /** The icon in the tray. */
  readonly trayIcon: string;
}

/**
 * After `ready`. The home is read beside the window: its page is drawn meanwhile, and what it asks for is answered when
 * that is done. A home that cannot be read is told in the window. `attended`: somebody is there to read and to answer.
 */
export async function openWindow(home: OpenHome, places: WindowPlaces, attended: boolean): Promise<void> {
  const { paths, log, service, state } = home;
  // The shell's own session: as the user, because the person at this window is.
  const client = SessionClient.over(service, identity('user', {}));
  const settings = followSettings(client, home.settings);
  settings.onChange((now) => {
    nativeTheme.themeSource = now.theme;
  });
  harden();
  serveAppProtocol(places.page);
  const windows = new Windows({
    preload: places.preload,
    state,
    service,
    log,
    identityOf: (window) =>
      identity(
        'page',
        createAbilities(() => window, home.slot, state),
      ),
    onOpened: (window) => reviveConsole(window, log),
  });
  home.slot.windows = windows;
  let isRead = false;
  const quitting = new Quitting({
    window: windows.main,
    client,
    attended,
    log,
    isRead: () => isRead,
    onQuit: () => settings.current.onQuit,
    async release() {
      windows.release();
      client.close();
      await Promise.all([service.dispose(), state.settled()]);
    },
  });
  installMenu({ front: () => windows.front, logPath: paths.log, home: paths.home, quit: () => quitting.request() });
  followLifecycle(windows.main, quitting, attended, log);
  const loading = windows.load();
  // After the page was asked for: its files are read before the home's.
  const reading = service.read().then(
    () => {
      isRead = true;
    },
    async (error: unknown) => {
      const failure = toFailure(error);
      log.error('the home could not be read', { failure });
      windows.refuse(failure);
      client.close();
      if (!attended) throw error;
    },
  );
  await Promise.all([loading, reading]);
  if (isRead) await showOutside(client, { settings, windows, quitting, trayIcon: places.trayIcon, log });
}

function identity(trust: ClientIdentity['trust'], abilities: ClientIdentity['abilities']): ClientIdentity {
  return { trust, face: 'window', allowPower: false, abilities };
}

/** The settings as they are now; a listener is called at once and with every change. */
interface FollowedSettings {
  readonly current: Settings;
  onChange(changed: (now: Settings) => void): void;
}

function followSettings(client: SessionClient, saved: Settings): FollowedSettings {
  let current = saved;
  const listeners: ((now: Settings) => void)[] = [];
  client.events.on((event) => {
    if (event.type !== 'settingsChanged') return;
    current = event.settings;
    for (const listener of listeners) listener(current);
  });
  return {
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.push(listener);
      listener(current);
    },
  };
}

interface Outside {
  readonly settings: FollowedSettings;
  readonly windows: Windows;
  readonly quitting: Quitting;
  readonly trayIcon: string;
  readonly log: Log;
}

/** What of guests is seen beside the windows. */
async function showOutside(client: SessionClient, { settings, windows, quitting, trayIcon, log }: Outside) {
  const views = await GuestViews.follow(client);
  notifyOfGuests({
    views,
    settings: () => settings.current,
    isInFront: () => windows.isInFront,
    show: (id) => windows.show(id),
  });
  const tray = new GuestTray({
    views,
    icon: trayIcon,
    log,
    show: (id) => windows.show(id),
    stop: (id) => unawaited(stopGuests(client, [id]), 'a guest could not be stopped', log),
    quit: () => quitting.request(),
  });
  settings.onChange((now) => tray.setShown(now.tray));
}

/** A rejection nobody waits for is a bug, but not one that is worth a window full of consoles. */
function logRejections(log: Log): void {
  process.on('unhandledRejection', (reason) => {
    log.error('unhandled rejection', {
      raw: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    });
  });
}
