/**
 * One viewer of a stream: a position in the file and a credit. It is sent what its terminal has room for and fetches
 * from the file when it has room again, so a viewer that never acknowledges costs nothing, and one that fell far behind
 * gets a picture of the present instead of the past.
 *
 * Never: keeps bytes that were not asked for, or waits for a slow receiver in a way that anyone else could feel.
 */
import {
  type ConsoleFrame,
  type FrameKind,
  type NoteKind,
  noteCodes,
} from '../../../src-shared/contract/console-frames.ts';
import { type Arrival, encodeArrivals, encodeRowArrivals } from '../../../src-shared/contract/console-times.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { Unsubscribe } from '../kit/emitter.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import { findReplayStart, type Screen, type Snapshot } from './screen.ts';
import type { Tail } from './tail.ts';

export interface ViewedStream {
  readonly tail: Tail;
  /** Null for a plain text log: it has no screen, only lines that end in LF and are sent with CR LF. */
  readonly screen: Screen | null;
  /** Null: nobody is told when bytes came. */
  readonly times: ArrivalTimes | null;
  /** Number of the boot whose stream it is. */
  readonly boot: number;
  readonly writable: boolean;
}

/**
 * Every data frame says in `extra` how many bytes of the stream it stands for, because CR LF makes a payload longer.
 * Sent frames are never changed afterwards.
 */
export type SendFrame = (frame: ConsoleFrame) => void;

/** Something that happened at an offset and is no output. */
export interface StreamNote {
  readonly kind: NoteKind;
  readonly offset: number;
  readonly text: string;
}

const nothing = new Uint8Array(0);

export class Viewer {
  readonly id: number;
  readonly #send: SendFrame;
  #stream: ViewedStream;
  #releases: Unsubscribe[] = [];
  /** Counts streams: what was read for an earlier one is not sent. */
  #epoch = 0;
  #position = 0;
  #acknowledged = 0;
  #snapshotOffset = 0;
  #unparsedSnapshotBytes = 0;
  #needsSnapshot = true;
  #endReason: string | null = null;
  #closed = false;
  /** The file could not be read, and the viewer was told. It is tried again whenever the file grows. */
  #unreadable = false;
  #pumping = false;
  #again = false;
  #lastByte = 0;
  /** What the receiver believes of the bytes that come next. */
  #arrival: Arrival | null = null;
  #notes: StreamNote[] = [];

  /** Begins to send at once: a snapshot, `ready`, then bytes. `id` is the viewer's number in its frames. */
  constructor(id: number, stream: ViewedStream, send: SendFrame) {
    this.id = id;
    this.#stream = stream;
    this.#send = send;
    this.#watch();
    this.#pump();
  }

  /** The receiver's terminal has parsed everything before `offset`. A nonsense offset is harmless. */
  ack(offset: number): void {
    if (offset >= this.#snapshotOffset) this.#unparsedSnapshotBytes = 0;
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(offset, this.#position));
    this.#pump();
  }

  /** A new stream took the place of the old one; the viewer is told and sees it from its first byte. */
  restart(stream: ViewedStream): void {
    this.#stream = stream;
    this.#unwatch();
    this.#watch();
    this.#beginAnew();
  }

  /** After what is in the file now has been sent, the viewer is told that nothing more will come, and why. */
  end(reason: string): void {
    this.#endReason = reason;
    this.#pump();
  }

  /** Told when the bytes before it were sent. A picture of later days leaves it out. */
  note(note: StreamNote): void {
    this.#notes.push(note);
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#epoch++;
    this.#unwatch();
  }

  #watch(): void {
    const { tail, screen } = this.#stream;
    this.#releases.push(
      tail.changes.on((change) => {
        if (change.kind === 'restarted') this.#beginAnew();
        else if (change.kind === 'grew') this.#pump();
      }),
    );
    if (screen !== null) this.#releases.push(screen.retain());
  }

  #unwatch(): void {
    for (const release of this.#releases.splice(0)) release();
  }

  #beginAnew(): void {
    this.#epoch++;
    this.#position = 0;
    this.#acknowledged = 0;
    this.#snapshotOffset = 0;
    this.#unparsedSnapshotBytes = 0;
    this.#lastByte = 0;
    this.#endReason = null;
    this.#arrival = null;
    this.#notes = [];
    this.#needsSnapshot = false;
    this.#unreadable = false;
    this.#emit('restart', 0, this.#stream.boot);
    this.#emit('ready', 0, this.#stream.writable ? 1 : 0);
    this.#pump();
  }

  get #credit(): number {
    const parsed = Math.max(this.#acknowledged, this.#snapshotOffset);
    return limits.viewerWindowBytes - this.#unparsedSnapshotBytes - (this.#position - parsed);
  }

  #pump(): void {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    unawaited(this.#run(), 'a viewer could not be served');
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const epoch = this.#epoch;
      try {
        while (!this.#closed && (await this.#step()));
      } catch (error) {
        // The next stream's file is another one.
        if (!this.#closed && epoch === this.#epoch) this.#cannotRead(error);
        else this.#again ||= !this.#closed;
      }
    }
    this.#pumping = false;
  }

  /** Told once. When the file can be read again the viewer gets a picture of what it says then. */
  #cannotRead(error: unknown): void {
    this.#needsSnapshot = true;
    if (this.#unreadable) return;
    this.#unreadable = true;
    this.#emit('end', this.#position, 0, encode(`The transcript cannot be read: ${error}`));
  }

  /** Sends at most one frame's worth; false when there is nothing to send or no credit. */
  async #step(): Promise<boolean> {
    const { tail } = this.#stream;
    const epoch = this.#epoch;
    if (this.#needsSnapshot) return this.#sendSnapshot(epoch, true);
    if (this.#sendNote()) return true;
    if (this.#credit <= 0) return false;
    const lag = tail.size - this.#position;
    if (lag > limits.viewerLagBytes) return this.#sendSnapshot(epoch, false);
    if (lag <= 0) return this.#sendEnd();
    const from = Math.max(this.#position, tail.punchedBefore);
    const chunk = await tail.read(from, this.#roomAt(from));
    if (epoch !== this.#epoch) return true;
    const lost = chunk.offset - this.#position;
    if (lost > 0) this.#emit('gap', chunk.offset, Math.min(lost, 0xffff_ffff));
    this.#position = chunk.offset + chunk.bytes.length;
    if (chunk.bytes.length === 0) return lost > 0;
    this.#sendTime(chunk.offset);
    this.#emit('data', chunk.offset, chunk.bytes.length, this.#presentable(chunk.bytes));
    return true;
  }

  async #sendSnapshot(epoch: number, first: boolean): Promise<boolean> {
    const snapshot = await this.#takeSnapshot();
    if (epoch !== this.#epoch) return true;
    const payload = encode(snapshot.text);
    this.#needsSnapshot = false;
    this.#unreadable = false;
    this.#position = snapshot.offset;
    this.#snapshotOffset = snapshot.offset;
    this.#unparsedSnapshotBytes = payload.length;
    this.#lastByte = 0;
    this.#arrival = null;
    this.#notes = this.#notes.filter(({ offset }) => offset >= snapshot.offset);
    if (snapshot.began.length > 0) this.#emit('rows', snapshot.offset, 0, encodeRowArrivals(snapshot.began));
    this.#emit('snapshot', snapshot.offset, (snapshot.columns << 16) | snapshot.rows, payload);
    if (first) this.#emit('ready', snapshot.offset, this.#stream.writable && this.#endReason === null ? 1 : 0);
    return true;
  }

  async #takeSnapshot(): Promise<Snapshot> {
    const { screen, tail } = this.#stream;
    if (screen !== null) return screen.snapshot();
    const offset = await findReplayStart(tail, tail.size);
    return { offset, columns: limits.screenColumns, rows: limits.screenRows, text: '', began: [] };
  }

  /** A frame's worth, up to where other bytes came at another time, or something else is to be told. */
  #roomAt(offset: number): number {
    const nextTime = this.#stream.times?.endOf(offset) ?? Number.POSITIVE_INFINITY;
    const nextNote = this.#notes[0]?.offset ?? Number.POSITIVE_INFINITY;
    return Math.min(limits.consoleFrameBytes, this.#credit, nextTime - offset, nextNote - offset);
  }

  #sendTime(offset: number): void {
    const arrival = this.#stream.times?.at(offset) ?? null;
    if (arrival === null || arrival === this.#arrival) return;
    this.#arrival = arrival;
    this.#emit('times', offset, 0, encodeArrivals([arrival]));
  }

  #sendNote(): boolean {
    const [note] = this.#notes;
    if (note === undefined || note.offset > this.#position) return false;
    this.#notes.shift();
    this.#emit('note', note.offset, noteCodes[note.kind], encode(note.text));
    return true;
  }

  #sendEnd(): false {
    if (this.#endReason === null) return false;
    this.#emit('end', this.#position, 0, encode(this.#endReason));
    this.#endReason = null;
    return false;
  }

  #presentable(bytes: Uint8Array): Uint8Array {
    if (this.#stream.screen !== null) return bytes;
    const text = withCarriageReturns(bytes, this.#lastByte);
    this.#lastByte = bytes[bytes.length - 1] ?? 0;
    return text;
  }

  #emit(kind: FrameKind, offset: number, extra: number, payload: Uint8Array = nothing): void {
    this.#send({ kind, viewer: this.id, offset, extra, payload });
  }
}

/** LF as CR LF, except where there is a CR already; `before` is the byte before the first. Pure. */
export function withCarriageReturns(bytes: Uint8Array, before: number): Uint8Array {
  const result = new Uint8Array(bytes.length * 2);
  let length = 0;
  let previous = before;
  for (const byte of bytes) {
    if (byte === 0x0a && previous !== 0x0d) result[length++] = 0x0d;
    result[length++] = byte;
    previous = byte;
  }
  return result.subarray(0, length);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
