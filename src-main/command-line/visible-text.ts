/**
 * Text that is not ours in a person's terminal: what would move the cursor, change the terminal or turn the text around
 * is shown as letters, the way `cat -v` does it. Names, notes, logs, errors and scripts come from guests and files. Pure.
 */

/** Controls but tab and line ends, what turns text around, and what nobody sees. Joiners are part of writing. */
const hidden = new RegExp(
  `[${[
    '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f',
    '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069',
    '\\u00ad\\u180e\\u200b\\u2028\\u2029\\u2060-\\u2065\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}',
  ].join('')}]`,
  'gu',
);

export function visible(text: string): string {
  return text.replace(hidden, (letter, at: number) =>
    letter === '\r' && text[at + 1] === '\n' ? letter : shown(letter),
  );
}

/** The same for JSON: it stays the JSON it was. */
export function visibleJson(json: string): string {
  return json.replace(hidden, (letter) =>
    [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

function shown(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  return code === 0x7f ? '^?' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Bytes that come in pieces: letters and line ends may be cut anywhere. */
export class VisibleStream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #held = '';

  push(bytes: Uint8Array): string {
    return this.#out(this.#held + this.#decoder.decode(bytes, { stream: true }));
  }

  end(): string {
    const rest = this.#held + this.#decoder.decode();
    this.#held = '';
    return visible(rest);
  }

  #out(text: string): string {
    // Whether a carriage return ends a line or overwrites one is known with the next letter.
    this.#held = text.endsWith('\r') ? '\r' : '';
    return visible(this.#held === '' ? text : text.slice(0, -1));
  }
}
