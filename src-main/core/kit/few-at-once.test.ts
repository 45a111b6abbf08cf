import { expect, it } from 'vitest';
import { fewAtOnce } from './few-at-once.ts';

it('gives every answer in its place, and never does many at once', async () => {
  let busy = 0;
  let most = 0;
  const results = await fewAtOnce([...Array(100).keys()], async (n) => {
    most = Math.max(most, ++busy);
    await new Promise((resolve) => setImmediate(resolve));
    busy--;
    return n * 2;
  });
  expect(results).toEqual([...Array(100).keys()].map((n) => n * 2));
  expect(most).toBeLessThanOrEqual(8);
});

it('begins nothing more after a failure', async () => {
  let begun = 0;
  const failing = fewAtOnce([...Array(100).keys()], async () => {
    begun++;
    await Promise.resolve();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(begun).toBeLessThanOrEqual(8);
});

it('lets others have their turn', async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const spin = async () => {
    const until = performance.now() + 2;
    while (performance.now() < until);
  };
  await fewAtOnce([...Array(200).keys()], spin);
  clearInterval(counting);
  expect(turns).toBeGreaterThan(3);
});
