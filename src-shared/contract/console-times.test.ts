import { describe, expect, it } from 'vitest';
import { decodeArrivals, decodeRowArrivals, encodeArrivals, encodeRowArrivals } from './console-times.ts';

const arrivals = [
  { offset: 0, at: 1_795_000_000_000.25, earlierMs: 0 },
  { offset: 2 ** 52, at: 1_795_000_000_500, earlierMs: 86_400_000 },
];

describe('console times', () => {
  it('decodes what was encoded', () => {
    expect(decodeArrivals(encodeArrivals(arrivals))).toEqual(arrivals);
    const rows = arrivals.map((arrival, index) => ({ row: index * 70_000, arrival }));
    expect(decodeRowArrivals(encodeRowArrivals(rows))).toEqual(rows);
  });

  it('leaves a half-written record out', () => {
    expect(decodeArrivals(encodeArrivals(arrivals).subarray(0, 39))).toEqual(arrivals.slice(0, 1));
  });
});
