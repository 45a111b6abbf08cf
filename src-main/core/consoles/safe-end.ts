/**
 * Where a byte stream can be cut so that a terminal that starts after the cut understands the rest: not inside an escape
 * sequence, not inside a UTF-8 character. A serialised screen keeps neither, so snapshots are taken at such cuts only.
 */
const esc = 0x1b;
const cancel = 0x18;
const substitute = 0x1a;
const bell = 0x07;

type State = 'ground' | 'escape' | 'csi' | 'string';

/**
 * Length of the longest beginning of `bytes` that ends between two characters or sequences; `bytes` itself must begin at
 * such a place. Follows ECMA-48 as far as it matters for finding ends.
 */
export function lastSafeEnd(bytes: Uint8Array): number {
  let state: State = 'ground';
  let continuationBytes = 0;
  let safe = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (state === 'ground' && byte !== esc) continuationBytes = continuationsAfter(byte, continuationBytes);
    else {
      continuationBytes = 0;
      state = stateAfter(state, byte);
    }
    if (state === 'ground' && continuationBytes === 0) safe = at + 1;
  }
  return safe;
}

function continuationsAfter(byte: number, expected: number): number {
  if (byte < 0x80) return 0;
  if (byte < 0xc0) return Math.max(0, expected - 1);
  if (byte < 0xe0) return 1;
  if (byte < 0xf0) return 2;
  return byte < 0xf8 ? 3 : 0;
}

function stateAfter(state: State, byte: number): State {
  if (byte === esc) return 'escape';
  if (byte === cancel || byte === substitute) return 'ground';
  switch (state) {
    case 'ground':
      return 'ground';
    case 'escape':
      if (byte === 0x5b) return 'csi'; // [
      if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) return 'string'; // ] P X ^ _
      return byte >= 0x30 && byte <= 0x7e ? 'ground' : 'escape';
    case 'csi':
      return byte >= 0x40 && byte <= 0x7e ? 'ground' : 'csi';
    case 'string':
      // ESC \ ends it by way of 'escape'.
      return byte === bell ? 'ground' : 'string';
  }
}
