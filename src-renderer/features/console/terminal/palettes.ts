/**
 * The terminal's colours: five looks, each for the light and the dark theme where that makes sense; the phosphor tube is
 * always dark, and paper always light. Every colour that text is printed in is readable on its ground (palettes.test.ts).
 */
import type { ITheme } from '@xterm/xterm';
import type { Settings } from '../../../../src-shared/model/settings.ts';

export type PaletteName = Settings['terminalTheme'];

export interface Palette {
  readonly background: string;
  readonly foreground: string;
  readonly cursor: string;
  readonly selection: string;
  /** Black, red, green, yellow, blue, magenta, cyan, white; then the same, bright. */
  readonly colours: readonly string[];
  readonly match: string;
  readonly activeMatch: string;
}

const slipwayDark: Palette = {
  background: '#0f1315',
  foreground: '#d5dcdf',
  cursor: '#45bdb2',
  selection: '#2f5f5c',
  colours: [
    ...['#2c343a', '#f2786f', '#5fc98a', '#dfb04f', '#74aaf0', '#c08df0', '#4fc4ba', '#c3ccd0'],
    ...['#7d8a91', '#ff9b92', '#86dea8', '#f2cc7c', '#9cc4fa', '#d6b0fa', '#7fdcd3', '#f3f6f7'],
  ],
  match: '#5a4a1e',
  activeMatch: '#745910',
};

const slipwayLight: Palette = {
  background: '#fdfefe',
  foreground: '#20292e',
  cursor: '#0f766e',
  selection: '#b5dcd8',
  colours: [
    ...['#20292e', '#b3261e', '#17733c', '#855300', '#1f58a8', '#7b3bb0', '#0b6f69', '#6a767d'],
    ...['#5d6a72', '#c8372f', '#1a7f42', '#8f5a00', '#2b69c4', '#8f4cc7', '#0d7d76', '#47545c'],
  ],
  match: '#f5e2b0',
  activeMatch: '#f0c04a',
};

const highContrastDark: Palette = {
  background: '#000000',
  foreground: '#ffffff',
  cursor: '#ffff00',
  selection: '#1e5a9c',
  colours: [
    ...['#404040', '#ff8a80', '#6dff8c', '#ffe566', '#8cb8ff', '#f0a0ff', '#66f0ff', '#ffffff'],
    ...['#bfbfbf', '#ffb3ad', '#a6ffb8', '#fff2a6', '#b8d4ff', '#f7c8ff', '#a6f7ff', '#ffffff'],
  ],
  match: '#5c4a00',
  activeMatch: '#946f00',
};

const highContrastLight: Palette = {
  background: '#ffffff',
  foreground: '#000000',
  cursor: '#00409a',
  selection: '#a8cfff',
  colours: [
    ...['#000000', '#9a0007', '#00500f', '#5c3b00', '#00318a', '#620079', '#00484d', '#4a4a4a'],
    ...['#3d3d3d', '#a80012', '#005a14', '#6b4600', '#003d9e', '#720a8a', '#005257', '#2e2e2e'],
  ],
  match: '#ffe9a3',
  activeMatch: '#ffc93d',
};

const solarizedDark: Palette = {
  background: '#002b36',
  foreground: '#a3b1b1',
  cursor: '#eee8d5',
  selection: '#0a4350',
  colours: [
    ...['#073642', '#f0746f', '#a3b51c', '#cfa228', '#5ba9e6', '#e683b4', '#4fb8af', '#eee8d5'],
    ...['#8b9da1', '#f39082', '#b5c14d', '#dcb650', '#82bdf0', '#a5a8ea', '#74ccc4', '#fdf6e3'],
  ],
  match: '#2c3a1c',
  activeMatch: '#4a3f00',
};

const solarizedLight: Palette = {
  background: '#fdf6e3',
  foreground: '#4b616a',
  cursor: '#586e75',
  selection: '#d8dcc4',
  colours: [
    ...['#073642', '#bb2522', '#5d6a00', '#846100', '#1a6ba8', '#b02a6d', '#1c726b', '#5f6f74'],
    ...['#586e75', '#b03f10', '#5f7300', '#8a6400', '#2272ad', '#5a5eb0', '#207a73', '#4b616a'],
  ],
  match: '#f6e8bf',
  activeMatch: '#f4d67c',
};

const phosphor: Palette = {
  background: '#07100a',
  foreground: '#7dec9b',
  cursor: '#b6ffc8',
  selection: '#1d5a31',
  colours: [
    ...['#1d3324', '#e5a06b', '#63d683', '#c9dd6a', '#6fc6c0', '#a5cf9b', '#79e0c0', '#a9f5bd'],
    ...['#57a36e', '#f2b98e', '#8bf2a6', '#def08c', '#97dfda', '#c4e6bb', '#a3f2da', '#dcffe6'],
  ],
  match: '#2a3410',
  activeMatch: '#4c5e0c',
};

const paper: Palette = {
  background: '#f6f1e4',
  foreground: '#33302a',
  cursor: '#5a4632',
  selection: '#dccfae',
  colours: [
    ...['#33302a', '#9c2a1c', '#3d5f1e', '#7a5200', '#2b538c', '#78386f', '#1d6360', '#6a6456'],
    ...['#5f594c', '#a93b22', '#446a20', '#855a05', '#33609c', '#85437c', '#256c68', '#4b463c'],
  ],
  match: '#eed896',
  activeMatch: '#e4b53e',
};

export const palettes: Readonly<Record<PaletteName, { readonly light: Palette; readonly dark: Palette }>> = {
  slipway: { light: slipwayLight, dark: slipwayDark },
  'high-contrast': { light: highContrastLight, dark: highContrastDark },
  solarized: { light: solarizedLight, dark: solarizedDark },
  phosphor: { light: phosphor, dark: phosphor },
  paper: { light: paper, dark: paper },
};

export function paletteOf(name: PaletteName, dark: boolean): Palette {
  return palettes[name][dark ? 'dark' : 'light'];
}

export function xtermTheme({ background, foreground, cursor, selection, colours }: Palette): ITheme {
  const [black, red, green, yellow, blue, magenta, cyan, white, ...bright] = colours;
  const [brightBlack, brightRed, brightGreen, brightYellow, brightBlue, brightMagenta, brightCyan, brightWhite] =
    bright;
  const names = { black, red, green, yellow, blue, magenta, cyan, white, brightBlack, brightRed, brightGreen };
  const more = { brightYellow, brightBlue, brightMagenta, brightCyan, brightWhite };
  const named = Object.entries({ ...names, ...more }).filter(([, colour]) => colour !== undefined);
  return {
    background,
    foreground,
    cursor,
    cursorAccent: background,
    selectionBackground: selection,
    scrollbarSliderBackground: `${foreground}22`,
    scrollbarSliderHoverBackground: `${foreground}38`,
    scrollbarSliderActiveBackground: `${foreground}50`,
    ...Object.fromEntries(named),
  };
}
