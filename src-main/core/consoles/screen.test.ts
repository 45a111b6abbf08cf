import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { Screen, type Snapshot, screenLingerMs } from './screen.ts';
import { Tail } from './tail.ts';

let cleanups: CleanupStack;
let path: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  const directory = await mkdtemp(join(tmpdir(), 'screen-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'out');
});
afterEach(() => cleanups.close());

async function screenOf(
  content: string | Uint8Array,
  clock = new FakeClock(),
): Promise<{ tail: Tail; screen: Screen }> {
  await writeFile(path, content);
  const tail = new Tail(path);
  cleanups.add(() => tail.close());
  await tail.start();
  const screen = new Screen(tail, { clock });
  cleanups.add(() => screen.dispose());
  return { tail, screen };
}

async function shown(
  ...pieces: (string | Uint8Array)[]
): Promise<{ lines: string[]; x: number; y: number; replies: string }> {
  const terminal = new headless.Terminal({ cols: 80, rows: 24, scrollback: 5000, allowProposedApi: true });
  let replies = '';
  terminal.onData((data) => {
    replies += data;
  });
  for (const piece of pieces) await new Promise<void>((resolve) => terminal.write(piece, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
  const result = { lines, x: active.cursorX, y: active.cursorY, replies };
  terminal.dispose();
  return result;
}

/** The picture that a viewer has who was given the snapshot and then the rest of the stream. */
const restored = (snapshot: Snapshot, stream: Uint8Array) => shown(snapshot.text, stream.subarray(snapshot.offset));

describe('Screen', () => {
  it('gives a snapshot that the rest of the stream continues', async () => {
    const { screen } = await screenOf('one\r\n\x1b[31mtwo\x1b[0m\r\n$ ');
    const snapshot = await screen.snapshot();
    expect(snapshot).toMatchObject({ offset: 21, columns: 80, rows: 24 });
    expect((await shown(snapshot.text)).lines.slice(0, 3)).toEqual(['one', 'two', '$ ']);
  });

  it.each([
    ['a character', Buffer.from('caf\u{e9} \u{1f600}x')],
    ['a sequence', Buffer.from('a\x1b[1;31mred\x1b[0m')],
  ])('is taken at a place where %s is not cut, wherever the stream stands', async (_, stream) => {
    const whole = await shown(stream);
    for (let length = 0; length <= stream.length; length++) {
      const { screen } = await screenOf(stream.subarray(0, length));
      const snapshot = await screen.snapshot();
      expect(snapshot.offset).toBeLessThanOrEqual(length);
      expect(await restored(snapshot, stream)).toEqual(whole);
      await screen.dispose();
    }
  });

  it('continues any picture from any place', async () => {
    const pieces = fc.oneof(
      fc.stringMatching(/^[a-z ]{1,90}$/),
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\t',
        '\b',
        'é',
        '漢',
        '\x1b[31m',
        '\x1b[0;1m',
        '\x1b[2;2H',
        '\x1b[A',
        '\x1b[K',
        '\x1b[2J',
        '\x1b]0;t\x07',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 40 }), fc.nat(), async (list, cut) => {
        const stream = Buffer.from(list.join(''));
        const { screen, tail } = await screenOf(stream.subarray(0, cut % (stream.length + 1)));
        expect(await restored(await screen.snapshot(), stream)).toEqual(await shown(stream));
        await screen.dispose();
        await tail.close();
      }),
      { numRuns: 150 },
    );
  });

  it('goes on where it was, and gives up on a sequence that never ends', async () => {
    const { tail, screen } = await screenOf('a\x1b]0;');
    expect((await screen.snapshot()).offset).toBe(1);
    await appendFile(path, 'x'.repeat(5000));
    await tail.look();
    expect((await screen.snapshot()).offset).toBe(5005);
  });

  it('parses only the end of a long stream, from a line start', async () => {
    const line = `${'0123456789'.repeat(7)}\r\n`;
    const { screen } = await screenOf(line.repeat(60_000));
    const text = await screen.text();
    const lines = text.trimEnd().split('\n');
    expect(new Set(lines)).toEqual(new Set([line.trimEnd()]));
    expect(lines.length).toBeLessThanOrEqual(5024);
  });

  it('gives whole lines as text', async () => {
    const { screen } = await screenOf(`${'long '.repeat(40)}end\r\nnext`);
    expect(await screen.text()).toBe(`${'long '.repeat(40)}end\nnext\n`);
  });

  it('does not answer queries, and a snapshot asks none', async () => {
    const { screen } = await screenOf('\x1b[6n\x1b[cok');
    expect((await shown((await screen.snapshot()).text)).replies).toBe('');
  });

  it.each([
    ['a scroll region', '\x1b[2J\x1b[5;10r\x1b[10;1Hbottom', '\r\nscrolled\x1b[1;1Htop'],
    ['the alternate buffer', 'shell\r\n\x1b[?1049h\x1b[3;3Hfull screen', '\x1b[5;5Hmore'],
    ['attributes at the cursor', '\x1b[7mab', 'cd'],
  ])('keeps %s', async (_, before, after) => {
    const { screen } = await screenOf(before);
    const snapshot = await screen.snapshot();
    expect(await shown(snapshot.text, after)).toEqual(await shown(before, after));
  });

  it('keeps a hidden cursor and the encoding of the mouse', async () => {
    const { screen } = await screenOf('\x1b[?25l\x1b[?1002;1006h');
    const { text } = await screen.snapshot();
    for (const mode of ['\x1b[?1002h', '\x1b[?1006h', '\x1b[?25l']) expect(text).toContain(mode);
    const { screen: reset } = await screenOf('\x1b[?25l\x1b[?1006h\x1bc');
    expect((await reset.snapshot()).text).not.toContain('\x1b[?');
  });

  it('is made on demand and goes a minute after its last user', async () => {
    const clock = new FakeClock();
    const { screen } = await screenOf('text', clock);
    expect(screen.exists).toBe(false);
    const release = screen.retain();
    await screen.snapshot();
    await clock.advance(10 * screenLingerMs);
    expect(screen.exists).toBe(true);
    release();
    await clock.advance(screenLingerMs - 1);
    expect(screen.exists).toBe(true);
    screen.retain()();
    await clock.advance(screenLingerMs - 1);
    expect(screen.exists).toBe(true);
    await clock.advance(1);
    await eventually(() => !screen.exists);
  });

  it('keeps nothing waiting once it is gone, also when it was asked for a picture on the way', async () => {
    const clock = new FakeClock();
    const { screen } = await screenOf('text', clock);
    const picture = screen.snapshot();
    await screen.dispose();
    await picture;
    await settle();
    expect(clock.waiting.count).toBe(0);
  });
});
