/**
 * What is typed to QMP: a message as QMP has it, or `command key=value …`, where dots make objects within objects, a
 * value is JSON where it can be (Python's `True`, `None` and single quotes too, as people copy them) and a text where not,
 * and `transaction( … )` holds one action a line. Pure.
 */
export type QmpLine =
  | { readonly kind: 'command'; readonly command: string; readonly args: Record<string, unknown>; readonly id: unknown }
  | { readonly kind: 'wrong'; readonly reason: string };

/** Whether brackets or quotes are still open, so that the next line belongs to it. */
export function isUnfinishedQmp(text: string): boolean {
  const begins = text.trimStart();
  if (/^transaction\s*\(/.test(begins)) return !/\)\s*$/.test(text);
  if (!begins.startsWith('{')) return false;
  return depthOf(begins) > 0;
}

export function parseQmpLine(text: string): QmpLine {
  const line = text.trim();
  try {
    if (line.startsWith('{')) return ofMessage(JSON.parse(line));
  } catch (error) {
    return wrong(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const transaction = /^transaction\s*\(([\s\S]*)\)$/.exec(line);
  if (transaction !== null) return ofTransaction(transaction[1] ?? '');
  return ofWords(line);
}

function ofMessage(value: unknown): QmpLine {
  if (!isRecord(value)) return wrong('A message is an object with "execute".');
  const { execute, 'exec-oob': outOfBand, arguments: args = {}, id } = value;
  const command = execute ?? outOfBand;
  if (typeof command !== 'string') return wrong('A message is an object with "execute".');
  const unknown = Object.keys(value).find(
    (key) => !['execute', 'exec-oob', 'arguments', 'id', 'control'].includes(key),
  );
  if (unknown !== undefined) return wrong(`QMP has no "${unknown}" in a message.`);
  if (!isRecord(args)) return wrong('"arguments" is an object.');
  return { kind: 'command', command, args, id };
}

function ofTransaction(text: string): QmpLine {
  const actions: unknown[] = [];
  for (const one of text.split('\n').filter((part) => part.trim() !== '')) {
    const action = ofWords(one.trim());
    if (action.kind === 'wrong') return action;
    actions.push({ type: action.command, data: action.args });
  }
  return { kind: 'command', command: 'transaction', args: { actions }, id: undefined };
}

function ofWords(line: string): QmpLine {
  const [command = '', ...words] = splitOutsideQuotes(line);
  const args: Record<string, unknown> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) return wrong(`After the command come key=value pairs; "${word}" is none.`);
    const problem = place(args, word.slice(0, at).split('.'), readValue(word.slice(at + 1)));
    if (problem !== null) return wrong(problem);
  }
  return { kind: 'command', command, args, id: undefined };
}

function place(into: Record<string, unknown>, keys: readonly string[], value: unknown): string | null {
  const [key = '', ...deeper] = keys;
  if (['', '__proto__'].includes(key)) return 'A key has no name.';
  if (deeper.length === 0) {
    if (Object.hasOwn(into, key)) return `"${key}" is given twice.`;
    into[key] = value;
    return null;
  }
  const inner = Object.hasOwn(into, key) ? into[key] : {};
  if (!isRecord(inner)) return `"${key}" is a value, and cannot hold "${deeper.join('.')}".`;
  into[key] = inner;
  return place(inner, deeper, value);
}

function readValue(text: string): unknown {
  for (const spelling of [text, asJson(text)]) {
    try {
      return JSON.parse(spelling);
    } catch {
      // Another spelling, or a text.
    }
  }
  return text;
}

/** Python's literals as JSON has them. */
function asJson(text: string): string {
  return text.replace(/'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|\b(True|False|None)\b/g, (whole, quoted, word) => {
    if (word !== undefined) return { True: 'true', False: 'false', None: 'null' }[String(word)] ?? whole;
    return quoted === undefined ? whole : JSON.stringify(String(quoted).replace(/\\'/g, "'"));
  });
}

/** At blanks that are in no quotes and no brackets. */
function splitOutsideQuotes(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let depth = 0;
  for (const { character, quoted } of scan(text)) {
    if (!quoted && '{['.includes(character)) depth += 1;
    if (!quoted && '}]'.includes(character)) depth -= 1;
    if (!quoted && depth <= 0 && /\s/.test(character)) {
      if (word !== '') words.push(word);
      word = '';
    } else word += character;
  }
  return word === '' ? words : [...words, word];
}

function depthOf(text: string): number {
  let depth = 0;
  for (const { character, quoted } of scan(text)) {
    if (quoted) continue;
    if ('{['.includes(character)) depth += 1;
    if ('}]'.includes(character)) depth -= 1;
  }
  return depth;
}

function* scan(text: string): Generator<{ readonly character: string; readonly quoted: boolean }> {
  let quote: string | null = null;
  let escaped = false;
  for (const character of text) {
    const quoted = quote !== null;
    yield { character, quoted };
    if (escaped) escaped = false;
    else if (quote !== null && character === '\\') escaped = true;
    else if (quote !== null) quote = character === quote ? null : quote;
    else if (character === '"' || character === "'") quote = character;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(reason: string): QmpLine {
  return { kind: 'wrong', reason };
}
