import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { Console, type ConsoleStream } from './console.ts';
import { type ConsoleInput, Keyboard } from './keyboard.ts';

let cleanups: CleanupStack;
let directory: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  directory = await mkdtemp(join(tmpdir(), 'console-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
});
afterEach(() => cleanups.close());

async function boot(number: number, content: string): Promise<ConsoleStream & { keys(): string }> {
  const stem = join(directory, `boot-${number}`);
  await writeFile(`${stem}.out`, content);
  execFileSync('mkfifo', [`${stem}.in`]);
  const fd = openSync(`${stem}.in`, constants.O_RDWR | constants.O_NONBLOCK);
  cleanups.add(() => closeSync(fd));
  const keys = () => {
    const buffer = Buffer.alloc(1000);
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  };
  return { path: `${stem}.out`, boot: number, input: new Keyboard(`${stem}.in`), keys };
}

function newConsole(): Console {
  const made = new Console();
  cleanups.add(() => made.dispose());
  return made;
}

function watch(console: Console) {
  const frames: ConsoleFrame[] = [];
  const handle = console.open(1, (frame) => {
    frames.push(frame);
    if (frame.kind === 'data') queueMicrotask(() => handle.ack(frame.offset + frame.extra));
    if (frame.kind === 'snapshot') queueMicrotask(() => handle.ack(frame.offset));
  });
  cleanups.add(() => handle.close());
  const textOf = (kind: string) =>
    Buffer.concat(frames.filter((frame) => frame.kind === kind).map(({ payload }) => payload)).toString();
  return { frames, handle, textOf, kinds: () => frames.map(({ kind }) => kind) };
}

class CountingInput implements ConsoleInput {
  attached = 0;
  released = 0;
  closed = 0;
  type = async () => 'written' as const;
  attach = () => void this.attached++;
  release = () => void this.released++;
  close = async () => void this.closed++;
}

describe('Console', () => {
  it('has nothing before the first boot', () => {
    const console = newConsole();
    expect(() => console.open(1, () => undefined)).toThrow('nothing in this console');
    expect(console.writable).toBe(false);
  });

  it('shows viewers the stream and types for them', async () => {
    const console = newConsole();
    const stream = await boot(1, 'hello\r\n');
    await console.restart(stream);
    const one = watch(console);
    const two = watch(console);
    expect(one.handle).toMatchObject({ columns: 80, rows: 24, writable: true });
    await appendFile(stream.path, '$ ');
    await eventually(
      () =>
        one.textOf('data') + two.textOf('data') === '$ $ ' ||
        (one.textOf('snapshot') + two.textOf('snapshot')).includes('$'),
    );
    expect(await one.handle.input(Buffer.from('ls'))).toBe('written');
    expect(await two.handle.input(Buffer.from('\r'))).toBe('written');
    expect(stream.keys()).toBe('ls\r');
  });

  it('takes viewers along into the next boot', async () => {
    const console = newConsole();
    const first = await boot(1, 'first');
    await console.restart(first);
    const viewer = watch(console);
    await eventually(() => viewer.kinds().includes('ready'));
    await console.end('The guest stopped.');
    await eventually(() => viewer.textOf('end') === 'The guest stopped.');
    expect(await viewer.handle.input(Buffer.from('x'))).toBe('nobody-reads');
    const second = await boot(2, 'second');
    await console.restart(second);
    await eventually(() => viewer.textOf('data') === 'second');
    expect(viewer.kinds()).toEqual(['snapshot', 'ready', 'end', 'restart', 'ready', 'data']);
    expect(viewer.frames[3]).toMatchObject({ extra: 2, offset: 0 });
    await viewer.handle.input(Buffer.from('y'));
    expect(second.keys()).toBe('y');
  });

  it('tells who comes after the end', async () => {
    const console = newConsole();
    await console.restart({ path: (await boot(1, 'old boot')).path, boot: 1, input: null });
    await console.end('Long ago.');
    const viewer = watch(console);
    await eventually(() => viewer.kinds().includes('end'));
    expect(viewer.kinds()).toEqual(['snapshot', 'ready', 'end']);
    expect(viewer.frames[1]).toMatchObject({ extra: 0 });
    expect(viewer.textOf('snapshot')).toContain('old boot');
  });

  it('holds the input only while there are viewers, and closes it with its boot', async () => {
    const console = newConsole();
    const input = new CountingInput();
    const { path } = await boot(1, '');
    await console.restart({ path, boot: 1, input });
    expect(input.attached).toBe(0);
    const one = watch(console);
    const two = watch(console);
    one.handle.close();
    one.handle.close();
    expect(input).toMatchObject({ attached: 1, released: 0 });
    two.handle.close();
    expect(input).toMatchObject({ attached: 1, released: 1, closed: 0 });
    const next = new CountingInput();
    watch(console);
    await console.restart({ path, boot: 2, input: next });
    expect(input.closed).toBe(1);
    expect(next.attached).toBe(1);
  });

  it('keeps only the last of two boots that come at once, and none after the end', async () => {
    const console = newConsole();
    const { path } = await boot(1, 'x');
    const inputs = [new CountingInput(), new CountingInput(), new CountingInput()] as const;
    await Promise.all([
      console.restart({ path, boot: 1, input: inputs[0] }),
      console.restart({ path, boot: 2, input: inputs[1] }),
    ]);
    expect(inputs.map(({ closed }) => closed)).toEqual([1, 0, 0]);
    await console.dispose();
    await console.restart({ path, boot: 3, input: inputs[2] });
    expect(inputs.map(({ closed }) => closed)).toEqual([1, 1, 1]);
  });

  it('waits for text, and says why it will not come', async () => {
    const console = newConsole();
    const stream = await boot(1, 'one\r\n');
    await console.restart(stream);
    expect((await console.waitFor(/^on/)).line).toBe('one');
    await expect(console.waitFor('never', { timeoutMs: 10 })).rejects.toMatchObject({ code: 'timed_out' });
    await expect(console.waitFor('never', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const last = console.waitFor('last words');
    const never = console.waitFor('never');
    never.catch(() => undefined);
    await appendFile(stream.path, 'last words');
    await console.end('The guest stopped.');
    expect((await last).line).toBe('last words');
    await expect(never).rejects.toMatchObject({ code: 'connection_lost' });
    await expect(console.waitFor('never')).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('gives the text of a terminal and of a log', async () => {
    const console = newConsole();
    await console.restart(await boot(1, '\x1b[31mred\x1b[0m\r\nnext'));
    expect(await console.text()).toBe('red\nnext\n');
    const { path } = await boot(2, 'one\ntwo\n');
    await console.restart({ path, boot: 2, input: null, content: 'text' });
    expect(await console.text()).toBe('one\ntwo\n');
  });

  it('finds the hole at the beginning again', async () => {
    const console = newConsole();
    const { path } = await boot(1, '');
    await writeFile(path, Buffer.concat([Buffer.alloc(8192), Buffer.from('kept')]));
    await console.restart({ path, boot: 1, input: null });
    expect(console.tail.punchedBefore).toBe(8192);
    expect((await console.waitFor('kept')).offset).toBe(8196);
  });
});
