/**
 * The windows there are: the main one, and any number of one console each. All of them load the same page and are
 * confined alike; each has a session of its own, which ends with it. A console's window is nothing the application
 * depends on: it can be closed at any time, and closes with the main one.
 */
import { BrowserWindow } from 'electron';
import type { CallParsed } from '../../src-shared/contract/calls.ts';
import { type Failure, SlipwayError } from '../../src-shared/contract/errors.ts';
import type { Log } from '../core/kit/log.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import type { Service } from '../headless/service.ts';
import { pageUrl } from './page-address.ts';
import { openPageBridge, type PageBridge } from './page-bridge.ts';
import { shellStrings } from './strings.ts';
import { bringToFront, createWindow, followPlace } from './window.ts';
import { consoleSizes, mainSizes, type WindowState } from './window-state.ts';

export type ConsoleTarget = CallParsed<'window.detach'>;

export interface WindowsOptions {
  readonly preload: string;
  readonly state: WindowState;
  readonly service: Service;
  readonly log: Log;
  /** Who the page of a window is: what it asks for natively is asked on that window. */
  identityOf(window: BrowserWindow): ClientIdentity;
  /** A console's window was made, and is about to load its page. */
  onOpened(window: BrowserWindow): void;
}

/** More than fit on any desk; a page that went wrong cannot fill one. */
const mostConsoles = 24;

export class Windows {
  readonly main: BrowserWindow;
  readonly #options: WindowsOptions;
  readonly #bridge: PageBridge;
  readonly #consoles = new Map<string, BrowserWindow>();
  readonly #rememberPlaces = new Set<() => void>();

  /** Makes the main window; `load` shows the page in it. */
  constructor(options: WindowsOptions) {
    const { preload, state, service } = options;
    this.#options = options;
    this.#bridge = openPageBridge(service);
    const { bounds, maximised } = state.current;
    this.main = createWindow({ preload, bounds, maximised, sizes: mainSizes });
    this.#rememberPlaces.add(followPlace(this.main, (place) => state.remember(place)));
    this.#bridge.serve(this.main, options.identityOf(this.main));
  }

  async load(): Promise<void> {
    await this.#load(this.main, '');
  }

  /** The one a person works in now; the main one where that is none of ours. */
  get front(): BrowserWindow {
    const focused = BrowserWindow.getFocusedWindow();
    return focused !== null && [...this.#consoles.values()].includes(focused) ? focused : this.main;
  }

  /** Whether a person works in one of them now. */
  get isInFront(): boolean {
    return BrowserWindow.getFocusedWindow() !== null;
  }

  /** The main window to the front, at this instance unless null. */
  show(id: string | null): void {
    bringToFront(this.main);
    if (id !== null) this.#bridge.tell(this.main, { type: 'instanceWanted', id });
  }

  /** A console in a window of its own, or to the front where it has one. */
  async detach(target: ConsoleTarget): Promise<void> {
    const { preload, state, identityOf, onOpened } = this.#options;
    const key = keyOf(target);
    const open = this.#consoles.get(key);
    if (open !== undefined) return bringToFront(open);
    if (this.#consoles.size >= mostConsoles)
      throw new SlipwayError('not_permitted', shellStrings.windows.tooMany, {
        hint: shellStrings.windows.closeOne,
      });
    const bounds = state.current.consoles[key] ?? null;
    const window = createWindow({ preload, bounds, maximised: false, sizes: consoleSizes });
    this.#consoles.set(key, window);
    const rememberPlace = followPlace(window, (place) => state.rememberConsole(key, place.bounds));
    this.#rememberPlaces.add(rememberPlace);
    window.on('closed', () => {
      this.#consoles.delete(key);
      this.#rememberPlaces.delete(rememberPlace);
    });
    this.#bridge.serve(window, identityOf(window));
    onOpened(window);
    await this.#load(window, `#console/${key}`);
  }

  /** The home cannot be read: the windows say why. */
  refuse(failure: Failure): void {
    this.#bridge.refuse(failure);
  }

  /** Ends every session and remembers where the windows are; they stay until the application ends. */
  release(): void {
    this.#bridge.close();
    for (const remember of this.#rememberPlaces) remember();
  }

  async #load(window: BrowserWindow, hash: string): Promise<void> {
    await window.loadURL(`${pageUrl}${hash}`).catch((error: unknown) => {
      // Closed while it loaded is no failure.
      if (!window.isDestroyed()) this.#options.log.error('the page did not load', { error: String(error) });
    });
  }
}

/** Also what the page finds in its address; it makes the same for a browser's window. Nothing in it needs escaping. */
function keyOf({ id, console, boot }: ConsoleTarget): string {
  return `${id}/${console}${boot === null ? '' : `/${boot}`}`;
}
