/** One word of shell text: quotes, escapes and the expansions in it, found but not expanded. */
import { type Part, ShellSyntaxError, type Word } from './syntax.ts';

export interface ReadWord {
  readonly word: Word;
  /** The place after its last character. */
  readonly end: number;
}

/** Where a word ends: at white space and the shell's operators, unless `stop` says otherwise. */
type Stop = (text: string, at: number) => boolean;

const atWordEnd: Stop = (text, at) => /[\s;&|<>()]/.test(text.charAt(at));

export function readWord(text: string, start: number, stop: Stop = atWordEnd): ReadWord {
  const reader = new WordReader(text, start);
  while (reader.at < text.length && !stop(text, reader.at)) reader.readUnquoted();
  return { word: { parts: reader.parts }, end: reader.at };
}

/** The text of a here-document or of a make variable: everything is one word. */
export function readWhole(text: string): Word {
  return readWord(text, 0, () => false).word;
}

class WordReader {
  readonly parts: Part[] = [];
  readonly #text: string;
  at: number;

  constructor(text: string, start: number) {
    this.#text = text;
    this.at = start;
  }

  readUnquoted(): void {
    const character = this.#text.charAt(this.at);
    if (character === '\\') {
      const next = this.#text.charAt(this.at + 1);
      this.at += next === '' ? 1 : 2;
      // A backslash before a line end joins the lines.
      if (next !== '\n') this.#add(next === '' ? '\\' : next, true);
    } else if (character === "'") {
      this.#add(this.#until("'", 'A single quote'), true);
    } else if (character === '"') {
      this.#readDoubleQuoted();
    } else if (character === '$' && this.#text.charAt(this.at + 1) === "'") {
      this.#readAnsiQuoted();
    } else if (character === '$' || character === '`') {
      if (character === '$' && this.#text.charAt(this.at + 1) === '"') this.at++;
      else this.#readExpansion(false);
    } else {
      this.at++;
      this.#add(character, false);
    }
  }

  #add(text: string, quoted: boolean): void {
    const last = this.parts.at(-1);
    if (last?.kind === 'text' && last.quoted === quoted) {
      this.parts[this.parts.length - 1] = { ...last, text: last.text + text };
    } else {
      this.parts.push({ kind: 'text', text, quoted });
    }
  }

  /** From behind the opening character to the closing one. */
  #until(closing: string, what: string): string {
    const end = this.#text.indexOf(closing, this.at + 1);
    if (end < 0) throw this.#unclosed(what, this.at);
    const text = this.#text.slice(this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  #readDoubleQuoted(): void {
    const opened = this.at++;
    // Even when nothing is between them, quotes make a word.
    this.#add('', true);
    for (;;) {
      const character = this.#text.charAt(this.at);
      if (this.at >= this.#text.length) throw this.#unclosed('A double quote', opened);
      if (character === '"') {
        this.at++;
        return;
      }
      if (character === '$' || character === '`') {
        this.#readExpansion(true);
      } else if (character === '\\' && '"\\$`\n'.includes(this.#text.charAt(this.at + 1) || 'x')) {
        const next = this.#text.charAt(this.at + 1);
        this.at += 2;
        if (next !== '\n') this.#add(next, true);
      } else {
        this.at++;
        this.#add(character, true);
      }
    }
  }

  /** `$'…'` of bash. */
  #readAnsiQuoted(): void {
    const opened = this.at;
    const match = /^\$'((?:[^'\\]|\\[\s\S])*)'/.exec(this.#text.slice(this.at));
    if (match === null) throw this.#unclosed('A single quote', opened);
    this.at += match[0].length;
    this.#add(unescapeAnsi(match[1] ?? ''), true);
  }

  #readExpansion(quoted: boolean): void {
    const rest = this.#text.slice(this.at);
    if (rest.startsWith('`')) {
      const opened = this.at;
      const match = /^`((?:[^`\\]|\\[\s\S])*)`/.exec(rest);
      if (match === null) throw this.#unclosed('A backquote', opened);
      this.at += match[0].length;
      this.parts.push({ kind: 'command', text: (match[1] ?? '').replace(/\\([`\\$])/g, '$1'), quoted });
    } else if (rest.startsWith('$((')) {
      const end = this.#closing(this.at + 1);
      const inner = this.#text.slice(this.at + 3, end - 1);
      this.at = end + 1;
      this.parts.push({ kind: 'arithmetic', text: inner, quoted });
    } else if (rest.startsWith('$(')) {
      const end = this.#closing(this.at + 1);
      this.parts.push({ kind: 'command', text: this.#text.slice(this.at + 2, end), quoted });
      this.at = end + 1;
    } else if (rest.startsWith('${')) {
      this.#readBraced(quoted);
    } else {
      const name = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(rest)?.[1];
      this.at += name === undefined ? 1 : name.length + 1;
      if (name === undefined) this.#add('$', quoted);
      else this.parts.push({ kind: 'parameter', name, operator: '', argument: null, quoted });
    }
  }

  #readBraced(quoted: boolean): void {
    const opened = this.at;
    const pattern =
      /^\$\{([!#](?=[A-Za-z_@*]))?([A-Za-z_]\w*(?:\[[^\]]*\])?|[0-9]+|[@*#?$!-])(:?[-=?+]|##?|%%?|\/\/|\/[#%]?|\^\^?|,,?|:|@)?/;
    const match = pattern.exec(this.#text.slice(this.at));
    if (match === null)
      throw new ShellSyntaxError('What stands in these braces cannot be read.', lineAt(this.#text, opened));
    const [whole, prefix = '', name = '', operator = ''] = match;
    const inside = new WordReader(this.#text, this.at + whole.length);
    while (this.#text.charAt(inside.at) !== '}') {
      if (inside.at >= this.#text.length) throw this.#unclosed('A ${', opened);
      inside.readUnquoted();
    }
    this.at = inside.at + 1;
    this.parts.push({
      kind: 'parameter',
      name,
      operator: prefix + operator,
      argument: operator === '' ? null : { parts: inside.parts },
      quoted,
    });
  }

  /** The place of the parenthesis that closes the one at `open`. */
  #closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === '\\') at++;
      else if (character === "'" || character === '"') at = this.#closingQuote(at, character);
      else if (character === '(') depth++;
      else if (character === ')' && --depth === 0) return at;
    }
    throw this.#unclosed('A $(', open);
  }

  #closingQuote(open: number, quote: string): number {
    for (let at = open + 1; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === '\\' && quote === '"') at++;
      else if (character === quote) return at;
      else if (quote === '"' && character === '$' && this.#text.charAt(at + 1) === '(') at = this.#closing(at + 1);
    }
    throw this.#unclosed(quote === '"' ? 'A double quote' : 'A single quote', open);
  }

  #unclosed(what: string, at: number): ShellSyntaxError {
    return new ShellSyntaxError(`${what} is not closed.`, lineAt(this.#text, at));
  }
}

export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < at; index = text.indexOf('\n', index + 1)) line++;
  return line;
}

function unescapeAnsi(text: string): string {
  const named: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    a: '\x07',
    b: '\b',
    e: '\x1b',
    f: '\f',
    v: '\v',
  };
  return text.replace(/\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
    if (/^[xu]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
    return named[code] ?? code;
  });
}
