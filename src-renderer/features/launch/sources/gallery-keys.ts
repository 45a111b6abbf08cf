/** Arrow keys over cards that stand in columns: the nearest in that direction, as it is drawn. */
export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

export const isDirection = (key: string): key is Direction => /^Arrow(Up|Down|Left|Right)$/.test(key);

interface Box {
  readonly left: number;
  readonly top: number;
}

/** Index of the card to go to; the same one where there is none in that direction. */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number {
  if (direction === 'ArrowLeft') return Math.max(0, from - 1);
  if (direction === 'ArrowRight') return Math.min(boxes.length - 1, from + 1);
  const here = boxes[from];
  if (here === undefined) return 0;
  const sign = direction === 'ArrowDown' ? 1 : -1;
  const there = boxes
    .map((box, index) => ({ index, down: (box.top - here.top) * sign, aside: Math.abs(box.left - here.left) }))
    .filter(({ down }) => down > 1)
    .sort((a, b) => a.down - b.down || a.aside - b.aside);
  // In the next line of cards, the one that is least aside.
  const line = there.filter(({ down }) => down - (there[0]?.down ?? 0) < 2);
  return line[0]?.index ?? from;
}
