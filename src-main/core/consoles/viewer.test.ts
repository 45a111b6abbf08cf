import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import { limits } from '../../../src-shared/limits.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { settle } from '../testing/fake-clock.ts';
import { Screen } from './screen.ts';
import { Tail } from './tail.ts';
import { Viewer, withCarriageReturns } from './viewer.ts';

let cleanups: CleanupStack;
let directory: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  directory = await mkdtemp(join(tmpdir(), 'viewer-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
});
afterEach(() => cleanups.close());

/** Receives as a page does; `parses` says whether it acknowledges. */
class Receiver {
  readonly frames: ConsoleFrame[] = [];
  viewer: Viewer | null = null;
  parses = true;
  readonly onFrame = (frame: ConsoleFrame): void => {
    this.frames.push(frame);
    if (this.parses) queueMicrotask(() => this.viewer?.ack(this.position));
  };
  get kinds(): string[] {
    return this.frames
      .map(({ kind }) => kind)
      .filter((kind, index, all) => kind !== 'data' || all[index - 1] !== 'data');
  }
  get position(): number {
    const last = this.frames.findLast(({ kind }) => kind === 'data' || kind === 'snapshot' || kind === 'restart');
    return last === undefined ? 0 : last.offset + (last.kind === 'data' ? last.extra : 0);
  }
  get data(): Buffer {
    return Buffer.concat(this.frames.filter(({ kind }) => kind === 'data').map(({ payload }) => payload));
  }
  get payloadBytes(): number {
    return this.frames.reduce((sum, { payload }) => sum + payload.length, 0);
  }
}

async function view(content: string | Uint8Array, options: { text?: boolean; parses?: boolean } = {}) {
  const path = join(directory, `out-${Math.random()}`);
  await writeFile(path, content);
  const tail = new Tail(path);
  cleanups.add(() => tail.close());
  await tail.start();
  const screen = options.text ? null : new Screen(tail);
  cleanups.add(() => screen?.dispose());
  const receiver = new Receiver();
  receiver.parses = options.parses ?? true;
  const viewer = new Viewer(7, { tail, screen, times: null, boot: 3, writable: true }, receiver.onFrame);
  receiver.viewer = viewer;
  cleanups.add(() => viewer.close());
  return { path, tail, receiver, viewer };
}

const MiB = 1024 * 1024;

describe('Viewer', () => {
  it('gets a snapshot, may type, and then gets the bytes', async () => {
    const { path, receiver } = await view('before\r\n');
    await eventually(() => receiver.kinds.length === 2);
    await appendFile(path, 'after');
    await eventually(() => receiver.data.length === 5);
    expect(receiver.kinds).toEqual(['snapshot', 'ready', 'data']);
    expect(receiver.frames[0]).toMatchObject({ viewer: 7, offset: 8, extra: (80 << 16) | 24 });
    expect(receiver.frames[1]).toMatchObject({ extra: 1 });
    expect(receiver.frames[2]).toMatchObject({ offset: 8, extra: 5 });
    expect(receiver.data.toString()).toBe('after');
  });

  it('gets exactly the bytes of the file from the snapshot on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 12 }),
        fc.nat({ max: 11 }),
        async (pieces, attachAt) => {
          const before = Buffer.concat(pieces.slice(0, attachAt));
          const { path, tail, receiver, viewer } = await view(before);
          for (const piece of pieces.slice(attachAt)) await appendFile(path, piece);
          const whole = Buffer.concat(pieces);
          await tail.look();
          await eventually(() => receiver.frames.length > 1 && receiver.position === whole.length, { intervalMs: 1 });
          const from = receiver.frames[0]?.offset ?? -1;
          expect(receiver.kinds.filter((kind) => kind === 'snapshot')).toHaveLength(1);
          expect(receiver.data.equals(whole.subarray(from))).toBe(true);
          let expected = from;
          for (const frame of receiver.frames.filter(({ kind }) => kind === 'data')) {
            expect(frame.offset).toBe(expected);
            expected += frame.payload.length;
          }
          viewer.close();
          await tail.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that could not read once is told so, and sees the next boot, and this one when it can be read again', async () => {
    const { path, tail, receiver, viewer } = await view('before');
    await eventually(() => receiver.kinds.length === 2);
    const read = tail.read.bind(tail);
    let fails = true;
    tail.read = async (offset, maxBytes) => {
      if (fails) throw new Error('EIO: i/o error, read');
      return read(offset, maxBytes);
    };
    await appendFile(path, ' and');
    await eventually(() => receiver.kinds.at(-1) === 'end');
    expect(Buffer.from(receiver.frames.at(-1)?.payload ?? []).toString()).toContain('EIO: i/o error, read');
    await appendFile(path, ' again');
    await tail.look();
    await settle();
    expect(receiver.kinds).toEqual(['snapshot', 'ready', 'end']);
    fails = false;
    await appendFile(path, ' after');
    await eventually(() => receiver.kinds.length === 5);
    expect(receiver.kinds.slice(3)).toEqual(['snapshot', 'ready']);
    expect(Buffer.from(receiver.frames.at(-2)?.payload ?? []).toString()).toContain('before and again after');
    fails = true;
    await appendFile(path, '!');
    await eventually(() => receiver.kinds.at(-1) === 'end');
    const next = await view('the next boot');
    viewer.restart({ tail: next.tail, screen: null, times: null, boot: 4, writable: true });
    await eventually(() => receiver.data.toString().endsWith('the next boot'));
    expect(receiver.kinds.slice(-3)).toEqual(['restart', 'ready', 'data']);
  });

  it('that never acknowledges gets one window and then nothing', async () => {
    const { path, tail, receiver } = await view('', { parses: false });
    await appendFile(path, Buffer.alloc(MiB, 'x'));
    await eventually(() => receiver.payloadBytes >= limits.viewerWindowBytes);
    await appendFile(path, Buffer.alloc(4 * MiB, 'x'));
    await tail.look();
    await settle();
    expect(receiver.payloadBytes).toBe(limits.viewerWindowBytes);
  });

  it('that fell far behind gets a picture of the present when it has room again', async () => {
    const { path, tail, receiver, viewer } = await view('', { parses: false });
    await appendFile(path, Buffer.alloc(limits.viewerWindowBytes, 'x'));
    await eventually(() => receiver.payloadBytes === limits.viewerWindowBytes);
    await appendFile(path, `${'y\r\n'.repeat(MiB)}last`);
    await tail.look();
    receiver.parses = true;
    viewer.ack(receiver.position);
    await eventually(() => receiver.kinds.at(-1) === 'snapshot');
    expect(receiver.frames.at(-1)?.offset).toBe(tail.size);
    expect(Buffer.from(receiver.frames.at(-1)?.payload ?? []).toString()).toContain('last');
    await appendFile(path, ' words');
    await eventually(() => receiver.data.toString().endsWith(' words'));
    expect(receiver.data.length).toBe(limits.viewerWindowBytes + 6);
  });

  it('that is only slow gets every byte', async () => {
    const { path, receiver, viewer } = await view('', { parses: false });
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => `${index}\r\n`).join(''));
    await appendFile(path, content);
    await eventually(() => {
      viewer.ack(Math.max(0, receiver.position - 1000));
      return receiver.position === content.length;
    });
    expect(receiver.data.equals(content)).toBe(true);
  });

  it('survives nonsense acknowledgements', async () => {
    const { path, receiver, viewer } = await view('', { parses: false });
    viewer.ack(1e15);
    viewer.ack(-5);
    await appendFile(path, Buffer.alloc(MiB, 'x'));
    await eventually(() => receiver.payloadBytes === limits.viewerWindowBytes);
  });

  it('is told of a gap', async () => {
    const { path, tail, receiver } = await view('', { parses: false });
    await appendFile(path, Buffer.alloc(MiB, 'x'));
    await eventually(() => receiver.payloadBytes === limits.viewerWindowBytes);
    tail.markPunched(512 * 1024);
    receiver.parses = true;
    receiver.viewer?.ack(receiver.position);
    await eventually(() => receiver.position === MiB);
    const gap = receiver.frames.find(({ kind }) => kind === 'gap');
    expect(gap).toMatchObject({ offset: 512 * 1024, extra: 256 * 1024 });
    expect(receiver.data.length).toBe(MiB - 256 * 1024);
  });

  it('is told when the file begins anew', async () => {
    const { path, receiver } = await view('old content');
    await eventually(() => receiver.kinds.length === 2);
    await truncate(path, 0);
    await eventually(() => receiver.kinds.includes('restart'));
    await writeFile(path, 'new');
    await eventually(() => receiver.data.toString() === 'new');
    expect(receiver.kinds).toEqual(['snapshot', 'ready', 'restart', 'ready', 'data']);
    expect(receiver.frames[2]).toMatchObject({ offset: 0, extra: 3 });
  });

  it('gets the rest before the end', async () => {
    const { path, tail, receiver, viewer } = await view('');
    await eventually(() => receiver.kinds.length === 2);
    await appendFile(path, 'x'.repeat(MiB));
    await tail.look();
    viewer.end('the guest stopped');
    await eventually(() => receiver.kinds.at(-1) === 'end');
    expect(receiver.data.length).toBe(MiB);
    expect(Buffer.from(receiver.frames.at(-1)?.payload ?? []).toString()).toBe('the guest stopped');
  });

  it('gets nothing more once closed', async () => {
    const { path, tail, receiver, viewer } = await view('');
    viewer.close();
    await appendFile(path, 'x');
    await tail.look();
    await settle();
    expect(receiver.frames).toEqual([]);
  });

  it('sees a text log with its own line ends and the offsets of the file', async () => {
    const { path, receiver } = await view('old\n', { text: true });
    await appendFile(path, 'one\ntwo\n');
    await eventually(() => receiver.position === 12);
    expect(receiver.frames[0]).toMatchObject({ kind: 'snapshot', offset: 0 });
    expect(receiver.data.toString()).toBe('old\r\none\r\ntwo\r\n');
  });

  it('has a line end once in a log whose CR and LF came apart', async () => {
    const { path, receiver } = await view('', { text: true });
    await eventually(() => receiver.kinds.includes('ready'));
    await appendFile(path, 'one\r');
    await eventually(() => receiver.position === 4);
    await appendFile(path, '\ntwo');
    await eventually(() => receiver.position === 8);
    expect(receiver.data.toString()).toBe('one\r\ntwo');
  });
});

describe('withCarriageReturns', () => {
  it.each([
    ['a\nb', 0, 'a\r\nb'],
    ['a\r\nb', 0, 'a\r\nb'],
    ['\nb', 13, '\nb'],
    ['', 0, ''],
  ])('%j', (text, before, expected) =>
    expect(Buffer.from(withCarriageReturns(Buffer.from(text), before)).toString()).toBe(expected),
  );
});
