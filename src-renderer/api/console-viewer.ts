/**
 * One console as this page sees it: frames in, parsed acknowledgements and keyboard bytes out. It decides when typing
 * is let through; how bytes look is the screen's business.
 */

import { type ConsoleFrame, type FrameKind, noteKindOf } from '../../src-shared/contract/console-frames.ts';
import {
  type Arrival,
  decodeArrivals,
  decodeRowArrivals,
  type RowArrival,
} from '../../src-shared/contract/console-times.ts';
import { type Failure, toFailure } from '../../src-shared/contract/errors.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import { consoleViewerStrings as strings } from '../strings/console-viewer.ts';
import type { Session } from './session.ts';
import { type SendOptions, TypedInput, type TypeOutcome } from './typed-input.ts';

/** A terminal, seen from its bytes. `parsed` is called once everything written so far has been parsed. */
export interface ConsoleScreen {
  reset(columns: number, rows: number): void;
  write(bytes: Uint8Array, parsed: () => void): void;
  /** A new boot begins: modes back to normal, earlier text to the scrollback, a line that says which boot. */
  separate(text: string, parsed: () => void): void;
  /** A dim line of ours between the guest's. */
  note(text: string): void;
  /** Everything written before the last `reset` is on the screen at its final size. */
  settled(): void;
  /**
   * Everything written since the last call was parsed, and came then. For a screen that shows when its lines came: what
   * follows here is to be handed to a RowTimes (row-times.ts).
   */
  arrived?(arrival: Arrival): void;
  /** The snapshot just parsed has lines that began so. Comes before `settled`. */
  rowsArrived?(rows: readonly RowArrival[]): void;
}

export type ViewerState =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly writable: boolean }
  | { readonly state: 'ended'; readonly reason: string }
  | { readonly state: 'failed'; readonly failure: Failure };

export interface ConsoleTarget {
  readonly id: string;
  readonly console: ConsoleName;
  readonly boot: number | null;
}

export type ConsoleSession = Pick<Session, 'call' | 'watchFrames' | 'sendFrame'>;

export interface ViewerHandlers {
  changed(state: ViewerState): void;
  /** So many bytes that a person typed did not reach the guest. */
  typedLost?(bytes: number): void;
}

const alone: ReadonlySet<FrameKind> = new Set(['snapshot', 'gap', 'end', 'note']);
const nothing = new Uint8Array(0);
const text = new TextDecoder();

export class ConsoleViewer {
  readonly #session: ConsoleSession;
  readonly #screen: ConsoleScreen;
  readonly #changed: (state: ViewerState) => void;
  #viewer: number | null = null;
  #unwatch: (() => void) | null = null;
  #closed = false;
  /** Frames wait here while one of them needs the screen to itself. */
  #queue: ConsoleFrame[] = [];
  #unparsed = 0;
  #snapshotPending = false;
  #writable = false;
  /** The core has said whether it can be typed to. */
  #ready = false;
  readonly #input: TypedInput;
  #arrival: Arrival | null = null;
  #rows: readonly RowArrival[] = [];
  /** Counts streams, so that a late parse of an old boot's bytes does not acknowledge the new boot's. */
  #stream = 0;

  /** A function alone is `changed`. */
  constructor(
    session: ConsoleSession,
    screen: ConsoleScreen,
    handlers: ViewerHandlers | ((state: ViewerState) => void),
  ) {
    const { changed, typedLost } = typeof handlers === 'function' ? { changed: handlers } : handlers;
    this.#session = session;
    this.#screen = screen;
    this.#changed = (state) => changed(state);
    this.#input = new TypedInput(
      (frame) =>
        this.#viewer !== null && session.sendFrame({ kind: 'input', viewer: this.#viewer, offset: 0, ...frame }),
      (bytes) => typedLost?.(bytes),
    );
  }

  async open(target: ConsoleTarget): Promise<void> {
    this.#changed({ state: 'opening' });
    try {
      const opened = await this.#session.call('console.open', target);
      if (this.#closed) {
        this.#release(opened.viewer);
        return;
      }
      this.#viewer = opened.viewer;
      this.#screen.reset(opened.columns, opened.rows);
      this.#screen.settled();
      this.#changed({ state: 'open', writable: false });
      this.#unwatch = this.#session.watchFrames(opened.viewer, (frame) => this.#received(frame));
    } catch (error) {
      this.#input.gate = 'shut';
      if (!this.#closed) this.#changed({ state: 'failed', failure: toFailure(error) });
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#input.gate = 'shut';
    this.#unwatch?.();
    if (this.#viewer !== null) this.#release(this.#viewer);
  }

  /**
   * What was typed, pasted, or answered by the terminal itself. Keys that come while the console opens are kept; answers
   * to what is being drawn then are dropped.
   */
  type(bytes: Uint8Array): TypeOutcome {
    return this.#input.type(bytes);
  }

  /** Any amount of bytes, a file or a long paste, paced by what the guest takes. See TypedInput. */
  send(bytes: Uint8Array, options: SendOptions = {}): Promise<void> {
    return this.#input.send(bytes, options);
  }

  #release(viewer: number): void {
    // The session may be gone, and then the viewer is too.
    this.#session.call('console.close', { viewer }).catch(() => {});
  }

  #received(frame: ConsoleFrame): void {
    if (this.#closed) return;
    if (frame.kind === 'snapshot') {
      // Shut at once: what is still being parsed belongs to a screen that is about to be replaced.
      this.#snapshotPending = true;
      this.#setGate();
    }
    if (frame.kind === 'ack') {
      this.#input.answered(frame);
      return;
    }
    this.#queue.push(frame);
    this.#work();
  }

  #work(): void {
    for (let frame = this.#queue[0]; frame !== undefined && !this.#closed; frame = this.#queue[0]) {
      // The terminal parses in its own time: a reset in between would mix old bytes into the new screen, and a line of
      // ours is placed by where the cursor is.
      if (alone.has(frame.kind) && this.#unparsed > 0) return;
      this.#queue.shift();
      this.#show(frame);
    }
  }

  #show(frame: ConsoleFrame): void {
    const handlers: Partial<Record<FrameKind, () => void>> = {
      data: () => {
        const stream = this.#stream;
        const arrival = this.#arrival;
        this.#write(frame.payload, () => {
          if (arrival !== null) this.#screen.arrived?.(arrival);
          if (stream === this.#stream) this.#acknowledge(frame.offset + frame.extra);
        });
      },
      times: () => {
        this.#arrival = decodeArrivals(frame.payload)[0] ?? null;
      },
      rows: () => {
        this.#rows = decodeRowArrivals(frame.payload);
      },
      snapshot: () => {
        this.#stream += 1;
        const stream = this.#stream;
        const rows = this.#rows;
        this.#rows = [];
        this.#screen.reset(frame.extra >>> 16, frame.extra & 0xffff);
        this.#write(frame.payload, () => {
          this.#screen.rowsArrived?.(rows);
          this.#screen.settled();
          this.#snapshotPending = this.#queue.some((waiting) => waiting.kind === 'snapshot');
          this.#setGate();
          if (stream === this.#stream) this.#acknowledge(frame.offset);
        });
      },
      restart: () => {
        this.#stream += 1;
        const stream = this.#stream;
        this.#arrival = null;
        this.#counted(
          (parsed) => this.#screen.separate(strings.boot(frame.extra), parsed),
          () => {
            if (stream === this.#stream) this.#acknowledge(frame.offset);
          },
        );
      },
      gap: () => this.#screen.note(strings.bytesGone(frame.extra)),
      note: () => {
        const kind = noteKindOf(frame.extra);
        if (kind === 'reset') this.#screen.note(strings.guestReset);
        if (kind === 'panic') this.#screen.note(strings.guestPanicked(text.decode(frame.payload)));
      },
      end: () => {
        const reason = text.decode(frame.payload);
        this.#writable = false;
        this.#input.gate = 'shut';
        this.#screen.note(reason === '' ? strings.end : reason);
        this.#changed({ state: 'ended', reason });
      },
      ready: () => {
        // Behind everything received so far, so that an answer to old output is dropped, not typed.
        this.#write(nothing, () => {
          this.#writable = frame.extra === 1;
          this.#ready = true;
          this.#setGate();
          this.#changed({ state: 'open', writable: this.#writable });
        });
      },
    };
    handlers[frame.kind]?.();
  }

  #setGate(): void {
    if (!this.#ready) return;
    if (!this.#writable) this.#input.gate = 'shut';
    else this.#input.gate = this.#snapshotPending ? 'busy' : 'open';
  }

  #write(bytes: Uint8Array, parsed: () => void): void {
    this.#counted((done) => this.#screen.write(bytes, done), parsed);
  }

  #counted(write: (parsed: () => void) => void, parsed: () => void): void {
    this.#unparsed += 1;
    write(() => {
      this.#unparsed -= 1;
      if (this.#closed) return;
      parsed();
      this.#work();
    });
  }

  #acknowledge(offset: number): void {
    if (this.#viewer !== null)
      this.#session.sendFrame({ kind: 'ack', viewer: this.#viewer, offset, extra: 0, payload: nothing });
  }
}
