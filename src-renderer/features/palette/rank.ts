/**
 * Which entries match what was typed, best first: words may be abbreviated and their letters spread ("nins" finds
 * "New instance"), and what begins a word counts for more than what is inside one. Pure.
 */
export interface Ranked<T> {
  readonly item: T;
  /** Places of the matched letters in the text, for showing why. */
  readonly places: readonly number[];
}

export function rank<T>(items: readonly T[], wanted: string, textOf: (item: T) => string): readonly Ranked<T>[] {
  const letters = wanted.toLowerCase().replace(/\s+/g, '');
  if (letters === '') return items.map((item) => ({ item, places: [] }));
  return items
    .map((item) => ({ item, found: match(textOf(item), letters) }))
    .filter((one): one is { item: T; found: Match } => one.found !== null)
    .sort((a, b) => b.found.score - a.found.score)
    .map(({ item, found }) => ({ item, places: found.places }));
}

interface Match {
  readonly score: number;
  readonly places: readonly number[];
}

const startOfWord = 8;
const nextToTheLast = 5;
const perGap = -0.2;

/** The best way to find the letters in their order; tries each place where the first letter stands. */
function match(text: string, letters: string): Match | null {
  const lower = text.toLowerCase();
  let best: Match | null = null;
  for (let start = lower.indexOf(letters[0] ?? ''); start !== -1; start = lower.indexOf(letters[0] ?? '', start + 1)) {
    const found = matchFrom(lower, letters, start);
    if (found === null) break;
    if (best === null || found.score > best.score) best = found;
  }
  return best;
}

function matchFrom(text: string, letters: string, start: number): Match | null {
  const places: number[] = [];
  let score = 0;
  let at = start;
  for (const letter of letters) {
    const last = places.at(-1);
    const next = last === undefined ? at : nextPlace(text, letter, last + 1);
    if (next === -1) return null;
    if (startsWord(text, next)) score += startOfWord;
    if (last !== undefined && next === last + 1) score += nextToTheLast;
    score += 1 + (last === undefined ? 0 : (next - last - 1) * perGap);
    places.push(next);
    at = next + 1;
  }
  // Of two that match alike the shorter one is meant.
  return { score: score - text.length / 1000, places };
}

/** Where a word begins with the letter, if not at once; else the next place there is. */
function nextPlace(text: string, letter: string, from: number): number {
  if (text[from] === letter) return from;
  const next = text.indexOf(letter, from);
  for (let at = next; at !== -1; at = text.indexOf(letter, at + 1)) if (startsWord(text, at)) return at;
  return next;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? '');
}
