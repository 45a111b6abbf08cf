/** Words as the shell would hand them over: parameters replaced, fields split, quotes gone. Runs nothing. */
import { evaluateArithmetic } from './arithmetic.ts';
import { expandParameter } from './expand-parameter.ts';
import { type Expand, type Expansion, text, unknown } from './expansion.ts';
import { readTokens } from './read-tokens.ts';
import { substitute } from './substitute.ts';
import type { Part, Word } from './syntax.ts';
import type { Variables } from './variables.ts';

export function expandWords(words: readonly Word[], variables: Variables): string[] {
  return words.flatMap((word) => expandWord(word, variables));
}

/** As in an assignment: one text, nothing is split. */
export function expandText(word: Word, variables: Variables): string {
  const parts = word.parts.map((part, index) => {
    if (part.kind === 'text') return index === 0 ? withHome(part, variables) : part.text;
    const expansion = expandPart(part, variables);
    return expansion.kind === 'text' ? expansion.text : expansion.items.join(' ');
  });
  return parts.join('');
}

/** More than any system takes; a script of a few lines can make one that nobody could read through. */
const longestCommand = 2 * 1024 * 1024;

function expandWord(word: Word, variables: Variables): string[] {
  const fields: string[] = [];
  let field: string | null = null;
  let emptyList = false;
  for (const [index, part] of word.parts.entries()) {
    if (part.kind === 'text') {
      field = (field ?? '') + (index === 0 ? withHome(part, variables) : part.text);
      continue;
    }
    const expansion = expandPart(part, variables);
    if (expansion.kind === 'list') {
      const [first, ...rest] = expansion.items;
      if (first === undefined) {
        emptyList = true;
        continue;
      }
      field = (field ?? '') + first;
      for (const item of rest) {
        fields.push(field);
        field = item;
      }
    } else if (part.quoted) {
      field = (field ?? '') + expansion.text;
    } else {
      const pieces = expansion.text.split(/[ \t\n]+/);
      for (const [place, piece] of pieces.entries()) {
        if (place > 0 && field !== null) {
          fields.push(field);
          field = null;
        }
        if (piece !== '') field = (field ?? '') + piece;
      }
    }
    if (fields.length + (field?.length ?? 0) > longestCommand) throw new RangeError('a command in it is far too long');
  }
  // `"$@"` without arguments is no word at all, although it has quotes.
  if (field !== null && !(emptyList && field === '')) fields.push(field);
  return fields;
}

function withHome(part: Extract<Part, { kind: 'text' }>, variables: Variables): string {
  return part.quoted ? part.text : part.text.replace(/^~(?=\/|$)/, () => variables.host.home);
}

function expandPart(part: Exclude<Part, { kind: 'text' }>, variables: Variables): Expansion {
  switch (part.kind) {
    case 'parameter':
      return expandParameter(part, variables, expand);
    case 'arithmetic': {
      const value = evaluateArithmetic(part.text, (name) => {
        const found = variables.get(name);
        return found?.kind === 'text' ? found.text : null;
      });
      return text(value === null ? unknown(`$((${part.text}))`, variables) : String(value));
    }
    case 'command':
      return expandCommand(part, variables);
  }
}

function expandCommand(part: Extract<Part, { kind: 'command' }>, variables: Variables): Expansion {
  const name = /^\s*([A-Za-z_]\w*)\s*$/.exec(part.text)?.[1];
  // `$(NAME)` is a variable to make.
  if (name !== undefined) {
    const value = variables.get(name);
    if (value?.kind === 'make') return makeWords(value.text, part.quoted, variables);
    if (value?.kind === 'text') return text(value.text);
    if (/^[A-Z][A-Z0-9_]*$/.test(name)) return text(unknown(name, variables));
  }
  const known = substitute(part.text, variables, expand);
  return text(known ?? unknown(`$(${part.text.trim()})`, variables));
}

let depth = 0;

/** make pastes a variable's text into the line, and only then the line is read. */
export function makeWords(source: string, quoted: boolean, variables: Variables): Expansion {
  if (depth > 20) throw new RangeError('its make variables refer to each other');
  depth++;
  try {
    const words = readTokens(source).tokens.flatMap((token) => (token.kind === 'word' ? [token.word] : []));
    const items = expandWords(words, variables);
    return quoted ? text(items.join(' ')) : { kind: 'list', items };
  } finally {
    depth--;
  }
}

const expand: Expand = { words: expandWords, text: expandText, make: makeWords };
