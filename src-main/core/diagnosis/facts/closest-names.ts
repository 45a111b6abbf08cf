/** Names that a misspelled one may have been meant for. Pure. */

/** Up to `most` of the candidates, the likeliest first; none where nothing is near. */
export function closestNames(name: string, candidates: readonly string[], most = 3): string[] {
  const wanted = name.toLowerCase();
  if (wanted === '') return [];
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const near = [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || a.candidate.length - b.candidate.length);
  // Beside a likely one the unlikely are noise.
  const best = near[0]?.distance ?? 0;
  return near
    .filter(({ distance }) => distance <= best + 1)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** A name that only lacks its end, as versioned machines do, is as near as one with a typing mistake. */
function distanceTo(wanted: string, candidate: string): number {
  if (wanted.length > 3 && candidate.startsWith(`${wanted}-`)) return 1;
  return editDistance(wanted, candidate);
}

/** Damerau-Levenshtein, adjacent letters swapped counting once: `pic` is one away from `pci`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j - 1] ?? 0) + same, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
