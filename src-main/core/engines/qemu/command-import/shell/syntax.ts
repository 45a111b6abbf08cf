/** A shell script as data: what the lexer and the parser make of it, before anything is expanded. */

/** A piece of a word. `quoted`: inside double quotes, so that its value is not split. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'parameter';
      /** `NAME`, `NAME[@]`, `1`, `@`, `#`. */
      readonly name: string;
      /** What follows the name in `${…}`: `:-`, `%%`, `/`; empty for nothing. */
      readonly operator: string;
      readonly argument: Word | null;
      readonly quoted: boolean;
    }
  /** `$(…)` or backquotes, with the text between. */
  | { readonly kind: 'command'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly text: string; readonly quoted: boolean };

export interface Word {
  readonly parts: readonly Part[];
}

export interface Assignment {
  readonly name: string;
  readonly append: boolean;
  readonly value: Word | readonly Word[];
  /** Written as make does, `NAME = text`: read again as words wherever it is used. Null for the shell's. */
  readonly makeText: string | null;
}

export interface SimpleCommand {
  readonly kind: 'command';
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  /** `>log`, `2>&1`, as they were written. */
  readonly redirections: readonly string[];
  /** From 1. */
  readonly line: number;
}

export type Node =
  | SimpleCommand
  | { readonly kind: 'and-or'; readonly left: Node; readonly operator: '&&' | '||'; readonly right: Node }
  | { readonly kind: 'not'; readonly node: Node }
  | { readonly kind: 'pipeline'; readonly nodes: readonly Node[] }
  | { readonly kind: 'group'; readonly body: readonly Node[] }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: readonly Node[]; readonly body: readonly Node[] }[];
      readonly otherwise: readonly Node[] | null;
      readonly line: number;
    }
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly items: readonly Word[] | null;
      readonly body: readonly Node[];
      readonly line: number;
    }
  | {
      readonly kind: 'while';
      readonly condition: readonly Node[];
      readonly until: boolean;
      readonly body: readonly Node[];
      readonly line: number;
    }
  | {
      readonly kind: 'case';
      readonly subject: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: readonly Node[] }[];
      readonly line: number;
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: readonly Node[] };

export interface Script {
  readonly nodes: readonly Node[];
  /** Texts of `<<EOF … EOF`. */
  readonly hereDocuments: readonly string[];
}

/** Text that is no shell script, and where. */
export class ShellSyntaxError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The text of a word without any expansion; null where there is one. */
export function literalText(word: Word): string | null {
  let text = '';
  for (const part of word.parts) {
    if (part.kind !== 'text') return null;
    text += part.text;
  }
  return text;
}

/** Whether a word is a bare one: nothing in it is quoted, so that it can be a keyword. */
export function bareText(word: Word): string | null {
  return word.parts.some((part) => part.quoted) ? null : literalText(word);
}
