import { beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleFrame, type FrameKind, noteCodes } from '../../src-shared/contract/console-frames.ts';
import {
  type Arrival,
  encodeArrivals,
  encodeRowArrivals,
  type RowArrival,
} from '../../src-shared/contract/console-times.ts';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { type ConsoleScreen, type ConsoleSession, ConsoleViewer, type ViewerState } from './console-viewer.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);

/** A screen that parses only when told to, as a real terminal parses in its own time. */
class SlowScreen implements ConsoleScreen {
  readonly log: string[] = [];
  readonly pending: (() => void)[] = [];
  reset(columns: number, rows: number): void {
    this.log.push(`reset ${columns}x${rows}`);
  }
  write(payload: Uint8Array, parsed: () => void): void {
    if (payload.length > 0) this.log.push(text(payload));
    this.pending.push(parsed);
  }
  separate(words: string, parsed: () => void): void {
    this.log.push(`-- ${words}`);
    this.pending.push(parsed);
  }
  note(words: string): void {
    this.log.push(`note ${words}`);
  }
  settled(): void {
    this.log.push('settled');
  }
  arrived({ at }: Arrival): void {
    this.log.push(`arrived ${at}`);
  }
  rowsArrived(rows: readonly RowArrival[]): void {
    if (rows.length > 0) this.log.push(`rows ${rows.map(({ row, arrival }) => `${row}@${arrival.at}`).join(' ')}`);
  }
  parse(count = Number.POSITIVE_INFINITY): void {
    for (let done = 0; done < count; done++) {
      const next = this.pending.shift();
      if (next === undefined) return;
      next();
    }
  }
}

class FakeSession {
  readonly sent: ConsoleFrame[] = [];
  readonly closed: number[] = [];
  receive: ((frame: ConsoleFrame) => void) | null = null;
  failure: SlipwayError | null = null;

  readonly session: ConsoleSession = {
    call: ((name: string, input: { viewer?: number }) => {
      if (name === 'console.close') {
        this.closed.push(input.viewer ?? -1);
        return Promise.resolve({});
      }
      if (this.failure !== null) return Promise.reject(this.failure);
      return Promise.resolve({ viewer: 3, columns: 80, rows: 24, writable: true });
    }) as ConsoleSession['call'],
    watchFrames: (_viewer, receive) => {
      this.receive = receive;
      return () => {
        this.receive = null;
      };
    },
    sendFrame: (frame) => this.sent.push(frame) > 0,
  };

  frame(kind: Exclude<FrameKind, 'data'>, offset: number, extra = 0, payload: string | Uint8Array = ''): void {
    this.receive?.({
      kind,
      viewer: 3,
      offset,
      extra,
      payload: typeof payload === 'string' ? bytes(payload) : payload,
    });
  }
  /** `stands` is how many bytes of the stream the text stands for. */
  data(offset: number, payload: string, stands = payload.length): void {
    this.receive?.({ kind: 'data', viewer: 3, offset, extra: stands, payload: bytes(payload) });
  }
  get acks(): number[] {
    return this.sent.filter((frame) => frame.kind === 'ack').map((frame) => frame.offset);
  }
  get typed(): string[] {
    return this.sent.filter((frame) => frame.kind === 'input').map((frame) => text(frame.payload));
  }
}

const size = (80 << 16) | 24;
const target = { id: 'demo', console: 'serial', boot: null } as const;

describe('ConsoleViewer', () => {
  let fake: FakeSession;
  let screen: SlowScreen;
  let states: ViewerState[];
  let viewer: ConsoleViewer;
  let lost: number[];

  beforeEach(async () => {
    fake = new FakeSession();
    screen = new SlowScreen();
    states = [];
    lost = [];
    viewer = new ConsoleViewer(fake.session, screen, {
      changed: (state) => states.push(state),
      typedLost: (count) => lost.push(count),
    });
    await viewer.open(target);
    screen.log.length = 0;
  });

  it('acknowledges what was parsed, not what arrived', () => {
    fake.frame('snapshot', 100, size, 'old');
    fake.data(100, 'new');
    expect(screen.log).toEqual(['reset 80x24', 'old', 'new']);
    expect(fake.acks).toEqual([]);
    screen.parse(1);
    expect(fake.acks).toEqual([100]);
    screen.parse();
    expect(fake.acks).toEqual([100, 103]);
  });

  it('acknowledges bytes of the stream, also where the text for them is longer', () => {
    fake.data(10, 'line\r\n', 5);
    screen.parse();
    expect(fake.acks).toEqual([15]);
  });

  it('drops what the terminal answers to old output, and keeps what a person types meanwhile', () => {
    fake.frame('snapshot', 100, size, 'old with a query');
    fake.frame('ready', 100, 1);
    expect(viewer.type(bytes('\x1b[?1;2c'))).toBe('refused');
    screen.parse(1);
    expect(viewer.type(bytes('ls'))).toBe('waiting');
    expect(fake.typed).toEqual([]);
    screen.parse();
    expect(viewer.type(bytes('\r'))).toBe('sent');
    expect(fake.typed).toEqual(['ls', '\r']);
    expect(states.at(-1)).toEqual({ state: 'open', writable: true });
  });

  it('marks what the terminal answers by itself', () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    viewer.type(bytes('\x1b[0n'));
    viewer.type(bytes('\x1b[A'));
    expect(fake.sent.map(({ extra }) => extra)).toEqual([1, 0]);
  });

  it('says which keys did not reach the guest', () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    viewer.type(bytes('abc'));
    fake.frame('ack', 3, 3);
    expect(lost).toEqual([3]);
    fake.frame('end', 0, 0, 'off');
    expect(viewer.type(bytes('d'))).toBe('refused');
  });

  it('says when bytes came and when the rows of a snapshot began', () => {
    const old = { offset: 0, at: 1000, earlierMs: 500 };
    const now = { offset: 100, at: 2000, earlierMs: 0 };
    fake.frame('rows', 100, 0, encodeRowArrivals([{ row: 3, arrival: old }]));
    fake.frame('snapshot', 100, size, 'old');
    fake.frame('times', 100, 0, encodeArrivals([now]));
    fake.data(100, 'new');
    screen.parse();
    expect(screen.log).toEqual(['reset 80x24', 'old', 'new', 'rows 3@1000', 'settled', 'arrived 2000']);
  });

  it('draws a line where the guest was reset, once what came before is parsed', () => {
    fake.data(0, 'before');
    fake.frame('note', 6, noteCodes.reset);
    fake.data(6, 'after');
    expect(screen.log).toEqual(['before']);
    screen.parse();
    expect(screen.log).toEqual(['before', 'note the guest was reset', 'after']);
  });

  it('sends a file as fast as it is taken, and tells how far it is', async () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    const file = new Uint8Array(100_000).map((_, index) => index);
    const progress: number[] = [];
    const sent = viewer.send(file, { onProgress: (done) => progress.push(done) });
    let most = 0;
    let handed = 0;
    while (handed < file.length) {
      await Promise.resolve();
      const typed = fake.sent
        .filter(({ kind }) => kind === 'input')
        .reduce((sum, { payload }) => sum + payload.length, 0);
      most = Math.max(most, typed - handed);
      if (typed === handed) continue;
      fake.frame('ack', 0, typed - handed);
      handed = typed;
    }
    await sent;
    expect(most).toBeLessThanOrEqual(36 * 1024);
    expect(Buffer.concat(fake.sent.filter(({ kind }) => kind === 'input').map(({ payload }) => payload))).toEqual(
      Buffer.from(file),
    );
    expect(progress.at(-1)).toBe(file.length);
  });

  it('sends line by line where a pause is asked for, and stops when told', async () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    const stop = new AbortController();
    const sent = viewer.send(bytes('one\r\ntwo\nthree\r'), { lineDelayMs: 0, signal: stop.signal });
    await expect.poll(() => fake.typed).toEqual(['one\r\n']);
    fake.frame('ack', 0, 5);
    await expect.poll(() => fake.typed).toEqual(['one\r\n', 'two\n']);
    stop.abort();
    await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
    expect(fake.typed).toHaveLength(2);
  });

  it('says that a guest did not take what was sent', async () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    const sent = viewer.send(bytes('text'));
    fake.frame('ack', 4, 4);
    await expect(sent).rejects.toMatchObject({ code: 'wrong_phase', message: 'The guest took 0 of 4 bytes.' });
    const second = viewer.send(bytes('text'));
    viewer.close();
    await expect(second).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('types nothing into a read-only console', () => {
    fake.frame('ready', 0, 0);
    screen.parse();
    viewer.type(bytes('x'));
    expect(fake.typed).toEqual([]);
    expect(states.at(-1)).toEqual({ state: 'open', writable: false });
  });

  it('waits with a snapshot until earlier bytes are parsed, and keeps the order after it', () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    fake.data(0, 'a');
    fake.frame('snapshot', 5000, size, 'screen');
    fake.data(5000, 'b');
    expect(screen.log).toEqual(['a']);
    viewer.type(bytes('gated'));
    viewer.type(bytes('\x1b[0n'));
    screen.parse(1);
    expect(screen.log).toEqual(['a', 'reset 80x24', 'screen', 'b']);
    viewer.type(bytes('gated'));
    screen.parse();
    viewer.type(bytes('open'));
    expect(fake.typed).toEqual(['gated', 'gated', 'open']);
    expect(fake.acks).toEqual([1, 5000, 5001]);
  });

  it('does not acknowledge bytes of an old boot in the new one', () => {
    fake.data(9000, 'last words');
    fake.frame('restart', 0, 4);
    fake.data(0, 'hi');
    screen.parse();
    expect(screen.log).toEqual(['last words', '-- boot 4', 'hi']);
    expect(fake.acks).toEqual([0, 2]);
  });

  it('stays writable when a boot begins while ready is being parsed', () => {
    fake.frame('ready', 0, 1);
    fake.frame('restart', 0, 2);
    screen.parse();
    viewer.type(bytes('x'));
    expect(fake.typed).toEqual(['x']);
  });

  it('says what is missing and why it ended', () => {
    fake.frame('gap', 4096, 4096);
    fake.frame('end', 5000, 0, 'the instance was deleted');
    expect(screen.log).toEqual(['note 4096 bytes are no longer kept', 'note the instance was deleted']);
    expect(states.at(-1)).toEqual({ state: 'ended', reason: 'the instance was deleted' });
  });

  it('cuts a large paste into frames', () => {
    fake.frame('ready', 0, 1);
    screen.parse();
    viewer.type(new Uint8Array(limits.inputFrameBytes * 2 + 10));
    expect(fake.sent.map((frame) => frame.payload.length)).toEqual([
      limits.inputFrameBytes,
      limits.inputFrameBytes,
      10,
    ]);
  });

  it('closes its viewer, also one that was opened too late', async () => {
    viewer.close();
    viewer.close();
    expect(fake.closed).toEqual([3]);
    const late = new ConsoleViewer(fake.session, screen, () => {});
    const opening = late.open(target);
    late.close();
    await opening;
    expect(fake.closed).toEqual([3, 3]);
  });

  it('tells why a console could not be opened', async () => {
    fake.failure = new SlipwayError('unknown_console', 'no monitor', { hint: 'launch it' });
    const failing = new ConsoleViewer(fake.session, screen, (state) => states.push(state));
    await failing.open(target);
    expect(states.at(-1)).toMatchObject({ state: 'failed', failure: { code: 'unknown_console', hint: 'launch it' } });
  });
});
