/**
 * A regular expression that is meant for one line, made fit to be looked for in many at once: it finds a line in a text
 * of many lines if and only if the expression itself matches that line alone (for empty matches and in text that is not
 * ASCII: at least those). Pure.
 */

/** What takes a newline along, and the same without. */
const tamed: Readonly<Record<string, string>> = { s: '[^\\S\\n\\r]', W: '[^\\w\\n\\r]', D: '[^\\d\\n\\r]' };
/** Escapes that mean the same in one line and in many; then those that must not begin a range of a class. */
const plainEscape = /[dwS^$\\.*+?()[\]{}|/,;:=!@#%&~"'<>_` -]/;
const plainOutside = /[Bbtfv1-9]/;

/** Source of it, to be used with the flag m; null: it has to be tried line by line. */
export function blockPattern(source: string): string | null {
  // What must not follow or precede is more at the edge of a line than beside another.
  // What changes its flags on the way, or names a character by its number, is not worth telling apart.
  if (/\(\?(?:!|<!|[a-z-])|\\\d\d|[\n\r\u2028\u2029]/.test(source)) return null;
  let made = '';
  let isInClass = false;
  for (let at = 0; at < source.length; at++) {
    const letter = source.charAt(at);
    if (letter === '\\') {
      const escaped = source.charAt(++at);
      const instead = tamed[escaped];
      if (instead !== undefined) {
        if (isInClass) return null;
        made += instead;
      } else if (escaped !== '' && (plainEscape.test(escaped) || (!isInClass && plainOutside.test(escaped))))
        made += letter + escaped;
      else return null;
    } else if (isInClass) {
      if (letter === ']') isInClass = false;
      // A range can hold the newline: from a control character on.
      if (letter < ' ') return null;
      made += letter;
    } else if (letter === '[') {
      isInClass = true;
      const isNegated = source.charAt(at + 1) === '^';
      made += isNegated ? '[^\\n\\r' : letter;
      if (isNegated) at++;
      // A minus that came first was one; behind what was put before it, it would be a range.
      if (isNegated && source.charAt(at + 1) === '-') {
        made += '\\-';
        at++;
      }
    } else made += letter;
  }
  return made;
}

/** The bytes of a text that can be looked for as they are; null: not it. */
export function literalBytes(text: string): Uint8Array | null {
  const hasOthers = /[^\t\x20-\x7e\u{a0}-\u{10ffff}]|\ufffd|\p{Surrogate}/u.test(text);
  return text === '' || hasOthers ? null : new TextEncoder().encode(text);
}

/**
 * The longest text that every line has that an expression matches (with letters as they are): what stands in it by
 * itself, outside of groups, classes and choices. null: none, or not one that is worth looking for.
 */
export function neededText(source: string): string | null {
  const texts: string[] = [];
  let text = '';
  const end = (): void => {
    texts.push(text);
    text = '';
  };
  for (let at = 0; at < source.length; at++) {
    const letter = source.charAt(at);
    if (letter === '|') return null;
    if (letter === '(' || letter === '[') {
      end();
      at = closing(source, at);
      if (at === -1) return null;
    } else if (letter === '\\' && /\w/.test(source.charAt(at + 1))) {
      // A class of letters or the number of a group; anything longer has to be known to be passed over.
      if (!/[dwsDWSbB]/.test(source.charAt(at + 1))) return null;
      end();
      at++;
    } else if ('.^$'.includes(letter)) end();
    else if ('*?{'.includes(letter)) {
      // What it says of the letter before may be: not at all.
      text = text.slice(0, -1);
      end();
      if (letter === '{') at = source.indexOf('}', at);
      if (at === -1) return null;
    } else if (letter === '+') end();
    else text += letter === '\\' ? source.charAt(++at) : letter;
  }
  end();
  const longest = texts.reduce((best, one) => (one.length > best.length ? one : best));
  return longest.length < 2 ? null : longest;
}

/** Where what is opened at `start` is closed; -1: nowhere. */
function closing(source: string, start: number): number {
  let depth = 0;
  let isInClass = false;
  for (let at = start; at < source.length; at++) {
    const letter = source.charAt(at);
    if (letter === '\\') at++;
    else if (isInClass) isInClass = letter !== ']';
    else if (letter === '[') isInClass = true;
    else if (letter === '(') depth++;
    else if (letter === ')') depth--;
    if (depth === 0 && !isInClass) return at;
  }
  return -1;
}
