/**
 * terminal/ owns one xterm terminal: its bytes, size, look, search, line times and selection. It shows bytes and reports
 * keys; it knows no instance and never talks to the core. What it shows is hostile: no clipboard sequences (no addon for
 * OSC 52), titles are not listened to, links pass an allow-list.
 */
import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { Arrival, RowArrival } from '../../../../src-shared/contract/console-times.ts';
import { RowTimes } from '../../../../src-shared/row-times.ts';
import type { ConsoleScreen } from '../../../api/console-viewer.ts';
import { bufferText } from './buffer-text.ts';
import { drawFast } from './graphics.ts';
import { allowedLink, isMasked, LinkTarget, textIn } from './link-target.ts';
import { harmless } from './paste-text.ts';
import { type SearchFound, SurfaceSearch } from './surface-search.ts';
import { type Look, lookOptions } from './terminal-look.ts';
import { TimeGutter, type TimeMode } from './time-gutter.ts';

export interface SurfaceOptions {
  readonly look: Look;
  readonly label: string;
  typed(bytes: Uint8Array): void;
  /** A person pastes; whoever asked decides whether and how it comes back by `paste`. */
  pasted(text: string): void;
  /** Something was selected and is to be copied at once. */
  selected(text: string): void;
  /** `masked`: what stood there in place of the address. */
  linkOpened(url: string, masked: string | null): void;
  /** Is the end of the text in sight? At first it is; said when that changes, never once for each line. */
  scrolled(atEnd: boolean): void;
  /** Is there any text of the guest's? Said when it changes; lines of ours do not count. */
  filled(hasText: boolean): void;
  found(found: SearchFound): void;
  /** The guest printed something. */
  printed(): void;
  /** true: the terminal must leave this key alone. */
  keyTaken(event: KeyboardEvent): boolean;
}

/** Below this a person cannot read; the pane cuts the line instead. */
const smallestFont = 8;
const encoder = new TextEncoder();

export class TerminalSurface implements ConsoleScreen {
  readonly search: SurfaceSearch;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #times: RowTimes;
  readonly #gutter = new TimeGutter();
  readonly #linkTarget = new LinkTarget();
  readonly #options: SurfaceOptions;
  #element: HTMLElement | null = null;
  #look: Look;
  #announced = { columns: 80, rows: 24 };
  #guestSize = false;
  #locked = false;
  #lockedAt = 0;
  #stopDrawing: (() => void) | null = null;
  #visible = false;
  #filled = false;
  #atEnd = true;

  constructor(options: SurfaceOptions) {
    this.#options = options;
    this.#look = options.look;
    const open = (text: string, shown: string): void => {
      const url = allowedLink(text);
      if (url !== null) options.linkOpened(url, isMasked(shown, url) ? shown : null);
    };
    const hover = (_: MouseEvent, text: string) => this.#linkTarget.show(text);
    const leave = () => this.#linkTarget.hide();
    this.#terminal = new Terminal({
      ...lookOptions(options.look),
      fontSize: options.look.fontSize,
      allowProposedApi: true,
      cols: this.#announced.columns,
      rows: this.#announced.rows,
      cursorInactiveStyle: 'outline',
      lineHeight: 1.15,
      // Firmware and kernels paint with whatever they like; it stays readable in every palette.
      minimumContrastRatio: 4.5,
      // What a guest clears is kept above, so that a screen cleared by firmware does not take the log with it.
      scrollOnEraseInDisplay: true,
      macOptionIsMeta: true,
      rightClickSelectsWord: false,
      linkHandler: {
        activate: (_, text, range) => open(text, textIn(this.#terminal, range)),
        hover,
        leave,
      },
      logLevel: 'off',
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.#terminal.loadAddon(new WebLinksAddon((_, text) => open(text, text), { hover, leave }));
    this.#times = new RowTimes(this.#terminal);
    this.search = new SurfaceSearch(this.#terminal, options.look.palette, options.found);
    this.#terminal.onData((text) => options.typed(encoder.encode(text)));
    this.#terminal.onBinary((text) => options.typed(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
    this.#terminal.onScroll(() => this.#report());
    this.#terminal.onRender(() => this.#drawn());
    this.#terminal.onWriteParsed(() => {
      this.#holdLocked();
      this.search.changed();
    });
    this.#terminal.attachCustomKeyEventHandler((event) => !options.keyTaken(event));
  }

  mount(element: HTMLElement): void {
    this.#element = element;
    element.before(this.#gutter.element);
    element.after(this.#linkTarget.element);
    this.#terminal.open(element);
    this.#terminal.textarea?.setAttribute('aria-label', this.#options.label);
    // xterm reports only its own scrolling by `onScroll`; wheel and scrollbar move the viewport by themselves.
    element.addEventListener('wheel', () => requestAnimationFrame(() => this.#moved()), { passive: true });
    element.addEventListener('pointerup', () => {
      this.#moved();
      if (this.#look.copyOnSelect && this.selection !== '') this.#options.selected(this.selection);
    });
    element.addEventListener('keyup', () => this.#moved());
    // Before xterm, which would type it at once.
    element.addEventListener(
      'paste',
      (event) => {
        event.preventDefault();
        event.stopPropagation();
        this.#options.pasted(event.clipboardData?.getData('text/plain') ?? '');
      },
      { capture: true },
    );
    this.#applyLook();
  }

  dispose(): void {
    this.search.end();
    this.#stopDrawing?.();
    this.#gutter.element.remove();
    this.#linkTarget.element.remove();
    this.#terminal.dispose();
  }

  /** Only a terminal in sight draws fast, see graphics.ts. */
  show(visible: boolean): void {
    this.#visible = visible;
    const fast = visible && !this.#look.ligatures;
    if (fast === (this.#stopDrawing !== null)) return;
    if (fast) this.#stopDrawing = drawFast(this.#terminal);
    else {
      this.#stopDrawing?.();
      this.#stopDrawing = null;
    }
  }

  reset(columns: number, rows: number): void {
    this.#announced = { columns: columns || 80, rows: rows || 24 };
    this.#terminal.reset();
    this.#times.restore([]);
    this.#tellFilled();
    this.#terminal.resize(this.#announced.columns, this.#announced.rows);
  }

  /** A snapshot was made for the announced size; from here on wrapped lines may flow to the pane's. */
  settled(): void {
    this.fit();
  }

  write(bytes: Uint8Array, parsed: () => void): void {
    this.#terminal.write(bytes, () => {
      if (bytes.length > 0) this.#tellFilled();
      parsed();
    });
  }

  arrived(arrival: Arrival): void {
    this.#times.note(arrival);
    this.#options.printed();
  }

  rowsArrived(rows: readonly RowArrival[]): void {
    this.#times.restore(rows);
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
    this.#terminal.write(`${modes}\x1b[2J\x1b[H${ourLine(text)}`, parsed);
  }

  note(text: string): void {
    const start = this.#terminal.buffer.active.cursorX > 0 ? '\r\n' : '';
    this.#terminal.write(`${start}\x1b[0m${ourLine(text)}`);
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
    const { cols } = this.#terminal;
    if (wanted.columns !== cols) this.#times.reflow(() => this.#terminal.resize(wanted.columns, wanted.rows));
    else if (wanted.rows !== this.#terminal.rows) this.#terminal.resize(wanted.columns, wanted.rows);
    if (wanted.columns !== cols) this.search.changed();
    this.#moved();
  }

  #scale(): void {
    const room = this.#fit.proposeDimensions();
    const { fontSize } = this.#look;
    const current = this.#terminal.options.fontSize ?? fontSize;
    if (room === undefined || Number.isNaN(room.cols)) return;
    const atWantedSize = (room.cols * current) / fontSize;
    const share = Math.min(1, atWantedSize / this.#announced.columns);
    const scaled = Math.max(Math.min(smallestFont, fontSize), Math.floor(fontSize * share));
    if (scaled !== current) this.#terminal.options.fontSize = scaled;
  }

  get announcedSize(): string {
    return `${this.#announced.columns}×${this.#announced.rows}`;
  }

  /** What there is room for now: what a guest's line discipline should be told. */
  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** The guest tells pasted text from typed text by itself. */
  get bracketsPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  setGuestSize(on: boolean): void {
    this.#guestSize = on;
    this.fit();
  }

  setLook(look: Look): void {
    const before = this.#look;
    this.#look = look;
    Object.assign(this.#terminal.options, lookOptions(look));
    if (look.fontSize !== before.fontSize) this.#terminal.options.fontSize = look.fontSize;
    if (look.palette !== before.palette) this.search.setPalette(look.palette);
    this.#applyLook();
    this.show(this.#visible);
    this.fit();
  }

  setTimes(mode: TimeMode, bootAt: number | null): void {
    const wasOn = this.#gutter.isOn;
    this.#gutter.set(mode, bootAt);
    if (wasOn !== this.#gutter.isOn) this.fit();
    this.#drawn();
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
    this.#times.clear(() => this.#terminal.clear());
    this.#moved();
  }

  toEnd(): void {
    this.#terminal.scrollToBottom();
    this.#moved();
  }

  toTop(): void {
    this.#terminal.scrollToTop();
    this.#moved();
  }

  /** Brings a row of the buffer into the middle of the view, and selects it. */
  toRow(row: number): void {
    this.#terminal.scrollToLine(Math.max(0, row - Math.floor(this.#terminal.rows / 2)));
    this.#terminal.selectLines(row, row);
    this.#moved();
  }

  /** The row the next byte is written to. */
  get cursorRow(): number {
    const { baseY, cursorY } = this.#terminal.buffer.active;
    return baseY + cursorY;
  }

  paste(text: string): void {
    this.#terminal.paste(harmless(text));
  }

  selectAll(): void {
    this.#terminal.selectAll();
  }

  get selection(): string {
    return this.#terminal.getSelection();
  }

  /** Everything the view still has, wrapped lines joined, without the empty rows at the end. */
  allText(): string {
    return bufferText(this.#terminal.buffer.active);
  }

  #tellFilled(): void {
    const { cursorX, cursorY, baseY, type } = this.#terminal.buffer.active;
    const filled = cursorX > 0 || cursorY > 0 || baseY > 0 || type === 'alternate';
    if (filled !== this.#filled) this.#options.filled(filled);
    this.#filled = filled;
  }

  /** What is around the terminal's own drawing. */
  #applyLook(): void {
    const ground = this.#element?.parentElement;
    ground?.style.setProperty('--terminal-ground', this.#look.palette.background);
    ground?.style.setProperty('--terminal-text', this.#look.palette.foreground);
    // The DOM draws runs of letters, and the browser joins them where the font can; WebGL draws letter by letter.
    this.#element?.toggleAttribute('data-ligatures', this.#look.ligatures);
  }

  /** The terminal has drawn: what stands beside and over it follows. */
  #drawn(): void {
    this.search.mark();
    if (!this.#gutter.isOn) return;
    const { active } = this.#terminal.buffer;
    const screen = this.#element?.querySelector('.xterm-screen');
    if (!(screen instanceof HTMLElement)) return;
    const arrivals = Array.from({ length: this.#terminal.rows }, (_, index) => {
      const row = active.viewportY + index;
      // The other screen is not made of lines; a wrapped row continues the line above.
      return active.type === 'alternate' || active.getLine(row)?.isWrapped === true ? null : this.#times.at(row);
    });
    this.#gutter.draw(arrivals, screen.clientHeight / this.#terminal.rows, this.#terminal.options.fontSize ?? 13);
  }

  /** A person moved the view; output alone does not count. */
  #moved(): void {
    this.#lockedAt = this.#terminal.buffer.active.viewportY;
    this.#report();
  }

  #report(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    const atEnd = viewportY >= baseY;
    // React keeps every update that changes nothing until the component is drawn again: a flood would fill the heap.
    if (atEnd !== this.#atEnd) this.#options.scrolled(atEnd);
    this.#atEnd = atEnd;
  }

  #holdLocked(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    if (this.#locked && viewportY === baseY && baseY > this.#lockedAt) this.#terminal.scrollToLine(this.#lockedAt);
    this.#report();
  }
}

/** A dim line of ours. The text may carry a guest's or an engine's words: nothing in it may act on the terminal. */
function ourLine(text: string): string {
  return `\x1b[2m── ${text.replace(/\p{Cc}+/gu, ' ')} ──\x1b[0m\r\n`;
}
