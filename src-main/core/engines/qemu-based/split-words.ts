/**
 * Splits a line into words as a POSIX shell does, quotes and backslashes only: `$NAME`, `~`, globs, `#` and operators
 * stay the text they are, because no shell will ever see them.
 *
 * (Not shell-quote's `parse`: it turns `a>b` into three parts and drops comments, so that the text cannot be had back.)
 */
export type SplitResult =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly problem: string };

export function splitWords(line: string): SplitResult {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < line.length) {
    const character = line.charAt(at++);
    if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === "'") {
      const end = line.indexOf("'", at);
      if (end < 0) return { ok: false, problem: "A single quote (') is not closed." };
      word = (word ?? '') + line.slice(at, end);
      at = end + 1;
    } else if (character === '"') {
      const quoted = readDoubleQuoted(line, at);
      if (quoted === null) return { ok: false, problem: 'A double quote (") is not closed.' };
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (character === '\\') {
      if (at >= line.length) return { ok: false, problem: 'The text ends in a backslash.' };
      const escaped = line.charAt(at++);
      // A backslash before a line end joins the lines, as in a command copied from a script.
      if (escaped !== '\n') word = (word ?? '') + escaped;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== null) words.push(word);
  return { ok: true, words };
}

/** `start` is the place after the opening quote, `end` the one after the closing quote. */
function readDoubleQuoted(line: string, start: number): { text: string; end: number } | null {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') return { text, end: at + 1 };
    if (character === '\\' && '"\\$`\n'.includes(line.charAt(at + 1)) && at + 1 < line.length) {
      at++;
      if (line.charAt(at) !== '\n') text += line.charAt(at);
    } else {
      text += character;
    }
  }
  return null;
}
