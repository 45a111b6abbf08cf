/**
 * A terminal without a display that knows what a stream looks like: snapshots for viewers that attach or fell behind,
 * plain text for people and scripts. It exists only while it is wanted and a minute longer.
 *
 * Never: answers the guest (a headless terminal's replies to queries are discarded; the viewers' terminals answer), or
 * holds a byte that the transcript does not hold too.
 */
import type { SerializeAddon } from '@xterm/addon-serialize';
import type { Terminal } from '@xterm/headless';
import type { RowArrival } from '../../../src-shared/contract/console-times.ts';
import { limits } from '../../../src-shared/limits.ts';
import { RowTimes } from '../../../src-shared/row-times.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import type { Unsubscribe } from '../kit/emitter.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import { lastSafeEnd } from './safe-end.ts';
import { ScreenModes } from './screen-modes.ts';
import type { Tail } from './tail.ts';

export interface Snapshot {
  /** Everything before it is in `text`; the bytes from it on continue the picture. */
  readonly offset: number;
  readonly columns: number;
  readonly rows: number;
  /** To be written to a terminal of this size that was reset. */
  readonly text: string;
  /** When the lines on its rows began, where that is known. */
  readonly began: readonly RowArrival[];
}

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly clock?: Clock;
  readonly times?: ArrivalTimes;
}

/** How long a screen outlives its last viewer: a reload of the page must not lose modes that were set long ago. */
export const screenLingerMs = 60_000;
/** Nobody sees the screen itself, so it follows in large steps; a snapshot catches up first. */
const followMs = 100;
/** An escape sequence longer than this is taken for garbage and cut. */
const longestSequenceBytes = 4096;
const feedBytes = 64 * 1024;

const terminalCode = () => Promise.all([import('@xterm/headless'), import('@xterm/addon-serialize')]);

export class Screen {
  readonly columns: number;
  readonly rows: number;
  readonly #tail: Tail;
  readonly #clock: Clock;
  readonly #unsubscribe: Unsubscribe;
  #terminal: Terminal | null = null;
  #serializer: SerializeAddon | null = null;
  #modes: ScreenModes | null = null;
  readonly #times: ArrivalTimes | null;
  #rowTimes: RowTimes | null = null;
  /** How far the terminal has parsed; always a place where the stream can be cut. */
  #position = 0;
  #users = 0;
  #linger: AbortController | null = null;
  #followTimer: NodeJS.Timeout | null = null;
  #busy: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(tail: Tail, options: ScreenOptions = {}) {
    this.#tail = tail;
    this.columns = options.columns ?? limits.screenColumns;
    this.rows = options.rows ?? limits.screenRows;
    this.#clock = options.clock ?? systemClock;
    this.#times = options.times ?? null;
    this.#unsubscribe = tail.changes.on((change) => {
      if (change.kind === 'restarted')
        unawaited(
          this.#exclusively(async () => this.#drop()),
          'a screen could not begin anew',
        );
      else if (change.kind === 'grew') this.#followSoon();
    });
  }

  /** Whether there is a terminal now, which costs some megabytes. */
  get exists(): boolean {
    return this.#terminal !== null;
  }

  /** A user of the screen came; the returned function says that it left. */
  retain(): () => void {
    this.#users++;
    this.#linger?.abort();
    this.#linger = null;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#users--;
      if (this.#users === 0) this.#lingerThenDrop();
    };
  }

  /** Throws what reading the transcript throws (EIO). */
  snapshot(): Promise<Snapshot> {
    return this.#withTerminal((_terminal, serializer, modes) => ({
      offset: this.#position,
      columns: this.columns,
      rows: this.rows,
      text: serializer.serialize({ scrollback: limits.screenScrollbackLines }) + modes.serialise(),
      began: this.#rowTimes?.rows() ?? [],
    }));
  }

  /** Scrollback and screen as lines of plain text; lines that the terminal wrapped are whole again. */
  text(): Promise<string> {
    return this.#withTerminal((terminal) => {
      const buffer = terminal.buffer.active;
      const lines: string[] = [];
      for (let row = 0; row < buffer.length; row++) {
        const line = buffer.getLine(row);
        const continues = buffer.getLine(row + 1)?.isWrapped ?? false;
        const text = line?.translateToString(!continues) ?? '';
        if (line?.isWrapped && lines.length > 0) lines.push((lines.pop() ?? '') + text);
        else lines.push(text);
      }
      return `${lines.join('\n').trimEnd()}\n`;
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#unsubscribe();
    this.#linger?.abort();
    await this.#exclusively(async () => this.#drop());
  }

  async #withTerminal<T>(use: (terminal: Terminal, serializer: SerializeAddon, modes: ScreenModes) => T): Promise<T> {
    const release = this.retain();
    try {
      return await this.#exclusively(async () => {
        await this.#advance();
        const { terminal, serializer, modes } = await this.#ensureTerminal();
        return use(terminal, serializer, modes);
      });
    } finally {
      release();
    }
  }

  /** Parses up to what the transcript has now; starts anew near the end if there is too much to catch up with. */
  async #advance(): Promise<void> {
    const target = this.#tail.size;
    if (this.#terminal === null || target - this.#position > limits.viewerLagBytes) {
      this.#drop();
      this.#position = await findReplayStart(this.#tail, target);
    }
    while (this.#position < target) {
      const chunk = await this.#tail.read(this.#position, feedBytes);
      if (chunk.bytes.length === 0) return;
      const safe = lastSafeEnd(chunk.bytes);
      if (safe === 0 && chunk.bytes.length < longestSequenceBytes) return;
      const length = safe === 0 ? chunk.bytes.length : safe;
      await this.#parse(chunk.bytes.subarray(0, length), chunk.offset);
      this.#position = chunk.offset + length;
    }
  }

  /** In pieces that came at one time each, so that it is known when the lines in them began. */
  async #parse(bytes: Uint8Array, offset: number): Promise<void> {
    const { terminal } = await this.#ensureTerminal();
    const rowTimes = this.#rowTimes;
    const arrivals = (await this.#times?.between(offset, offset + bytes.length)) ?? [];
    await new Promise<void>((resolve) => {
      for (const [index, arrival] of arrivals.entries()) {
        const from = Math.max(0, arrival.offset - offset);
        if (index === 0 && from > 0) terminal.write(bytes.subarray(0, from));
        const end = (arrivals[index + 1]?.offset ?? Number.POSITIVE_INFINITY) - offset;
        terminal.write(bytes.subarray(from, Math.min(end, bytes.length)), () => rowTimes?.note(arrival));
      }
      terminal.write(arrivals.length === 0 ? bytes : '', resolve);
    });
  }

  /** The terminal's code is large, and loaded when the first one is needed: most commands never look at a screen. */
  async #ensureTerminal(): Promise<{ terminal: Terminal; serializer: SerializeAddon; modes: ScreenModes }> {
    const [{ default: headless }, { default: serialize }] = await terminalCode();
    const terminal =
      this.#terminal ??
      new headless.Terminal({
        cols: this.columns,
        rows: this.rows,
        scrollback: limits.screenScrollbackLines,
        allowProposedApi: true,
        // What a guest prints is never worth a line in our log.
        logLevel: 'off',
      });
    this.#terminal = terminal;
    const serializer = this.#serializer ?? new serialize.SerializeAddon();
    if (this.#serializer === null) terminal.loadAddon(serializer);
    this.#serializer = serializer;
    this.#modes ??= new ScreenModes(terminal);
    if (this.#times !== null) this.#rowTimes ??= new RowTimes(terminal);
    return { terminal, serializer, modes: this.#modes };
  }

  #drop(): void {
    if (this.#followTimer !== null) clearTimeout(this.#followTimer);
    this.#followTimer = null;
    this.#modes?.dispose();
    this.#rowTimes?.dispose();
    this.#rowTimes = null;
    this.#terminal?.dispose();
    this.#modes = null;
    this.#terminal = null;
    this.#serializer = null;
    this.#position = 0;
  }

  #followSoon(): void {
    if (this.#terminal === null || this.#users === 0 || this.#followTimer !== null || this.#disposed) return;
    this.#followTimer = setTimeout(() => {
      this.#followTimer = null;
      // A transcript that cannot be read is reported by who asks for a snapshot.
      this.#exclusively(() => this.#advance()).catch(() => undefined);
    }, followMs);
  }

  #lingerThenDrop(): void {
    // Whoever was given a picture while it went is the last: a minute's timer would keep a process from ending.
    if (this.#disposed) return;
    const linger = new AbortController();
    this.#linger = linger;
    this.#clock
      .wait(screenLingerMs, linger.signal)
      .then(() => this.#exclusively(async () => (this.#users === 0 ? this.#drop() : undefined)))
      .catch(() => undefined);
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(task);
    this.#busy = result.catch(() => undefined);
    return result;
  }
}

/** The first line start in the last MiB before `end`, so that a late screen begins with a whole line. */
export async function findReplayStart(
  tail: Tail,
  end: number,
  replayBytes = limits.screenReplayBytes,
): Promise<number> {
  const from = Math.max(tail.punchedBefore, end - replayBytes, 0);
  if (from === 0) return 0;
  const chunk = await tail.read(from, feedBytes);
  const newline = chunk.bytes.indexOf(0x0a);
  return newline < 0 ? chunk.offset : chunk.offset + newline + 1;
}
