/** One window: how it is made, and that it comes back where it was. Which windows there are is in windows.ts. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { type Bounds, placeWindow, type WindowSizes } from './window-state.ts';

/** The page's own back surface in either theme, so that nothing flashes before its first paint. */
const background = { light: '#eef1f3', dark: '#14181b' } as const;
const rememberMs = 400;

export interface WindowOptions {
  readonly preload: string;
  readonly bounds: Bounds | null;
  readonly maximised: boolean;
  readonly sizes: WindowSizes;
}

/** Hidden until the page has painted. Does not load anything yet: the page may ask for things at once. */
export function createWindow({ preload, bounds, maximised, sizes }: WindowOptions): BrowserWindow {
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow({
    ...placeWindow(bounds, areas, sizes),
    minWidth: sizes.smallest.width,
    minHeight: sizes.smallest.height,
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
  if (maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault());
  const recolour = () => window.setBackgroundColor(backgroundNow());
  nativeTheme.on('updated', recolour);
  window.on('closed', () => nativeTheme.off('updated', recolour));
  return window;
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function backgroundNow(): string {
  return nativeTheme.shouldUseDarkColors ? background.dark : background.light;
}

export interface WindowPlace {
  readonly bounds: Bounds;
  readonly maximised: boolean;
}

/** Tells where the window is whenever that has changed; the function that is returned does so at once. */
export function followPlace(window: BrowserWindow, moved: (place: WindowPlace) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    moved({ bounds: window.getNormalBounds(), maximised: window.isMaximized() });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, rememberMs);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('close', tell);
  window.on('closed', () => clearTimeout(timer));
  return tell;
}
