import { expect, it } from 'vitest';
import { neighbour } from './gallery-keys.ts';

// Two columns; the second group has one card.
const boxes = [
  { left: 0, top: 0 },
  { left: 100, top: 0 },
  { left: 0, top: 50 },
  { left: 100, top: 50 },
  { left: 0, top: 120 },
];

it.each([
  [0, 'ArrowDown', 2],
  [1, 'ArrowDown', 3],
  [3, 'ArrowDown', 4],
  [4, 'ArrowDown', 4],
  [4, 'ArrowUp', 2],
  [0, 'ArrowUp', 0],
  [0, 'ArrowRight', 1],
  [1, 'ArrowRight', 2],
  [0, 'ArrowLeft', 0],
  [4, 'ArrowRight', 4],
] as const)('from %i by %s to %i', (from, direction, to) => {
  expect(neighbour(boxes, from, direction)).toBe(to);
});
