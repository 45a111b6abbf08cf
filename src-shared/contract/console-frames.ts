/**
 * Console bytes on the wire. A frame is a 17-byte little-endian header and a payload:
 *
 *     0  u8   kind
 *     1  u32  viewer
 *     5  f64  offset in the stream (exact up to 2^53)
 *    13  u32  extra, by kind
 *    17  payload
 *
 * data      the bytes at `offset`; extra = how many bytes of the stream they stand for (a text log's LF is sent as CR LF)
 * snapshot  a serialised screen that stands for everything before `offset`; extra = columns << 16 | rows.
 *           The terminal is reset before it is written, and input stays gated until it is parsed.
 * restart   the stream begins anew (a new boot, extra = its number); the next bytes are at `offset`
 * end       nothing more will come (payload: a sentence why)
 * gap       `extra` bytes before `offset` are gone (punched out of the transcript)
 * ready     the viewer may type now; extra = 1 writable, 0 read-only
 * input     bytes for the guest (page → core). extra = 0: a person typed them; 1: the terminal answers a query of the
 *           guest by itself, which is let through from one viewer only (the one that typed last, else the oldest)
 * ack       page → core: `offset`: everything before it was parsed; of a data frame that is offset + extra.
 *           Core → page: `extra` bytes of input are done with, of which `offset` were not handed over (the guest is gone
 *           or does not read); there is room for as many more
 * times     when the bytes from `offset` on came, until the next of these (console-times.ts, one arrival). A data frame
 *           never holds bytes of two arrivals.
 * rows      comes before its snapshot: when the lines on the snapshot's rows began (console-times.ts, row arrivals)
 * note      something happened at `offset` that is no output; the stream goes on. extra: noteCodes
 *           (payload: words of the guest's, or nothing)
 */
export const frameKinds = [
  'data',
  'snapshot',
  'restart',
  'end',
  'gap',
  'ready',
  'input',
  'ack',
  'times',
  'rows',
  'note',
] as const;
export type FrameKind = (typeof frameKinds)[number];

/** `reset`: the machine began anew, in the same process. `panic`: the guest said that it died. */
export const noteCodes = { reset: 1, panic: 2 } as const;
export type NoteKind = keyof typeof noteCodes;

/** null: a kind that a newer core knows. */
export function noteKindOf(extra: number): NoteKind | null {
  for (const [kind, code] of Object.entries(noteCodes)) if (code === extra) return kind as NoteKind;
  return null;
}

export interface ConsoleFrame {
  readonly kind: FrameKind;
  readonly viewer: number;
  readonly offset: number;
  readonly extra: number;
  readonly payload: Uint8Array;
}

const headerBytes = 17;

export function encodeFrame(frame: ConsoleFrame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes + frame.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, frameKinds.indexOf(frame.kind));
  view.setUint32(1, frame.viewer, true);
  view.setFloat64(5, frame.offset, true);
  view.setUint32(13, frame.extra, true);
  bytes.set(frame.payload, headerBytes);
  return bytes;
}

/** Decodes a frame, or null when the bytes are not one. The payload is a view of `bytes`, not a copy. */
export function decodeFrame(bytes: Uint8Array): ConsoleFrame | null {
  if (bytes.length < headerBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = frameKinds[view.getUint8(0)];
  const offset = view.getFloat64(5, true);
  if (kind === undefined || !Number.isSafeInteger(offset) || offset < 0) return null;
  return {
    kind,
    viewer: view.getUint32(1, true),
    offset,
    extra: view.getUint32(13, true),
    payload: bytes.subarray(headerBytes),
  };
}
