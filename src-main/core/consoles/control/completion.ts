/** What Tab finds, and how it is shown. Pure. */
export interface Completion {
  /** Where the word begins that is completed, in what stands before the cursor. */
  readonly start: number;
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  readonly text: string;
  /** One line about it. */
  readonly about?: string;
  /** What follows it; a blank where absent. */
  readonly end?: string;
}

/** More than these are names in columns. */
const mostWithWords = 16;

export function columnsOf(options: readonly CompletionOption[], width: number): string {
  const longest = Math.max(...options.map(({ text }) => text.length));
  if (options.length <= mostWithWords && options.some(({ about }) => about !== undefined)) {
    return options
      .map(({ text, about = '' }) => `${text.padEnd(longest)}  ${about}`.slice(0, width - 1).trimEnd())
      .join('\n');
  }
  const columns = Math.max(1, Math.floor(width / (longest + 2)));
  const rows = Math.ceil(options.length / columns);
  return Array.from({ length: rows }, (_, row) =>
    options
      .filter((_option, index) => index % rows === row)
      .map(({ text }) => text.padEnd(longest))
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

export function commonStart(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}
