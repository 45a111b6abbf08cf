import { describe, expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { nextSpaceCheckMs, readFreeBytes, spaceVerdict } from './space-guard.ts';

const reserve = limits.reserveBytes;

describe('spaceVerdict', () => {
  it.each([
    [10 * reserve, 'ok', 'ok'],
    [reserve + 1, 'ok', 'ok'],
    [reserve, 'ok', 'pause'],
    [0, 'ok', 'pause'],
    [0, 'paused', 'ok'],
    [2 * reserve, 'paused', 'ok'],
    [2 * reserve + 1, 'paused', 'resume'],
  ] as const)('%d bytes free and %s: %s', (freeBytes, state, verdict) => {
    expect(spaceVerdict({ freeBytes, state })).toBe(verdict);
  });

  it('counts what will be written before the next look', () => {
    expect(spaceVerdict({ freeBytes: reserve + 1000, bytesPerSecond: 1e6, state: 'ok' })).toBe('pause');
  });
});

describe('nextSpaceCheckMs', () => {
  it('looks more often as the reserve comes nearer', () => {
    const at = (freeBytes: number) => nextSpaceCheckMs({ freeBytes, bytesPerSecond: 1e6, state: 'ok' });
    expect(at(reserve + 1e9)).toBe(10_000);
    expect(at(reserve + 4e6)).toBe(2000);
    expect(at(reserve)).toBe(100);
  });
});

it('reads the free bytes of a file system', async () => {
  expect(await readFreeBytes('/')).toBeGreaterThan(0);
  await expect(readFreeBytes('/no/such/place')).rejects.toMatchObject({ code: 'ENOENT' });
});
