/** The one window: how it is made, and that it comes back where it was. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { pageUrl } from './page-address.ts';
import { placeWindow, smallestSize, type WindowState } from './window-state.ts';

/** The page's own back surface in either theme, so that nothing flashes before its first paint. */
const background = { light: '#eef1f3', dark: '#14181b' } as const;
const rememberMs = 400;

/** Hidden until the page has painted. Does not load anything yet: the page may ask for things at once. */
export function createWindow(preload: string, state: WindowState): BrowserWindow {
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow({
    ...placeWindow(state.current.bounds, areas),
    minWidth: smallestSize.width,
    minHeight: smallestSize.height,
    title: 'Slipway',
    show: false,
    backgroundColor: backgroundNow(),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (state.current.maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault());
  nativeTheme.on('updated', () => {
    if (!window.isDestroyed()) window.setBackgroundColor(backgroundNow());
  });
  return window;
}

export async function loadPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(pageUrl);
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function backgroundNow(): string {
  return nativeTheme.shouldUseDarkColors ? background.dark : background.light;
}

/** Remembers where the window is; the function that is returned does so at once. */
export function followPlace(window: BrowserWindow, state: WindowState): () => void {
  let timer: NodeJS.Timeout | undefined;
  const remember = () => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    state.remember({ bounds: window.getNormalBounds(), maximised: window.isMaximized() });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(remember, rememberMs);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('closed', () => clearTimeout(timer));
  return remember;
}
