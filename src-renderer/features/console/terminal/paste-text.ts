/** What becomes of text that is pasted into a guest. Pure. */

export interface PasteSituation {
  /** The guest asked for bracketed paste: it tells pasted lines from typed ones by itself. */
  readonly bracketed: boolean;
  /** The person wants to be asked. */
  readonly confirm: boolean;
}

/** Lines that a guest would run one after the other before anyone could read them. An ending newline is no second line. */
export function linesOf(text: string): readonly string[] {
  return text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
}

export function mustAsk(text: string, { bracketed, confirm }: PasteSituation): boolean {
  return confirm && !bracketed && linesOf(text).length > 1;
}

/** As one line: lines joined by single spaces, without those a shell needs to go on in the next line. */
export function asOneLine(text: string): string {
  return linesOf(text)
    .map((line) => line.trim().replace(/\s*\\$/, ''))
    .filter((line) => line !== '')
    .join(' ');
}

/** What was copied somewhere may hold more than it showed: nothing of it ends the brackets or acts on the guest. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]/g, '');
}
