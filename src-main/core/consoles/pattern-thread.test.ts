import { afterEach, beforeEach, expect, it } from 'vitest';
import { PatternThread } from './pattern-thread.ts';

const honest = { source: '^ready$', flags: '', lines: ['booting', 'ready'] };
const endless = { source: '^(a+)+$', flags: '', lines: [`${'a'.repeat(60)}b`] };
/** Longer than an expression may take. */
const stallMs = 700;

let thread: PatternThread;
beforeEach(() => {
  thread = new PatternThread();
});
// Gives the thread up: what it is idle for does not keep a process alive.
afterEach(() => expect(thread.match(honest)).resolves.toBe(1));

/** The event loop as it is when this process, or the machine, has something else to do. */
function stall(): void {
  const startedAt = performance.now();
  while (performance.now() - startedAt < stallMs);
}

it('an honest expression is not slow because its thread has to be started first', async () => {
  const found = thread.match(honest);
  stall();
  expect(await found).toBe(1);
});

it('one that would never end is given up, and the next one is served', async () => {
  const slow = thread.match(endless);
  const next = thread.match(honest);
  await expect(slow).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await next).toBe(1);
});
