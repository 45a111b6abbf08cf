/**
 * The application menu. A guest may want any key, so on Linux and Windows nothing here takes one that a terminal has a
 * use for: Ctrl+Shift only, and copy and paste are shown but left to the page. Roles are avoided there because they bring
 * Ctrl+C, Ctrl+R and Ctrl+W along. On macOS the Command key is never the guest's, and the usual roles apply.
 */
import { app, type BrowserWindow, Menu, type MenuItemConstructorOptions, shell } from 'electron';
import { unawaited } from '../core/kit/unawaited.ts';
import { version } from '../core/kit/version.ts';
import { shellStrings } from './strings.ts';

const strings = shellStrings.menu;

export interface MenuActions {
  /** The window a person works in now. */
  front(): BrowserWindow;
  readonly logPath: string;
  readonly home: string;
  quit(): void;
}

type Item = MenuItemConstructorOptions;
const separator: Item = { type: 'separator' };

export function installMenu(actions: MenuActions): void {
  app.setAboutPanelOptions({ applicationName: shellStrings.name, applicationVersion: version });
  const template = process.platform === 'darwin' ? macMenu(actions) : plainMenu(actions);
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function plainMenu(actions: MenuActions): Item[] {
  const { front } = actions;
  const page = () => front().webContents;
  // Shown for those who look for the key here; the page handles it, and the guest gets plain Ctrl+C.
  const shown = (accelerator: string): Item => ({ accelerator, registerAccelerator: false });
  return [
    { label: strings.file, submenu: [{ label: shellStrings.quit, accelerator: 'Ctrl+Shift+Q', click: actions.quit }] },
    {
      label: strings.edit,
      submenu: [
        { label: strings.copy, ...shown('Ctrl+Shift+C'), click: () => page().copy() },
        { label: strings.paste, ...shown('Ctrl+Shift+V'), click: () => page().paste() },
        { label: strings.selectAll, click: () => page().selectAll() },
      ],
    },
    { label: strings.view, submenu: viewItems(front) },
    {
      label: strings.window,
      submenu: [
        { label: strings.minimise, click: () => front().minimize() },
        { label: strings.close, accelerator: 'Ctrl+Shift+W', click: () => front().close() },
      ],
    },
    {
      label: strings.help,
      submenu: [...helpItems(actions), separator, { label: strings.about, click: () => app.showAboutPanel() }],
    },
  ];
}

function macMenu(actions: MenuActions): Item[] {
  return [
    {
      label: shellStrings.name,
      submenu: [
        { role: 'about' },
        separator,
        { role: 'services' },
        separator,
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        separator,
        { label: strings.quitNamed, accelerator: 'Cmd+Q', click: actions.quit },
      ],
    },
    { role: 'editMenu' },
    { label: strings.view, submenu: viewItems(actions.front) },
    { role: 'windowMenu' },
    { role: 'help', submenu: helpItems(actions) },
  ];
}

function viewItems(front: () => BrowserWindow): Item[] {
  const page = () => front().webContents;
  const zoomBy = (steps: number) => page().setZoomLevel(Math.min(5, Math.max(-3, page().getZoomLevel() + steps)));
  const developer: Item = { label: strings.developer, accelerator: 'CmdOrCtrl+Shift+I', click: () => toggle(front()) };
  return [
    { label: strings.larger, click: () => zoomBy(0.5) },
    { label: strings.smaller, click: () => zoomBy(-0.5) },
    { label: strings.actualSize, click: () => page().setZoomLevel(0) },
    separator,
    { label: strings.fullScreen, click: () => front().setFullScreen(!front().isFullScreen()) },
    separator,
    // Guests and their consoles are not in the page: this is always safe.
    { label: strings.reload, accelerator: 'CmdOrCtrl+Shift+R', click: () => page().reload() },
    ...(app.isPackaged ? [] : [developer]),
  ];
}

function toggle(window: BrowserWindow): void {
  window.webContents.toggleDevTools();
}

function helpItems({ logPath, home }: MenuActions): Item[] {
  return [
    { label: strings.showLog, click: () => shell.showItemInFolder(logPath) },
    { label: strings.openDirectory, click: () => unawaited(shell.openPath(home), 'the directory could not be shown') },
  ];
}
