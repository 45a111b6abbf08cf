/** Shell text as words and operators. Comments are gone; here-documents are set aside. */

import { readWord } from './read-word.ts';
import { literalText, ShellSyntaxError, type Word } from './syntax.ts';

export type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly start: number; readonly end: number; readonly line: number }
  /** `\n`, `;`, `&&`, `(` … */
  | {
      readonly kind: 'operator';
      readonly text: string;
      readonly start: number;
      readonly end: number;
      readonly line: number;
    }
  /** `2>&1`, `>log`, with its target. */
  | {
      readonly kind: 'redirection';
      readonly text: string;
      readonly start: number;
      readonly end: number;
      readonly line: number;
    };

const redirection = /^(?:\d+|&)?(?:<<<|<<-?|<>|<&|<(?!\()|>>|>&|>\||>(?!\())/;
const operator = /^(?:;;&?|;&|;|&&|&|\|\||\|&|\||\(|\)|\n)/;

export function readTokens(text: string): { tokens: Token[]; hereDocuments: string[] } {
  const tokens: Token[] = [];
  const hereDocuments: string[] = [];
  const awaited: string[] = [];
  let at = 0;
  let line = 1;
  let countedTo = 0;
  while (at < text.length) {
    for (; countedTo < at; countedTo++) if (text.charCodeAt(countedTo) === 10) line++;
    const rest = text.slice(at, at + 64);
    const blank = /^(?:[ \t\r]+|\\\n)/.exec(rest)?.[0];
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    if (rest.startsWith('#')) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      continue;
    }
    const start = at;
    const redirect = redirection.exec(rest)?.[0];
    if (redirect !== undefined) {
      at += redirect.length + (/^[ \t]*/.exec(text.slice(at + redirect.length))?.[0].length ?? 0);
      const target = readWord(text, at);
      at = target.end;
      if (/<<-?$/.test(redirect)) awaited.push(literalText(target.word) ?? '');
      tokens.push({ kind: 'redirection', text: text.slice(start, at), start, end: at, line });
      continue;
    }
    const sign = operator.exec(rest)?.[0];
    if (sign !== undefined) {
      at += sign.length;
      tokens.push({ kind: 'operator', text: sign, start, end: at, line });
      if (sign === '\n') {
        for (const delimiter of awaited.splice(0)) {
          const document = readHereDocument(text, at, delimiter, line);
          hereDocuments.push(document.text);
          at = document.end;
        }
      }
      continue;
    }
    const { word, end } = readWord(text, at);
    // `<(…)` and `>(…)` are left: no operator, and no word either.
    if (end === at) {
      at++;
      continue;
    }
    tokens.push({ kind: 'word', word, start, end, line });
    at = end;
  }
  return { tokens, hereDocuments };
}

function readHereDocument(text: string, start: number, delimiter: string, line: number): { text: string; end: number } {
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    if (text.slice(at, end).trim() === delimiter) return { text: text.slice(start, at), end };
    at = end + 1;
  }
  throw new ShellSyntaxError(`The here-document that ends with ${delimiter} does not end.`, line);
}
