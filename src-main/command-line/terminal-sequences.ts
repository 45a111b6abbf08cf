/**
 * Which of a guest's control sequences a person's terminal gets to see. What passes is what a program on a serial line
 * draws with: text, colours, cursor, erasing, scrolling, line drawing, the other screen, keys and mouse as modes that can
 * be taken back. What talks to the terminal's owner does not: clipboard, title, palette, printer, links, notifications,
 * window, queries whose answer a guest chooses. An allow-list: what is not known does not pass. Pure.
 */

/** `pass`: as it is. `drop`: not at all. `query`: only where the answer reaches the guest that asked. */
export type Verdict = 'pass' | 'drop' | 'query' | { readonly instead: string };

/** Modes that can be taken back, with what they are on a terminal that nobody touched. */
export const privateModes: ReadonlyMap<number, boolean> = new Map([
  [1, false],
  [5, false],
  [6, false],
  [7, true],
  [12, false],
  [25, true],
  [66, false],
  [1000, false],
  [1002, false],
  [1003, false],
  [1004, false],
  [1006, false],
  [1007, false],
  [2004, false],
  [2026, false],
]);
/** The other screen, in the three ways there are. */
export const screenModes: ReadonlySet<number> = new Set([47, 1047, 1049]);
const saveCursorMode = 1048;
/** Insert, and a line feed that is a new line. Not 2, which locks the keyboard, nor 12, which echoes locally. */
export const plainModes: ReadonlySet<number> = new Set([4, 20]);

/** What RIS does to the picture; the rest of it is for the terminal's owner to say. */
const instead = '\x1b[0m\x1b[r\x1b(B\x1b)B\x0f\x1b[H\x1b[2J';

const plainFinals = new Set('@ABCDEFGHIJKLMPSXZ`abdefrsu');

/** A whole CSI sequence: what stands between its `[` and its last byte, and that byte. */
export function judgeControl(body: string, final: string): Verdict {
  const parts = /^([<=>?]?)([0-9;:]*)([ -/]*)$/.exec(body);
  if (parts === null) return 'drop';
  const [, prefix = '', parameters = '', intermediate = ''] = parts;
  if (intermediate !== '') {
    const isCursorStyle = prefix === '' && intermediate === ' ' && final === 'q' && /^[0-6]?$/.test(parameters);
    return isCursorStyle || (prefix === '' && intermediate === '!' && final === 'p') ? 'pass' : 'drop';
  }
  if (prefix === '?' && (final === 'h' || final === 'l')) return onlyKnown(parameters, final);
  if (prefix === '?') return final === 'J' || final === 'K' ? 'pass' : 'drop';
  if (prefix === '>' && final === 'c') return 'query';
  if (prefix !== '') return 'drop';
  if (final === 'm') return 'pass';
  if (final === 'h' || final === 'l') return plainModes.has(Number(parameters)) ? 'pass' : 'drop';
  if (final === 'c' || (final === 'n' && /^[56]$/.test(parameters))) return 'query';
  // 3 erases what was there before the guest.
  if (final === 'J') return /^0*3$/.test(parameters) ? 'drop' : 'pass';
  // With more parameters it waits for a mouse.
  if (final === 'T') return parameters.includes(';') ? 'drop' : 'pass';
  return plainFinals.has(final) ? 'pass' : 'drop';
}

function onlyKnown(parameters: string, final: string): Verdict {
  const asked = parameters.split(';').map(Number);
  const known = asked.filter((mode) => privateModes.has(mode) || screenModes.has(mode) || mode === saveCursorMode);
  if (known.length === 0) return 'drop';
  return known.length === asked.length ? 'pass' : { instead: `\x1b[?${known.join(';')}${final}` };
}

/** An escape sequence without parameters: its intermediate bytes and its last one. */
export function judgeEscape(intermediates: string, final: string): Verdict {
  if (intermediates === '') {
    if (final === 'c') return { instead };
    // Tab stops stay behind; Z asks who is there.
    return '78DEM=>NO69'.includes(final) ? 'pass' : 'drop';
  }
  // Which letters a set has, line drawing among them; other encodings and 8-bit controls are not a guest's to choose.
  if (/^[()*+]$/.test(intermediates)) return /^[0AB12]$/.test(final) ? 'pass' : 'drop';
  return intermediates === '#' && /^[34568]$/.test(final) ? 'pass' : 'drop';
}
