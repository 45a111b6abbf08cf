/**
 * What a terminal says by itself, as told from what a person types: answers to queries (attributes, cursor position,
 * modes, colours, its name) and focus reports. Pure.
 *
 * One sequence is both: `ESC [ 1 ; 2 R` is a cursor position and Shift-F3. It counts as an answer, because two answers
 * to one query break a program, and a lost Shift-F3 breaks nobody.
 */
const reply = new RegExp(
  [
    // Device attributes, status, cursor position, window reports, mode reports, focus.
    '\\x1b\\[[?>=]?[0-9;]*(?:c|n|R|t|\\$y)',
    '\\x1b\\[[IO]',
    // Settings, name and version, colours and clipboard of the terminal.
    '\\x1b[P\\]][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)',
  ].join('|'),
  'y',
);

/** Whether these bytes are nothing but answers. */
export function isTerminalReply(bytes: Uint8Array): boolean {
  if (bytes.length < 3 || bytes[0] !== 0x1b) return false;
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  reply.lastIndex = 0;
  while (reply.lastIndex < text.length) if (!reply.test(text)) return false;
  return true;
}
