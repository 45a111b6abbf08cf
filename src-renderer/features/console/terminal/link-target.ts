/** Where a link in a terminal leads, shown while the pointer is on it. What it says of itself is the guest's choice. */
import type { IBufferRange, Terminal } from '@xterm/xterm';
import { consoleStrings } from '../../../strings/console.ts';

/** A line at the lower edge of the terminal, as browsers have it. */
export class LinkTarget {
  readonly element: HTMLElement = document.createElement('div');

  constructor() {
    this.element.className = 'console-link';
    this.element.setAttribute('role', 'status');
    this.element.hidden = true;
  }

  show(text: string): void {
    const url = allowedLink(text);
    this.element.textContent = url === null ? consoleStrings.links.never(text) : consoleStrings.links.target(url);
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

/** Only these are opened; any other scheme starts a program with text from a guest. Pure. */
export function allowedLink(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}

/** Whether a link's text lets people think that it leads elsewhere: it is not the address itself. Pure. */
export function isMasked(shown: string, url: string): boolean {
  const text = shown.trim();
  return text !== url && allowedLink(text) !== url;
}

/** What stands where a link is. Rows and columns of a range count from 1, its end is included. */
export function textIn({ buffer: { active }, cols }: Pick<Terminal, 'buffer' | 'cols'>, range: IBufferRange): string {
  const { start, end } = range;
  let text = '';
  for (let row = start.y; row <= end.y; row++) {
    const from = row === start.y ? start.x - 1 : 0;
    const to = row === end.y ? end.x : cols;
    text += active.getLine(row - 1)?.translateToString(false, from, to) ?? '';
  }
  return text;
}
