/**
 * Text that a page or a file chose, as a native question shows it: nothing in it can hide, turn around or push away what
 * a person is to decide on. Pure.
 */
export function visibleText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => (character === '\n' ? '\n' : codeOf(character)))
    .replace(/\n\s*\n/g, '\n');
}

/** As above, in one line: a path has none of its own. */
export function visibleLine(text: string): string {
  return visibleText(text.replaceAll('\n', '\\n'));
}

function codeOf(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
