/**
 * A console as a terminal has it: what it was sent, in order, acknowledged the way a test wants. The first thing a
 * terminal gets is a picture of the present (the snapshot); from `startsAt` on it has the stream's own bytes.
 */

import { withoutSequences } from '../../src-main/core/consoles/line-search.ts';
import { Emitter } from '../../src-main/core/kit/emitter.ts';
import type { SessionClient } from '../../src-main/headless/session-client.ts';
import { type ConsoleFrame, type NoteKind, noteKindOf } from '../../src-shared/contract/console-frames.ts';
import {
  type Arrival,
  decodeArrivals,
  decodeRowArrivals,
  type RowArrival,
} from '../../src-shared/contract/console-times.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import { generousMs } from './slipway-under-test.ts';

/** `parsed`: as soon as it comes. `never`: a page that is stuck. A number: every so many ms, as a hidden tab does. */
export type Acknowledging = 'parsed' | 'never' | number;

const nothing = new Uint8Array();
/** Looking for a line in all of a count, at every frame, would cost more than the guest. */
const readableBytes = 64 * 1024;

export class Terminal {
  /** Bytes of data frames so far. */
  receivedBytes = 0;
  /** Times it was given a picture instead of the bytes it missed, after the first. */
  resyncs = 0;
  ended: string | null = null;
  writable = false;
  boot = 0;
  /** What happened that is no output, each with its place. */
  readonly notes: { readonly kind: NoteKind | null; readonly offset: number }[] = [];
  /** When the bytes came that it was sent. */
  readonly arrivals: Arrival[] = [];
  /** When the lines of the picture it began with began. */
  rows: readonly RowArrival[] = [];
  readonly #client: SessionClient;
  readonly #acknowledging: Acknowledging;
  readonly #changed = new Emitter<void>();
  #viewer = -1;
  #picture = '';
  #chunks: Uint8Array[] = [];
  #startsAt: number | null = null;
  #parsed = 0;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;

  private constructor(client: SessionClient, acknowledging: Acknowledging) {
    this.#client = client;
    this.#acknowledging = acknowledging;
  }

  static async open(
    client: SessionClient,
    id: string,
    options: { console?: ConsoleName; boot?: number; acknowledging?: Acknowledging } = {},
  ): Promise<Terminal> {
    const terminal = new Terminal(client, options.acknowledging ?? 'parsed');
    const early: ConsoleFrame[] = [];
    let opened = false;
    terminal.#unsubscribe = client.frames.on((frame) => {
      if (!opened) early.push(frame);
      else if (frame.viewer === terminal.#viewer) terminal.#receive(frame);
    });
    const { viewer } = await client.call('console.open', {
      id,
      console: options.console ?? 'serial',
      boot: options.boot ?? null,
    });
    terminal.#viewer = viewer;
    opened = true;
    for (const frame of early) if (frame.viewer === viewer) terminal.#receive(frame);
    if (typeof terminal.#acknowledging === 'number') {
      terminal.#timer = setInterval(() => terminal.#acknowledge(), terminal.#acknowledging);
    }
    return terminal;
  }

  /** Where its bytes begin in the stream; null before the first frame. A resync begins them anew. */
  get startsAt(): number | null {
    return this.#startsAt;
  }

  get bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  /** What there is to read: the picture it began with and the last of what came after, without colours. */
  get text(): string {
    return withoutSequences(this.#picture + this.bytes.subarray(-readableBytes).toString('utf8'));
  }

  type(text: string): void {
    this.#client.sendFrame({
      kind: 'input',
      viewer: this.#viewer,
      offset: 0,
      extra: 0,
      payload: Buffer.from(text, 'utf8'),
    });
  }

  /** Resolves with the text when it matches. */
  waitFor(pattern: RegExp, timeoutMs: number = generousMs): Promise<string> {
    return this.#until(
      () => (pattern.test(this.text) ? this.text : null),
      () => `${pattern} was not seen; the last of it: ${JSON.stringify(this.text.slice(-300))}`,
      timeoutMs,
    );
  }

  /** Resolves with the reason when the console says that nothing more will come. */
  untilEnded(timeoutMs: number = generousMs): Promise<string> {
    return this.#until(
      () => this.ended,
      () => 'the console did not end',
      timeoutMs,
    );
  }

  /** Resolves when it shows this boot. */
  untilBoot(boot: number, timeoutMs: number = generousMs): Promise<number> {
    return this.#until(
      () => (this.boot === boot ? boot : null),
      () => `it shows boot ${this.boot}, not ${boot}`,
      timeoutMs,
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe();
    await this.#client.call('console.close', { viewer: this.#viewer }).catch(() => undefined);
  }

  #until<T>(look: () => T | null, describe: () => string, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const again = () => {
        const found = look();
        if (found === null) return;
        clearTimeout(deadline);
        unsubscribe();
        resolve(found);
      };
      const deadline = setTimeout(() => {
        unsubscribe();
        reject(new Error(`within ${timeoutMs} ms: ${describe()}`));
      }, timeoutMs);
      const unsubscribe = this.#changed.on(again);
      again();
    });
  }

  #receive(frame: ConsoleFrame): void {
    switch (frame.kind) {
      case 'snapshot':
        if (this.#startsAt !== null) this.resyncs++;
        this.#startsAt = frame.offset;
        this.#picture = Buffer.from(frame.payload).toString('utf8');
        this.#chunks = [];
        this.#parsed = frame.offset;
        break;
      case 'restart':
        this.#startsAt = frame.offset;
        this.#picture = '';
        this.#chunks = [];
        this.#parsed = 0;
        this.ended = null;
        this.boot = frame.extra;
        break;
      case 'data':
        this.receivedBytes += frame.payload.length;
        this.#chunks.push(Buffer.from(frame.payload));
        this.#parsed = frame.offset + frame.extra;
        break;
      case 'times':
        this.arrivals.push(...decodeArrivals(frame.payload));
        break;
      case 'rows':
        this.rows = decodeRowArrivals(frame.payload);
        break;
      case 'note':
        this.notes.push({ kind: noteKindOf(frame.extra), offset: frame.offset });
        break;
      case 'ready':
        this.writable = frame.extra === 1;
        break;
      case 'end':
        this.ended = Buffer.from(frame.payload).toString('utf8');
        break;
      default:
        break;
    }
    if (this.#acknowledging === 'parsed') this.#acknowledge();
    this.#changed.emit();
  }

  #acknowledge(): void {
    this.#client.sendFrame({ kind: 'ack', viewer: this.#viewer, offset: this.#parsed, extra: 0, payload: nothing });
  }
}
