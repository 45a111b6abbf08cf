/** What the tray's menu offers. Pure: nothing of electron but a type. */
import type { MenuItemConstructorOptions as Item } from 'electron';
import { type InstanceView, statusWord } from '../../src-shared/model/instance.ts';
import { shellStrings } from './strings.ts';

const strings = shellStrings.tray;

export interface TrayActions {
  /** null: the window as it is. */
  show(id: string | null): void;
  stop(id: string): void;
  quit(): void;
}

export function runningGuests(views: readonly InstanceView[]): readonly InstanceView[] {
  return views.filter(({ status }) => status.processLives);
}

export function trayMenu(guests: readonly InstanceView[], { show, stop, quit }: TrayActions): Item[] {
  return [
    { label: strings.open, click: () => show(null) },
    { type: 'separator' },
    ...(guests.length === 0 ? [{ label: strings.none, enabled: false }] : []),
    ...guests.map(
      ({ id, name, status }): Item => ({
        label: strings.guest(name, statusWord(status)),
        submenu: [
          { label: strings.show, click: () => show(id) },
          { label: strings.stop, click: () => stop(id) },
        ],
      }),
    ),
    { type: 'separator' },
    { label: strings.quit, click: quit },
  ];
}
