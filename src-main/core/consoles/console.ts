/**
 * A console of an instance: one stream of bytes, boot after boot, that any number of viewers see and type into. Each
 * boot brings a new transcript file and a new way in; viewers stay.
 *
 * Owns the tail, the screen, the input and the viewers of the current boot. Never: starts or stops anything else, knows
 * what an instance is, or stands between the guest and its file.
 */
import type { NoteKind } from '../../../src-shared/contract/console-frames.ts';
import type { Arrival } from '../../../src-shared/contract/console-times.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import type { Clock } from '../kit/clock.ts';
import { Emitter, type Unsubscribe } from '../kit/emitter.ts';
import { ArrivalTimes } from './arrival-times.ts';
import type { Consent, ConsoleInput, TypeResult } from './keyboard.ts';
import { findLine, type LineMatch, withoutSequences } from './line-search.ts';
import { type LineWatchOptions, type SeenLine, watchLines } from './line-watch.ts';
import { findReplayStart, Screen } from './screen.ts';
import { Tail } from './tail.ts';
import { findPunchedBound } from './transcript-bound.ts';
import { type SendFrame, type StreamNote, type ViewedStream, Viewer } from './viewer.ts';

/** One boot's stream. */
export interface ConsoleStream {
  /** The transcript; it need not exist yet. */
  readonly path: string;
  readonly boot: number;
  /** Null: read-only (an old boot, a log). The console closes it with the stream. */
  readonly input: ConsoleInput | null;
  /** `text`: lines that end in LF and no terminal behind them, such as the engine's own log. */
  readonly content?: 'terminal' | 'text';
  /** Where it is written down when bytes came; absent: it is known only for as long as this console lives. */
  readonly times?: string;
  /** An old boot's, whose files are only read. */
  readonly isPast?: boolean;
}

/** Some lines: as much as a guest repeats at once. */
const rememberedBytes = 4096;

export interface ConsoleOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly clock?: Clock;
}

export interface ViewerHandle {
  readonly viewer: number;
  readonly columns: number;
  readonly rows: number;
  readonly writable: boolean;
  /** The viewer's terminal has parsed everything before this offset. */
  ack(offset: number): void;
  /** `automatic`: the viewer's terminal answers a query. Only one viewer's answers are let through. */
  input(bytes: Uint8Array, automatic?: boolean): Promise<TypeResult>;
  /** Idempotent. */
  close(): void;
}

interface Current {
  readonly stream: ConsoleStream;
  readonly viewed: ViewedStream;
  readonly cleanups: CleanupStack;
}

export class Console {
  readonly columns: number;
  readonly rows: number;
  /** The tail was exchanged for a new boot's. */
  readonly restarted = new Emitter<Tail>();
  readonly #ended = new Emitter<string>();
  readonly #clock: Clock | null;
  readonly #viewers = new Set<Viewer>();
  #current: Current | null = null;
  /** Whose terminal answers the guest. */
  #typedLast: Viewer | null = null;
  #endReason: string | null = null;
  #typed: Buffer = Buffer.alloc(0);
  #typedBytes = 0;
  #lastNote: StreamNote | null = null;
  #turn: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(options: ConsoleOptions = {}) {
    this.columns = options.columns ?? limits.screenColumns;
    this.rows = options.rows ?? limits.screenRows;
    this.#clock = options.clock ?? null;
  }

  /** The current boot's transcript. Throws `unknown_console` before the first `restart`. */
  get tail(): Tail {
    return this.#stream().viewed.tail;
  }

  /** Bytes of the current transcript; 0 where none is open. */
  get size(): number {
    return this.#current?.viewed.tail.size ?? 0;
  }

  get writable(): boolean {
    return this.#current?.viewed.writable ?? false;
  }

  /** What was typed last in this boot, by whomever: what a guest repeats is not its own. */
  get typed(): string {
    return this.#typed.toString('utf8');
  }

  /** Bytes that were typed, over all boots. */
  get typedBytes(): number {
    return this.#typedBytes;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Begins with a boot's stream, the first one too. Viewers of an earlier boot are told and see the new one. */
  restart(stream: ConsoleStream): Promise<void> {
    return this.#inTurn(() => this.#restart(stream));
  }

  async #restart(stream: ConsoleStream): Promise<void> {
    if (this.#disposed) return stream.input?.close();
    const previous = this.#current;
    const next = await this.#openStream(stream);
    this.#current = next;
    this.#endReason = null;
    this.#typed = Buffer.alloc(0);
    this.#lastNote = null;
    if (this.#viewers.size > 0) stream.input?.attach?.();
    for (const viewer of this.#viewers) viewer.restart(next.viewed);
    this.restarted.emit(next.viewed.tail);
    await previous?.cleanups.close();
  }

  /**
   * Adds a viewer: a snapshot, `ready`, and the bytes from there on come through `send`. `viewer` is its number in every
   * frame; `consent` asks whoever is behind it. Throws `unknown_console` before the first `restart`.
   */
  open(viewer: number, send: SendFrame, consent?: Consent): ViewerHandle {
    const { viewed, stream } = this.#stream();
    const opened = new Viewer(viewer, viewed, send);
    this.#viewers.add(opened);
    if (this.#viewers.size === 1) stream.input?.attach?.();
    if (this.#endReason !== null) opened.end(this.#endReason);
    return {
      viewer,
      columns: this.columns,
      rows: this.rows,
      writable: viewed.writable && this.#endReason === null,
      ack: (offset) => opened.ack(offset),
      input: (bytes, automatic = false) => this.#inputOf(opened, bytes, automatic, consent),
      close: () => {
        opened.close();
        if (this.#typedLast === opened) this.#typedLast = null;
        if (this.#viewers.delete(opened) && this.#viewers.size === 0) this.#current?.stream.input?.release?.();
      },
    };
  }

  /**
   * Types into the guest, after what others typed before. A read-only console answers `nobody-reads`, one that is gone
   * or has nothing in it yet `closed`.
   */
  input(bytes: Uint8Array, consent?: Consent): Promise<TypeResult> {
    if (this.#current === null) return Promise.resolve('closed');
    const { stream, viewed } = this.#current;
    if (stream.input === null || this.#endReason !== null) return Promise.resolve('nobody-reads');
    viewed.tail.nudge();
    this.#typedBytes += bytes.length;
    this.#typed = Buffer.concat([this.#typed, bytes.subarray(-rememberedBytes)]).subarray(-rememberedBytes);
    return stream.input.type(bytes, consent);
  }

  /** A query is answered once, whoever looks: by who typed last, or has looked for longest. */
  #inputOf(viewer: Viewer, bytes: Uint8Array, automatic: boolean, consent?: Consent): Promise<TypeResult> {
    if (!automatic) this.#typedLast = viewer;
    const [oldest] = this.#viewers;
    if (automatic && viewer !== (this.#typedLast ?? oldest)) return Promise.resolve('written');
    return this.input(bytes, consent);
  }

  /** Tells viewers of something that is no output, at the place where the stream is now. */
  async note(kind: NoteKind, text = ''): Promise<void> {
    const viewed = this.#current?.viewed;
    if (viewed === undefined) return;
    await viewed.tail.look();
    const note = { kind, text, offset: viewed.tail.size };
    // A PC's firmware resets the machine again before it says anything; a person did it once.
    const isSame = this.#lastNote?.kind === kind && this.#lastNote.offset === note.offset;
    if (this.#current?.viewed !== viewed || isSame) return;
    this.#lastNote = note;
    for (const viewer of this.#viewers) viewer.note(note);
  }

  /** Lines as they are finished, this boot's and those of the boots that follow (from their beginning). */
  watchLines(options: LineWatchOptions, onLine: (line: SeenLine) => void): Unsubscribe {
    let stop = this.#current === null ? () => {} : watchLines(this.tail, options, onLine);
    const unsubscribe = this.restarted.on((tail) => {
      stop();
      stop = watchLines(tail, { ...options, from: 0 }, onLine);
    });
    return () => {
      unsubscribe();
      stop();
    };
  }

  /**
   * The first line of this boot, at or after `fromOffset`, that contains or matches `pattern`; an unfinished line counts.
   * Throws `timed_out`, `cancelled`, `invalid_input` for an expression that takes too long, and `connection_lost` when
   * the boot ends or another begins first.
   */
  async waitFor(
    pattern: RegExp | string,
    options: { readonly signal?: AbortSignal; readonly fromOffset?: number; readonly timeoutMs?: number } = {},
  ): Promise<LineMatch> {
    const { signal, fromOffset = 0, timeoutMs } = options;
    const stop = new AbortController();
    const over = new AbortController();
    const cleanups = new CleanupStack();
    const cancel = () => stop.abort(new SlipwayError('cancelled', 'Cancelled.'));
    const restart = () =>
      stop.abort(new SlipwayError('connection_lost', 'Another boot began before the text appeared.'));
    const end = (reason: string) =>
      over.abort(new SlipwayError('connection_lost', `The console ended without that text: ${reason}`));
    const late = () => stop.abort(new SlipwayError('timed_out', `The text did not appear within ${timeoutMs} ms.`));
    if (signal?.aborted) cancel();
    if (this.#endReason !== null) end(this.#endReason);
    signal?.addEventListener('abort', cancel, { once: true });
    cleanups.add(() => signal?.removeEventListener('abort', cancel));
    cleanups.add(this.restarted.on(restart));
    cleanups.add(this.#ended.on(end));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    cleanups.add(() => clearTimeout(timer));
    try {
      return await findLine(this.tail, pattern, { fromOffset, signal: stop.signal, over: over.signal });
    } finally {
      await cleanups.close();
    }
  }

  /** Screen and scrollback as plain text; of a log its last MiB. */
  async text(): Promise<string> {
    const { viewed } = this.#stream();
    await viewed.tail.look();
    if (viewed.screen !== null) return viewed.screen.text();
    const { tail } = viewed;
    const from = await findReplayStart(tail, tail.size);
    const { bytes } = await tail.read(from, tail.size - from);
    return withoutSequences(new TextDecoder().decode(bytes));
  }

  /** When the bytes of this boot from `from` to `to` came. */
  async arrivals(from: number, to: number): Promise<readonly Arrival[]> {
    const { tail, times } = this.#stream().viewed;
    await tail.look();
    return (await times?.between(from, to)) ?? [];
  }

  /** The boot is over: viewers get what is in the file and then the reason. They stay, for the next boot. */
  async end(reason: string): Promise<void> {
    if (this.#current === null || this.#endReason !== null) return;
    const { viewed } = this.#current;
    this.#endReason = reason;
    await viewed.tail.look();
    if (this.#endReason !== reason || this.#current?.viewed !== viewed) return;
    for (const viewer of this.#viewers) viewer.end(reason);
    this.#ended.emit(reason);
  }

  /** Closes the files while nobody looks; the next `restart` opens them again. Does nothing while somebody does. */
  rest(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#viewers.size > 0) return;
      const current = this.#current;
      this.#current = null;
      await current?.cleanups.close();
    });
  }

  async dispose(): Promise<void> {
    for (const viewer of this.#viewers) viewer.close();
    this.#viewers.clear();
    this.#ended.emit('closed');
    this.#disposed = true;
    await this.#inTurn(async () => {
      const current = this.#current;
      this.#current = null;
      await current?.cleanups.close();
    });
  }

  /** Streams are exchanged one after another, or a quick second boot would leave the first one's files open. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #openStream(stream: ConsoleStream): Promise<Current> {
    const cleanups = new CleanupStack();
    try {
      if (stream.input !== null) cleanups.add(() => stream.input?.close());
      const times = await ArrivalTimes.open({
        path: stream.times ?? null,
        transcript: stream.path,
        readOnly: stream.isPast === true,
      });
      cleanups.add(() => times.close());
      const tail = new Tail(stream.path);
      cleanups.add(() => tail.close());
      cleanups.add(async () => void (await tail.look()));
      // Before everybody else: who is told of bytes may ask when they came.
      tail.changes.on((change) => {
        if (change.kind === 'grew') times.grew(change.size, change.time);
        if (change.kind === 'restarted') times.restart();
      });
      stream.input?.onOutput?.(() => tail.nudge());
      await tail.start();
      const read = async (offset: number, length: number) => (await tail.read(offset, length)).bytes;
      // What cannot be read is told to viewers by the tail; it keeps nobody from the guest.
      tail.markPunched(await findPunchedBound(read, tail.size).catch(() => 0));
      const screen = stream.content === 'text' ? null : this.#newScreen(tail, times);
      if (screen !== null) cleanups.add(() => screen.dispose());
      return { stream, viewed: { tail, screen, times, boot: stream.boot, writable: stream.input !== null }, cleanups };
    } catch (error) {
      await cleanups.close();
      throw error;
    }
  }

  #newScreen(tail: Tail, times: ArrivalTimes): Screen {
    const { columns, rows } = this;
    return new Screen(tail, { columns, rows, times, ...(this.#clock && { clock: this.#clock }) });
  }

  #stream(): Current {
    if (this.#current === null) throw new SlipwayError('unknown_console', 'There is nothing in this console yet.');
    return this.#current;
  }
}
