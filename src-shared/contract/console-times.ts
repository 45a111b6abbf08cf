/**
 * When console bytes came, on the wire and in the sidecar file of a transcript. Little-endian records:
 *
 *     arrival      (20 bytes)  f64 offset   f64 epoch ms   u32 earlier
 *     row arrival  (24 bytes)  u32 row, then an arrival
 *
 * An arrival is of the bytes from `offset` up to the next arrival. `at` is when they had come at the latest; `earlierMs`
 * is how much earlier that may have been: 0 means it is known (to about 10 ms), anything else that nobody watched, and
 * they came between `at - earlierMs` and `at`.
 */
export interface Arrival {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly earlierMs: number;
}

/** The line on this row of the buffer, and on those below it up to the next record's, began in the bytes of `arrival`. */
export interface RowArrival {
  /** From the first row of the scrollback, 0-based. */
  readonly row: number;
  readonly arrival: Arrival;
}

export const arrivalBytes = 20;
const rowBytes = 4 + arrivalBytes;
const longestSpan = 0xffff_ffff;

export function encodeArrivals(arrivals: readonly Arrival[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(arrivals.length * arrivalBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, arrival] of arrivals.entries()) writeArrival(view, index * arrivalBytes, arrival);
  return bytes;
}

/** A half-written last record is left out. */
export function decodeArrivals(bytes: Uint8Array): Arrival[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const arrivals: Arrival[] = [];
  for (let at = 0; at + arrivalBytes <= bytes.length; at += arrivalBytes) arrivals.push(readArrival(view, at));
  return arrivals;
}

export function encodeRowArrivals(rows: readonly RowArrival[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(rows.length * rowBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, { row, arrival }] of rows.entries()) {
    view.setUint32(index * rowBytes, row, true);
    writeArrival(view, index * rowBytes + 4, arrival);
  }
  return bytes;
}

export function decodeRowArrivals(bytes: Uint8Array): RowArrival[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows: RowArrival[] = [];
  for (let at = 0; at + rowBytes <= bytes.length; at += rowBytes)
    rows.push({ row: view.getUint32(at, true), arrival: readArrival(view, at + 4) });
  return rows;
}

function writeArrival(view: DataView, at: number, arrival: Arrival): void {
  view.setFloat64(at, arrival.offset, true);
  view.setFloat64(at + 8, arrival.at, true);
  view.setUint32(at + 16, Math.min(longestSpan, Math.ceil(arrival.earlierMs)), true);
}

function readArrival(view: DataView, at: number): Arrival {
  return {
    offset: view.getFloat64(at, true),
    at: view.getFloat64(at + 8, true),
    earlierMs: view.getUint32(at + 16, true),
  };
}
