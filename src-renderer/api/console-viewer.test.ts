import { beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleFrame, FrameKind } from '../../src-shared/contract/console-frames.ts';
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
    sendFrame: (frame) => void this.sent.push(frame),
  };

  frame(kind: Exclude<FrameKind, 'data'>, offset: number, extra = 0, payload = ''): void {
    this.receive?.({ kind, viewer: 3, offset, extra, payload: bytes(payload) });
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

  beforeEach(async () => {
    fake = new FakeSession();
    screen = new SlowScreen();
    states = [];
    viewer = new ConsoleViewer(fake.session, screen, (state) => states.push(state));
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

  it('drops what the terminal answers to old output, and lets typing through after it', () => {
    fake.frame('snapshot', 100, size, 'old with a query');
    fake.frame('ready', 100, 1);
    viewer.type(bytes('answer to the query'));
    screen.parse(1);
    viewer.type(bytes('still old'));
    expect(fake.typed).toEqual([]);
    screen.parse();
    viewer.type(bytes('ls\r'));
    expect(fake.typed).toEqual(['ls\r']);
    expect(states.at(-1)).toEqual({ state: 'open', writable: true });
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
    screen.parse(1);
    expect(screen.log).toEqual(['a', 'reset 80x24', 'screen', 'b']);
    viewer.type(bytes('gated'));
    screen.parse();
    viewer.type(bytes('open'));
    expect(fake.typed).toEqual(['open']);
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
