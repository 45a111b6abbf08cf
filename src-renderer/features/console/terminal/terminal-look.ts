/** How terminals look and behave by the person's settings, as xterm's options. */
import type { ITerminalOptions } from '@xterm/xterm';
import type { Settings } from '../../../../src-shared/model/settings.ts';
import { type Palette, paletteOf, xtermTheme } from './palettes.ts';

export interface Look {
  readonly palette: Palette;
  readonly fontSize: number;
  readonly fontFamily: string;
  readonly ligatures: boolean;
  readonly cursorStyle: Settings['cursorStyle'];
  readonly cursorBlink: boolean;
  readonly scrollbackLines: number;
  readonly screenReader: boolean;
  readonly copyOnSelect: boolean;
}

/** `usual` is the page's own list of monospace fonts, behind whatever was chosen. */
export function lookOf(settings: Settings, dark: boolean, usual: string): Look {
  // A name with quotes in it would end the one we put around it.
  const chosen = settings.fontFamily.replace(/["\\;{}]/g, '').trim();
  return {
    palette: paletteOf(settings.terminalTheme, dark),
    fontSize: settings.fontSize,
    fontFamily: chosen === '' ? usual : `"${chosen}", ${usual}`,
    ligatures: settings.ligatures,
    cursorStyle: settings.cursorStyle,
    cursorBlink: settings.cursorBlink,
    scrollbackLines: settings.scrollbackLines,
    screenReader: settings.screenReader,
    copyOnSelect: settings.copyOnSelect,
  };
}

/** All but the font's size, which the terminal's pane has a say in. */
export function lookOptions(look: Look): ITerminalOptions {
  return {
    cursorBlink: look.cursorBlink,
    cursorStyle: look.cursorStyle,
    fontFamily: look.fontFamily,
    theme: xtermTheme(look.palette),
    scrollback: look.scrollbackLines,
    screenReaderMode: look.screenReader,
  };
}
