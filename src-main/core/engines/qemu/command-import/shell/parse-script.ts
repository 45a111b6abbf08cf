/**
 * Shell tokens as a tree. Lenient on purpose: what people paste is often a part of a script, so a stray `fi` or `}` is
 * passed over, and a compound command ends with the text.
 */
import { readTokens, type Token } from './read-tokens.ts';
import { readWhole } from './read-word.ts';
import { type Assignment, bareText, type Node, type Script, type SimpleCommand, type Word } from './syntax.ts';

/** @throws ShellSyntaxError for a quote, a brace or a here-document that is not closed. */
export function parseScript(text: string): Script {
  const { tokens, hereDocuments } = readTokens(text);
  const nodes = new Parser(text, tokens).readAll();
  return { nodes, hereDocuments };
}

const closers = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);
const declarations = new Set(['export', 'local', 'declare', 'typeset', 'readonly']);

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  readAll(): Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#tokens.length) {
      nodes.push(...this.#list());
      // What ended the list belongs to nothing here.
      if (this.#at < this.#tokens.length) this.#at++;
    }
    return nodes;
  }

  /** Statements up to a word or operator that closes something. */
  #list(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      this.#skip('\n', ';', '&');
      const token = this.#tokens[this.#at];
      if (token === undefined) return nodes;
      if (token.kind === 'operator' && [')', ';;', ';&', ';;&'].includes(token.text)) return nodes;
      if (closers.has(this.#keyword() ?? '')) return nodes;
      const node = this.#andOr();
      if (node === null) return nodes;
      nodes.push(node);
    }
  }

  #andOr(): Node | null {
    let left = this.#pipeline();
    for (;;) {
      const operator = this.#operator('&&', '||');
      if (left === null || operator === null) return left;
      this.#skip('\n');
      const right = this.#pipeline();
      if (right === null) return left;
      left = { kind: 'and-or', left, operator: operator as '&&' | '||', right };
    }
  }

  #pipeline(): Node | null {
    if (this.#keyword() === '!') {
      this.#at++;
      const node = this.#pipeline();
      return node === null ? null : { kind: 'not', node };
    }
    const first = this.#command();
    if (first === null) return null;
    const nodes = [first];
    while (this.#operator('|', '|&') !== null) {
      this.#skip('\n');
      const next = this.#command();
      if (next !== null) nodes.push(next);
    }
    return nodes.length === 1 ? first : { kind: 'pipeline', nodes };
  }

  #command(): Node | null {
    const token = this.#tokens[this.#at];
    if (token === undefined) return null;
    if (token.kind === 'operator') {
      if (token.text !== '(') return null;
      this.#at++;
      const body = this.#list();
      this.#operator(')');
      this.#redirections();
      return { kind: 'group', body };
    }
    switch (this.#keyword()) {
      case '{':
        return { kind: 'group', body: this.#braced() };
      case 'if':
        return this.#if();
      case 'for':
      case 'select':
        return this.#for();
      case 'while':
      case 'until':
        return this.#while();
      case 'case':
        return this.#case();
      case 'function':
        return this.#function();
      default:
        return this.#isFunction() ? this.#function() : this.#simple();
    }
  }

  #braced(): Node[] {
    this.#at++;
    const body = this.#list();
    this.#accept('}');
    this.#redirections();
    return body;
  }

  #if(): Node {
    const line = this.#line();
    const branches: { condition: Node[]; body: Node[] }[] = [];
    let otherwise: Node[] | null = null;
    do {
      this.#at++;
      const condition = this.#list();
      this.#accept('then');
      branches.push({ condition, body: this.#list() });
    } while (this.#keyword() === 'elif');
    if (this.#accept('else')) otherwise = this.#list();
    this.#accept('fi');
    this.#redirections();
    return { kind: 'if', branches, otherwise, line };
  }

  #for(): Node {
    const line = this.#line();
    this.#at++;
    const variable = this.#keyword() ?? '';
    this.#at++;
    let items: Word[] | null = null;
    this.#skip('\n');
    if (this.#accept('in')) {
      items = [];
      for (let token = this.#tokens[this.#at]; token?.kind === 'word'; token = this.#tokens[this.#at]) {
        items.push(token.word);
        this.#at++;
      }
    }
    return { kind: 'for', variable, items, body: this.#loopBody(), line };
  }

  #while(): Node {
    const line = this.#line();
    const until = this.#keyword() === 'until';
    this.#at++;
    const condition = this.#list();
    return { kind: 'while', condition, until, body: this.#loopBody(), line };
  }

  #loopBody(): Node[] {
    this.#skip('\n', ';');
    // `for ((…))` is not read; what is left of it goes by here.
    while (this.#at < this.#tokens.length && this.#keyword() !== 'do') this.#at++;
    this.#accept('do');
    const body = this.#list();
    this.#accept('done');
    this.#redirections();
    return body;
  }

  #case(): Node {
    const line = this.#line();
    this.#at++;
    const token = this.#tokens[this.#at++];
    const subject: Word = token?.kind === 'word' ? token.word : { parts: [] };
    this.#skip('\n');
    this.#accept('in');
    const arms: { patterns: Word[]; body: Node[] }[] = [];
    for (;;) {
      this.#skip('\n', ';;', ';&', ';;&', '(');
      if (this.#at >= this.#tokens.length || this.#accept('esac')) break;
      const patterns: Word[] = [];
      for (let pattern = this.#tokens[this.#at]; pattern?.kind === 'word'; pattern = this.#tokens[this.#at]) {
        patterns.push(pattern.word);
        this.#at++;
        if (this.#operator('|') === null) break;
      }
      if (this.#operator(')') === null) this.#at++;
      arms.push({ patterns, body: this.#list() });
    }
    this.#redirections();
    return { kind: 'case', subject, arms, line };
  }

  #isFunction(): boolean {
    const [name, open, close] = this.#tokens.slice(this.#at, this.#at + 3);
    return (
      name?.kind === 'word' &&
      /^[A-Za-z_][\w.-]*$/.test(bareText(name.word) ?? '') &&
      isOperator(open, '(') &&
      isOperator(close, ')')
    );
  }

  #function(): Node {
    this.#accept('function');
    const name = this.#keyword() ?? '';
    this.#at++;
    if (this.#operator('(') !== null) this.#operator(')');
    this.#skip('\n');
    const body = this.#command();
    return { kind: 'function', name, body: body === null ? [] : [body] };
  }

  #simple(): Node {
    const line = this.#line();
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: string[] = [];
    const make = this.#makeAssignment();
    if (make !== null) return { kind: 'command', assignments: [make], words, redirections, line };
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token.kind === 'operator') break;
      this.#at++;
      if (token.kind === 'redirection') {
        redirections.push(token.text);
        continue;
      }
      const first = words[0] === undefined ? null : bareText(words[0]);
      const mayAssign = words.length === 0 || declarations.has(first ?? '');
      const assignment = mayAssign ? this.#assignment(token.word, token.end) : null;
      if (assignment === null) words.push(token.word);
      else assignments.push(assignment);
    }
    const command: SimpleCommand = { kind: 'command', assignments, words, redirections, line };
    return command;
  }

  /** `NAME=value`, `NAME+=value`, `NAME=(…)`. */
  #assignment(word: Word, end: number): Assignment | null {
    const [first, ...rest] = word.parts;
    if (first?.kind !== 'text' || first.quoted) return null;
    const match = /^([A-Za-z_]\w*)(\+?)=/.exec(first.text);
    if (match === null) return null;
    const [head, name = '', plus] = match;
    const append = plus === '+';
    const next = this.#tokens[this.#at];
    if (head.length === first.text.length && rest.length === 0 && isOperator(next, '(') && next?.start === end) {
      this.#at++;
      return { name, append, value: this.#arrayWords(), makeText: null };
    }
    const parts = [{ ...first, text: first.text.slice(head.length) }, ...rest];
    return { name, append, value: { parts }, makeText: null };
  }

  #arrayWords(): Word[] {
    const words: Word[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      this.#at++;
      if (token.kind === 'word') words.push(token.word);
      if (isOperator(token, ')')) break;
    }
    return words;
  }

  /** make's `NAME = text`: no shell takes it, and Makefiles are full of QEMU command lines. */
  #makeAssignment(): Assignment | null {
    const [first, second] = this.#tokens.slice(this.#at, this.#at + 2);
    if (first?.kind !== 'word' || second?.kind !== 'word') return null;
    const name = bareText(first.word) ?? '';
    const sign = bareText(second.word) ?? '';
    if (!/^[A-Za-z_]\w*$/.test(name) || !['=', ':=', '::=', '?=', '+='].includes(sign)) return null;
    const from = second.end;
    const logicalLine = /^(?:\\\n|[^\n])*/.exec(this.#text.slice(from))?.[0] ?? '';
    const end = from + logicalLine.length;
    while ((this.#tokens[this.#at]?.start ?? end) < end) this.#at++;
    const makeText = logicalLine
      .replace(/(?<!\s)\s*\\\n\s*/g, ' ')
      .replace(/(^|\s)#.*$/, '')
      .trim();
    return { name, append: sign === '+=', value: readWhole(''), makeText };
  }

  #redirections(): void {
    while (this.#tokens[this.#at]?.kind === 'redirection') this.#at++;
  }

  #line(): number {
    return this.#tokens[this.#at]?.line ?? 0;
  }

  /** The word here, if it is a bare one. */
  #keyword(): string | null {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' ? bareText(token.word) : null;
  }

  #accept(keyword: string): boolean {
    if (this.#keyword() !== keyword) return false;
    this.#at++;
    return true;
  }

  #operator(...texts: string[]): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'operator' || !texts.includes(token.text)) return null;
    this.#at++;
    return token.text;
  }

  #skip(...texts: string[]): void {
    while (this.#operator(...texts) !== null);
  }
}

function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === 'operator' && token.text === text;
}
