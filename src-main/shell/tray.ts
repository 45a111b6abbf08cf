/**
 * The icon in the tray: which guests run, and how to get to them. Where the desktop has no tray it is simply not seen;
 * nothing depends on it.
 */
import { Menu, nativeImage, Tray } from 'electron';
import { statusWord } from '../../src-shared/model/instance.ts';
import type { Log } from '../core/kit/log.ts';
import type { GuestViews } from './guest-views.ts';
import { shellStrings } from './strings.ts';
import { runningGuests, type TrayActions, trayMenu } from './tray-menu.ts';

export interface TrayOptions extends TrayActions {
  readonly views: GuestViews;
  readonly icon: string;
  readonly log: Log;
}

export class GuestTray {
  readonly #options: TrayOptions;
  #tray: Tray | null = null;
  #drawn = '';

  constructor(options: TrayOptions) {
    this.#options = options;
    options.views.changed.on(() => this.#draw());
  }

  setShown(wanted: boolean): void {
    if (wanted === (this.#tray !== null)) return;
    if (wanted) this.#open();
    else this.#close();
  }

  #open(): void {
    const { icon, log, show } = this.#options;
    try {
      this.#tray = new Tray(nativeImage.createFromPath(icon));
    } catch (error) {
      // A desktop without a tray must not cost the window.
      log.warn('there is no tray', { error: String(error) });
      return;
    }
    this.#tray.on('click', () => show(null));
    this.#drawn = '';
    this.#draw();
  }

  #close(): void {
    this.#tray?.destroy();
    this.#tray = null;
  }

  /** Menus are made anew only when one would look different: views change many times a second while a guest starts. */
  #draw(): void {
    if (this.#tray === null) return;
    const guests = runningGuests(this.#options.views.all);
    const drawn = JSON.stringify(guests.map(({ id, name, status }) => [id, name, statusWord(status)]));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#tray.setToolTip(shellStrings.tray.summary(guests.length));
    this.#tray.setContextMenu(Menu.buildFromTemplate(trayMenu(guests, this.#options)));
  }
}
