import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { isErrno } from '../kit/errno.ts';
import { eventually } from '../testing/eventually.ts';
import { Keyboard, type KeyboardOptions } from './keyboard.ts';

let cleanups: CleanupStack;
let path: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  const directory = await mkdtemp(join(tmpdir(), 'keyboard-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'serial.in');
  execFileSync('mkfifo', [path]);
});
afterEach(() => cleanups.close());

function keyboard(options: KeyboardOptions = {}): Keyboard {
  const made = new Keyboard(path, options);
  cleanups.add(() => made.close());
  return made;
}

/** Opens as QEMU does, for reading and writing; returns what is in the pipe now. */
function reader(): (most?: number) => string {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  cleanups.add(() => closeSync(fd));
  return (most = 1024 * 1024) => {
    let text = '';
    const buffer = Buffer.alloc(65_536);
    try {
      while (text.length < most)
        text += buffer.toString(
          'latin1',
          0,
          readSync(fd, buffer, 0, Math.min(most - text.length, buffer.length), null),
        );
    } catch (error) {
      if (!isErrno(error, 'EAGAIN')) throw error;
    }
    return text;
  };
}

const bytes = (text: string) => Buffer.from(text);

describe('Keyboard', () => {
  it('writes what is typed, in order', async () => {
    const read = reader();
    const keys = keyboard();
    const results = await Promise.all(['one ', 'two ', 'three'].map((text) => keys.type(bytes(text))));
    expect(results).toEqual(['written', 'written', 'written']);
    expect(read()).toBe('one two three');
  });

  it('takes the next key from within the answer to the last', async () => {
    const read = reader();
    const keys = keyboard();
    for (const key of 'abcdefgh') expect(await keys.type(bytes(key))).toBe('written');
    expect(read()).toBe('abcdefgh');
  });

  it('types what it was given, whatever becomes of the buffer it came in', async () => {
    const read = reader();
    const message = bytes('passwd\r');
    const typed = keyboard().type(message);
    message.fill(0x2e);
    expect(await typed).toBe('written');
    expect(read()).toBe('passwd\r');
  });

  it('says that nobody reads, and works when somebody does', async () => {
    const keys = keyboard();
    expect(await keys.type(bytes('lost'))).toBe('nobody-reads');
    expect(await Promise.all([keys.type(bytes('a')), keys.type(bytes('b'))])).toEqual(['nobody-reads', 'nobody-reads']);
    const read = reader();
    expect(await keys.type(bytes('heard'))).toBe('written');
    expect(read()).toBe('heard');
  });

  it('notices that the reader left', async () => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const keys = keyboard();
    expect(await keys.type(bytes('a'))).toBe('written');
    closeSync(fd);
    expect(await keys.type(bytes('b'))).toBe('nobody-reads');
  });

  it('waits for a guest that does not read, refuses what is too much, and loses nothing it took', async () => {
    const read = reader();
    const keys = keyboard({ queueBytes: 200_000 });
    const paste = Array.from({ length: 20_000 }, (_, index) => String(index).padStart(9, '0')).join('\n');
    const taken = keys.type(bytes(paste));
    await eventually(() => keys.queuedBytes < paste.length);
    expect(await keys.type(bytes('x'.repeat(100_000)))).toBe('full');
    let received = '';
    await eventually(
      () => {
        received += read(1000);
        return received.length === paste.length;
      },
      { intervalMs: 1 },
    );
    expect(received).toBe(paste);
    expect(await taken).toBe('written');
    expect(keys.queuedBytes).toBe(0);
  });

  it('paces', async () => {
    const read = reader();
    const keys = keyboard({ pacing: { bytes: 2, intervalMs: 5 } });
    const startedAt = performance.now();
    expect(await keys.type(bytes('0123456789'))).toBe('written');
    expect(performance.now() - startedAt).toBeGreaterThan(15);
    expect(read()).toBe('0123456789');
  });

  it('answers everyone when it is closed', async () => {
    reader();
    const keys = keyboard();
    const stuck = keys.type(bytes('x'.repeat(200_000)));
    await eventually(() => keys.queuedBytes < 200_000);
    await keys.close();
    expect(await stuck).toBe('closed');
    expect(await keys.type(bytes('y'))).toBe('closed');
  });

  it('does not write into what is not a FIFO', async () => {
    await rm(path);
    writeFileSync(path, 'precious');
    expect(await keyboard().type(bytes('x'))).toBe('nobody-reads');
  });
});
