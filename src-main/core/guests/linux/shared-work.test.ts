import { describe, expect, it } from 'vitest';
import { type SharedContext, SharedWork } from './shared-work.ts';

/** Work that ends when the test says so, or when it is told to stop. */
function controlled() {
  const starts: SharedContext<number>[] = [];
  const finishers: (() => void)[] = [];
  const start = (context: SharedContext<number>): Promise<string> => {
    starts.push(context);
    return new Promise((resolve, reject) => {
      finishers.push(() => resolve(`result ${starts.length}`));
      context.signal.addEventListener('abort', () => reject(new Error('stopped')));
    });
  };
  return { starts, finishers, start };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('SharedWork', () => {
  it('does the work once and tells everyone', async () => {
    const work = new SharedWork<string, number>();
    const { starts, finishers, start } = controlled();
    const seen: string[] = [];
    const first = work.join('key', { onProgress: (done) => seen.push(`first ${done}`) }, start);
    await nextTurn();
    starts[0]?.report(1);
    const second = work.join('key', { onProgress: (done) => seen.push(`second ${done}`) }, start);
    starts[0]?.report(2);
    finishers[0]?.();
    expect(await Promise.all([first, second])).toEqual(['result 1', 'result 1']);
    expect(seen).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
    expect(starts).toHaveLength(1);
  });

  it('goes on while anyone still wants it', async () => {
    const work = new SharedWork<string, number>();
    const { starts, finishers, start } = controlled();
    const controller = new AbortController();
    const leaving = work.join('key', { signal: controller.signal }, start);
    const staying = work.join('key', {}, start);
    await nextTurn();
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'cancelled' });
    expect(starts[0]?.signal.aborted).toBe(false);
    finishers[0]?.();
    expect(await staying).toBe('result 1');
  });

  it('stops with the last caller, and a new caller starts anew', async () => {
    const work = new SharedWork<string, number>();
    const { starts, finishers, start } = controlled();
    const controller = new AbortController();
    const only = work.join('key', { signal: controller.signal }, start);
    await nextTurn();
    controller.abort();
    expect(starts[0]?.signal.aborted).toBe(true);
    const late = work.join('key', {}, start);
    await expect(only).rejects.toMatchObject({ code: 'cancelled' });
    await nextTurn();
    finishers[1]?.();
    expect(await late).toBe('result 2');
  });

  it('keeps different keys apart and hands on failures', async () => {
    const work = new SharedWork<string, number>();
    const failing = work.join('a', {}, () => Promise.reject(new Error('broken')));
    const fine = work.join('b', {}, () => Promise.resolve('b'));
    await expect(failing).rejects.toThrow('broken');
    expect(await fine).toBe('b');
  });
});
