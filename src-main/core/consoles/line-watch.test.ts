import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { type LineWatchOptions, type SeenLine, watchLines } from './line-watch.ts';
import { Tail } from './tail.ts';

let cleanups: CleanupStack;
let path: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  const directory = await mkdtemp(join(tmpdir(), 'line-watch-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'out');
});
afterEach(() => cleanups.close());

async function watch(content: string, options: LineWatchOptions = {}) {
  await writeFile(path, content);
  const tail = new Tail(path);
  cleanups.add(() => tail.close());
  await tail.start();
  const seen: SeenLine[] = [];
  cleanups.add(watchLines(tail, options, (line) => seen.push(line)));
  return seen;
}

describe('watchLines', () => {
  it('tells of each line when it ends, with its offset', async () => {
    const seen = await watch('one\r\n\x1b[1mtw');
    await eventually(() => seen.length === 1);
    await appendFile(path, 'o\x1b[0m\r\nthree');
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([
      { offset: 0, text: 'one' },
      { offset: 5, text: 'two' },
    ]);
  });

  it('tells only of lines with a word that is looked for, wherever the reads were cut', async () => {
    const noise = `${'x'.repeat(99)}\n`.repeat(2000);
    const seen = await watch(`${noise}Kernel pan`, { containing: ['Kernel panic', 'BUG:'] });
    await appendFile(path, `ic - not syncing\n${noise}BUG: bad\n${noise}`);
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([
      { offset: noise.length, text: 'Kernel panic - not syncing' },
      { offset: 2 * noise.length + 27, text: 'BUG: bad' },
    ]);
  });

  it('begins where it is told to, and anew with the stream', async () => {
    const seen = await watch('old\n', { from: 4 });
    await appendFile(path, 'new\n');
    await eventually(() => seen.length === 1);
    expect(seen).toEqual([{ offset: 4, text: 'new' }]);
    await truncate(path, 0);
    await eventually(async () => {
      await appendFile(path, '');
      return true;
    });
    await writeFile(path, 'a\n');
    await eventually(() => seen.length === 2);
    expect(seen[1]).toEqual({ offset: 0, text: 'a' });
  });

  it('does not wait for the end of a line that has none', async () => {
    const seen = await watch('y'.repeat(10_000));
    await eventually(() => seen.length === 1);
    expect(seen[0]?.text).toHaveLength(4096);
  });
});
