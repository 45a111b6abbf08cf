/** What a part of a word comes to, and how its parts ask for one another without knowing one another. */
import type { Word } from './syntax.ts';
import type { Variables } from './variables.ts';

/** `list`: each item is a word of its own, as with `"$@"`. */
export type Expansion =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };

export interface Expand {
  words(words: readonly Word[], variables: Variables): string[];
  /** As in an assignment: one text, nothing is split. */
  text(word: Word, variables: Variables): string;
  /** make pastes a variable's text into the line, and only then the line is read. */
  make(source: string, quoted: boolean, variables: Variables): Expansion;
}

export function text(value: string): Expansion {
  return { kind: 'text', text: value };
}

/** The mark of a variable that is not set; nothing in a condition. */
export function unknown(name: string, variables: Variables): string {
  return variables.quiet ? '' : variables.unknowns.mark(name);
}
