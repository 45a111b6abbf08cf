/**
 * One xterm terminal: size, colours, search, selection, following. It shows bytes and reports keys; it knows no
 * instance and never talks to the core. What it shows is hostile: no clipboard sequences (no addon for OSC 52), titles
 * are not listened to, links pass an allow-list.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { ConsoleScreen } from '../../api/console-viewer.ts';
import { drawFast } from './graphics.ts';
import { darkPalette, lightPalette, searchColours } from './palettes.ts';

export interface SurfaceOptions {
  readonly fontSize: number;
  readonly dark: boolean;
  readonly label: string;
  typed(bytes: Uint8Array): void;
  linkOpened(url: string): void;
  /** The view moved: is its end in sight? */
  scrolled(atEnd: boolean): void;
  found(index: number, count: number): void;
  /** true: the terminal must leave this key alone. */
  keyTaken(event: KeyboardEvent): boolean;
}

const scrollbackLines = 10_000;
/** Below this a person cannot read; the pane cuts the line instead. */
const smallestFont = 8;
const encoder = new TextEncoder();

export function allowedLink(text: string): string | null {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : null;
}

export class TerminalSurface implements ConsoleScreen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: 2000 });
  readonly #options: SurfaceOptions;
  #announced = { columns: 80, rows: 24 };
  #guestSize = false;
  #dark: boolean;
  #fontSize: number;
  #locked = false;
  #lockedAt = 0;
  #stopDrawing: (() => void) | null = null;

  constructor(options: SurfaceOptions) {
    this.#options = options;
    this.#dark = options.dark;
    this.#fontSize = options.fontSize;
    const open = (_: MouseEvent, text: string): void => {
      const url = allowedLink(text);
      if (url !== null) options.linkOpened(url);
    };
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cols: this.#announced.columns,
      rows: this.#announced.rows,
      cursorBlink: false,
      cursorInactiveStyle: 'outline',
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
      fontSize: options.fontSize,
      lineHeight: 1.15,
      theme: options.dark ? darkPalette : lightPalette,
      // Firmware and kernels paint with whatever they like; it stays readable in both themes.
      minimumContrastRatio: 4.5,
      scrollback: scrollbackLines,
      // What a guest clears is kept above, so that a screen cleared by firmware does not take the log with it.
      scrollOnEraseInDisplay: true,
      macOptionIsMeta: true,
      linkHandler: { activate: open },
      logLevel: 'off',
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.#terminal.loadAddon(new WebLinksAddon(open));
    this.#terminal.onData((text) => options.typed(encoder.encode(text)));
    this.#terminal.onBinary((text) => options.typed(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
    this.#terminal.onScroll(() => this.#report());
    this.#terminal.onWriteParsed(() => this.#holdLocked());
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => options.found(resultIndex, resultCount));
    this.#terminal.attachCustomKeyEventHandler((event) => !options.keyTaken(event));
  }

  mount(element: HTMLElement): void {
    this.#terminal.open(element);
    this.#terminal.textarea?.setAttribute('aria-label', this.#options.label);
    // xterm reports only its own scrolling by `onScroll`; wheel and scrollbar move the viewport by themselves.
    element.addEventListener('wheel', () => requestAnimationFrame(() => this.#moved()), { passive: true });
    element.addEventListener('pointerup', () => this.#moved());
    element.addEventListener('keyup', () => this.#moved());
  }

  dispose(): void {
    this.#stopDrawing?.();
    this.#terminal.dispose();
  }

  /** Only a terminal in sight draws fast, see graphics.ts. */
  show(visible: boolean): void {
    if (visible === (this.#stopDrawing !== null)) return;
    if (visible) this.#stopDrawing = drawFast(this.#terminal);
    else {
      this.#stopDrawing?.();
      this.#stopDrawing = null;
    }
  }

  reset(columns: number, rows: number): void {
    this.#announced = { columns: columns || 80, rows: rows || 24 };
    this.#terminal.reset();
    this.#terminal.resize(this.#announced.columns, this.#announced.rows);
  }

  /** A snapshot was made for the announced size; from here on wrapped lines may flow to the pane's. */
  settled(): void {
    this.fit();
  }

  write(bytes: Uint8Array, parsed: () => void): void {
    this.#terminal.write(bytes, parsed);
  }

  separate(text: string, parsed: () => void): void {
    const { cursorX, cursorY, baseY } = this.#terminal.buffer.active;
    // Nothing was shown yet, so there is nothing to set the boot apart from.
    if (cursorX === 0 && cursorY === 0 && baseY === 0) {
      this.#terminal.write('', parsed);
      return;
    }
    // Back from the other screen, soft reset, mouse and paste modes off; then what is left goes to the scrollback.
    const modes = '\x1b[?1049l\x1b[!p\x1b[?25h\x1b[?1000;1002;1003;1006;2004l\x1b[0m\x1b[r';
    this.#terminal.write(`${modes}\x1b[2J\x1b[H\x1b[2m── ${text} ──\x1b[0m\r\n`, parsed);
  }

  note(text: string): void {
    // The text may carry a guest's or an engine's words: nothing in it may act on the terminal.
    const plain = text.replace(/\p{Cc}+/gu, ' ');
    const start = this.#terminal.buffer.active.cursorX > 0 ? '\r\n' : '';
    this.#terminal.write(`${start}\x1b[0;2m── ${plain} ──\x1b[0m\r\n`);
  }

  /** All rows there is room for, and columns beyond the announced ones; never fewer, then the text gets smaller. */
  fit(): void {
    this.#scale();
    const room = this.#fit.proposeDimensions();
    const { columns, rows } = this.#announced;
    if (room === undefined || Number.isNaN(room.cols) || room.rows < 2) return;
    const wanted = this.#guestSize
      ? { columns, rows }
      : { columns: Math.max(columns, room.cols), rows: Math.max(4, room.rows) };
    if (wanted.columns !== this.#terminal.cols || wanted.rows !== this.#terminal.rows)
      this.#terminal.resize(wanted.columns, wanted.rows);
    this.#moved();
  }

  #scale(): void {
    const room = this.#fit.proposeDimensions();
    const current = this.#terminal.options.fontSize ?? this.#fontSize;
    if (room === undefined || Number.isNaN(room.cols)) return;
    const atWantedSize = (room.cols * current) / this.#fontSize;
    const share = Math.min(1, atWantedSize / this.#announced.columns);
    const scaled = Math.max(Math.min(smallestFont, this.#fontSize), Math.floor(this.#fontSize * share));
    if (scaled !== current) this.#terminal.options.fontSize = scaled;
  }

  get announcedSize(): string {
    return `${this.#announced.columns}×${this.#announced.rows}`;
  }

  setGuestSize(on: boolean): void {
    this.#guestSize = on;
    this.fit();
  }

  setFontSize(px: number): void {
    this.#fontSize = px;
    this.#terminal.options.fontSize = px;
    this.fit();
  }

  setDark(dark: boolean): void {
    this.#dark = dark;
    this.#terminal.options.theme = dark ? darkPalette : lightPalette;
  }

  setReadOnly(readOnly: boolean): void {
    this.#terminal.options.disableStdin = readOnly;
  }

  /** Locked, the view stays where it is while output goes on below. */
  setLocked(locked: boolean): void {
    this.#locked = locked;
    this.#lockedAt = this.#terminal.buffer.active.viewportY;
    this.#terminal.options.scrollOnUserInput = !locked;
    if (!locked) this.toEnd();
  }

  focus(): void {
    this.#terminal.focus();
  }

  clear(): void {
    this.#terminal.clear();
    this.#moved();
  }

  toEnd(): void {
    this.#terminal.scrollToBottom();
    this.#moved();
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  get selection(): string {
    return this.#terminal.getSelection();
  }

  /** Everything the view still has, wrapped lines joined, without the empty rows at the end. */
  allText(): string {
    const buffer = this.#terminal.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < buffer.length; row++) {
      const line = buffer.getLine(row);
      if (line === undefined) continue;
      const continues = buffer.getLine(row + 1)?.isWrapped === true;
      const text = line.translateToString(!continues);
      if (line.isWrapped && lines.length > 0) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return `${lines.join('\n').trimEnd()}\n`;
  }

  find(text: string, direction: 'next' | 'previous', incremental: boolean): void {
    if (text === '') {
      this.#search.clearDecorations();
      this.#options.found(-1, 0);
      return;
    }
    const options = { incremental, decorations: searchColours[this.#dark ? 'dark' : 'light'] };
    if (direction === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
    this.#moved();
  }

  endSearch(): void {
    this.#search.clearDecorations();
  }

  /** A person moved the view; output alone does not count. */
  #moved(): void {
    this.#lockedAt = this.#terminal.buffer.active.viewportY;
    this.#report();
  }

  #report(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    this.#options.scrolled(viewportY >= baseY);
  }

  #holdLocked(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    if (this.#locked && viewportY === baseY && baseY > this.#lockedAt) this.#terminal.scrollToLine(this.#lockedAt);
    this.#report();
  }
}
