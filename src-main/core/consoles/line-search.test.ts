import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { findLine, LineCutter, withoutSequences } from './line-search.ts';
import { Tail } from './tail.ts';

let cleanups: CleanupStack;
let path: string;
let tail: Tail;
beforeEach(async () => {
  cleanups = new CleanupStack();
  const directory = await mkdtemp(join(tmpdir(), 'lines-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'out');
  await writeFile(path, '');
  tail = new Tail(path);
  cleanups.add(() => tail.close());
  await tail.start();
});
afterEach(() => cleanups.close());

describe('withoutSequences', () => {
  it.each([
    ['\x1b[1;32mok\x1b[0m', 'ok'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1b(Btab\there\x07', 'tab\there'],
    ['caf\u{e9} \u{1f600}', 'caf\u{e9} \u{1f600}'],
  ])('%j', (text, expected) => expect(withoutSequences(text)).toBe(expected));
});

describe('LineCutter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\r\n', '\n', ' ', 'word')).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (whole, sizes) => {
        const bytes = Buffer.from(`${whole}\n`);
        const cutter = new LineCutter();
        const lines: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          lines.push(...cutter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(lines).toEqual(`${whole}\n`.split(/\r?\n/).slice(0, -1));
      }),
    );
  });

  it('cuts a line that never ends', () => {
    const cutter = new LineCutter();
    expect(cutter.push(Buffer.alloc(5000, 'x'))).toHaveLength(1);
    expect(cutter.unfinished).toBe('');
  });
});

describe('findLine', () => {
  it('gives an expression up that would never come to an end, and serves the others', async () => {
    await writeFile(path, `${'a'.repeat(60)}b\nready 1\n`);
    await tail.look();
    const slow = findLine(tail, /^(a+)+$/);
    const other = findLine(tail, /^ready \d$/);
    await expect(slow).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await other).line).toBe('ready 1');
  });

  it('finds what is already there, from the first byte', async () => {
    await writeFile(path, 'boot\r\n\x1b[32mlogin ready\x1b[0m\r\nlater\r\n');
    await tail.look();
    expect(await findLine(tail, /login\s+ready/g)).toMatchObject({ line: 'login ready' });
  });

  it('waits for what comes in pieces, without a newline', async () => {
    const found = findLine(tail, /login: $/);
    for (const piece of ['debian ', 'lo', 'gin', ': ']) await appendFile(path, piece);
    expect(await found).toEqual({ line: 'debian login: ', offset: 14 });
  });

  it('is told when the stream is closed with text that nobody read, and does not look for it for ever', async () => {
    await writeFile(path, 'some text\n');
    await tail.look();
    await tail.close();
    await expect(findLine(tail, /other/)).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('goes on behind what is kept no more, also where that is everything', async () => {
    await writeFile(path, 'gone\n');
    await tail.look();
    tail.markPunched(5);
    const found = findLine(tail, /come/);
    await new Promise((resolve) => setImmediate(resolve));
    await appendFile(path, 'come\n');
    await tail.look();
    expect((await found).line).toBe('come');
  });

  it('starts at an offset', async () => {
    await writeFile(path, 'ready\nready again\n');
    await tail.look();
    expect(await findLine(tail, 'ready', { fromOffset: 6 })).toMatchObject({ line: 'ready again' });
  });

  it('is cancelled', async () => {
    const controller = new AbortController();
    const search = findLine(tail, 'never', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(search).rejects.toThrow('enough');
  });

  it('searches to the end of a stream that is over', async () => {
    const over = new AbortController();
    const search = findLine(tail, 'last words', { over: over.signal });
    await appendFile(path, 'last words');
    await tail.look();
    over.abort(new Error('over'));
    expect((await search).line).toBe('last words');
    await expect(findLine(tail, 'other', { over: over.signal })).rejects.toThrow('over');
  });

  it('ends when the stream begins anew', async () => {
    await writeFile(path, 'something');
    await tail.look();
    const rejected = expect(findLine(tail, 'never')).rejects.toMatchObject({ code: 'connection_lost' });
    await truncate(path, 0);
    await rejected;
  });
});
