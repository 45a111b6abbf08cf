import { describe, expect, it } from 'vitest';
import { commonDirectory, formatBytes, formatDuration, formatMoment, formatProgress, formatUptime } from './format.ts';

describe('formatting', () => {
  it('bytes', () => {
    expect([0, 1023, 1024, 1536, 150 * 1024, 2 ** 31].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.5 KiB',
      '150 KiB',
      '2.0 GiB',
    ]);
  });

  it('durations', () => {
    expect([0.4, 12, 1030, 12_345, 61_000].map(formatDuration)).toEqual([
      '0 ms',
      '12 ms',
      '1.03 s',
      '12.3 s',
      '1 min 1 s',
    ]);
  });

  it('uptimes', () => {
    expect([-5, 7000, 760_000, 11_100_000, 183_900_000].map(formatUptime)).toEqual([
      '0:00',
      '0:07',
      '12:40',
      '3:05:00',
      '2 d 3:05',
    ]);
  });

  it('moments of today without their date', () => {
    const now = new Date(2026, 2, 4, 15, 0, 0);
    expect(formatMoment(new Date(2026, 2, 4, 9, 5, 6).toISOString(), now)).toBe('09:05:06');
    expect(formatMoment(new Date(2026, 1, 4, 9, 5, 6).toISOString(), now)).toBe('2026-02-04 09:05:06');
  });

  it('the directory that paths share', () => {
    expect(commonDirectory(['/a/b/c', '/a/b/d/e', '/a/bc'])).toBe('/a/');
    expect(commonDirectory(['/a/b'])).toBe('/a/');
    expect(commonDirectory([])).toBe('');
  });

  it('progress with and without a known end', () => {
    expect(formatProgress({ done: 1024, total: 4096, unit: 'bytes' })).toBe('1.0 KiB of 4.0 KiB');
    expect(formatProgress({ done: 3, total: 0, unit: 'items' })).toBe('3');
    expect(formatProgress({ done: 0, total: 0, unit: 'items' })).toBe('');
  });
});
