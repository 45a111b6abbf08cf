import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import { decodeArrivals, decodeRowArrivals } from '../../../src-shared/contract/console-times.ts';
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
    expect(viewer.kinds()).toEqual(['rows', 'snapshot', 'ready', 'end', 'restart', 'ready', 'times', 'data']);
    expect(viewer.frames[4]).toMatchObject({ extra: 2, offset: 0 });
    await viewer.handle.input(Buffer.from('y'));
    expect(second.keys()).toBe('y');
  });

  it("lets only one viewer's terminal answer the guest: whose keys came last, else the oldest", async () => {
    const console = newConsole();
    const stream = await boot(1, '');
    await console.restart(stream);
    const one = watch(console);
    const two = watch(console);
    const answer = async () => {
      await one.handle.input(Buffer.from('<1>'), true);
      await two.handle.input(Buffer.from('<2>'), true);
    };
    await answer();
    expect(stream.keys()).toBe('<1>');
    await two.handle.input(Buffer.from('ls'));
    await answer();
    expect(stream.keys()).toBe('ls<2>');
    two.handle.close();
    await one.handle.input(Buffer.from('<1>'), true);
    expect(stream.keys()).toBe('<1>');
  });

  it('tells viewers of a reset at its place in the stream', async () => {
    const console = newConsole();
    const stream = await boot(1, '');
    await console.restart(stream);
    const viewer = watch(console);
    await eventually(() => viewer.kinds().includes('ready'));
    await appendFile(stream.path, 'before');
    await console.note('reset');
    await appendFile(stream.path, 'after');
    await eventually(() => viewer.textOf('data') === 'beforeafter');
    const shown = viewer.frames.filter(({ kind }) => kind === 'data' || kind === 'note');
    expect(shown.map(({ kind, offset }) => `${kind} ${offset}`)).toEqual(['data 0', 'note 6', 'data 6']);
  });

  it('knows when bytes came, also for who comes later and after a restart', async () => {
    const path = join(directory, 'out');
    const times = join(directory, 'times');
    await writeFile(path, '');
    const first = newConsole();
    await first.restart({ path, times, boot: 1, input: null });
    const viewer = watch(first);
    await eventually(() => viewer.kinds().includes('ready'));
    const begin = Date.now();
    await appendFile(path, 'one\r\n');
    await eventually(() => viewer.textOf('data') === 'one\r\n');
    const [arrival] = decodeArrivals(viewer.frames.find(({ kind }) => kind === 'times')?.payload ?? Buffer.alloc(0));
    expect(arrival).toMatchObject({ offset: 0, earlierMs: 0 });
    expect(arrival?.at).toBeGreaterThan(begin - 20);
    await first.dispose();
    await appendFile(path, 'two\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await appendFile(path, 'three\r\n');
    const second = newConsole();
    await second.restart({ path, times, boot: 1, input: null });
    const late = watch(second);
    await eventually(() => late.kinds().includes('ready'));
    const rows = decodeRowArrivals(late.frames.find(({ kind }) => kind === 'rows')?.payload ?? Buffer.alloc(0));
    expect(rows.map(({ row }) => row)).toEqual([0, 1]);
    expect(rows[0]?.arrival).toEqual(arrival);
    // Nobody watched when the others came: between the last look and the last writing.
    expect(rows[1]?.arrival.offset).toBe(5);
    expect(rows[1]?.arrival.earlierMs).toBeGreaterThan(30);
    expect((rows[1]?.arrival.at ?? 0) - (rows[1]?.arrival.earlierMs ?? 0)).toBeLessThanOrEqual(Date.now());
  });

  it('tells of lines, boot after boot', async () => {
    const console = newConsole();
    const seen: string[] = [];
    cleanups.add(console.watchLines({ containing: ['panic'] }, ({ text, offset }) => seen.push(`${offset} ${text}`)));
    await console.restart(await boot(1, 'fine\r\npanic: one\r\n'));
    await eventually(() => seen.length === 1);
    await console.restart(await boot(2, 'panic: two\r\n'));
    await eventually(() => seen.length === 2);
    expect(seen).toEqual(['6 panic: one', '0 panic: two']);
  });

  it('tells who comes after the end', async () => {
    const console = newConsole();
    await console.restart({ path: (await boot(1, 'old boot')).path, boot: 1, input: null });
    await console.end('Long ago.');
    const viewer = watch(console);
    await eventually(() => viewer.kinds().includes('end'));
    expect(viewer.kinds()).toEqual(['rows', 'snapshot', 'ready', 'end']);
    expect(viewer.frames[2]).toMatchObject({ extra: 0 });
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
