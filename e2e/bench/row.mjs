/**
 * A row of the table of figures that the project stands by. Each bench takes no arguments that it needs, shows what it
 * likes, and ends with one line of JSON that run.mjs reads:
 *
 *     {"row":5,"work":"…","against":"…","figures":{…},"ratio":0.97,"aim":"…","met":true}
 *
 * `ratio` is null where there is nothing to divide by; `met` is null where a peer is not installed, and `figures.missing`
 * says which.
 */
export function report({ row, work, against, figures, ratio = null, aim, met }) {
  const rounded = typeof ratio === 'number' ? Number(ratio.toFixed(2)) : ratio;
  console.log(JSON.stringify({ row, work, against, figures, ratio: rounded, aim, met }));
}

/** Runs both in turns, the order changing, so that what else the machine does falls on both; medians in milliseconds. */
export async function paired(rounds, ours, theirs) {
  const times = { ours: [], theirs: [] };
  const time = async (name, run) => {
    const startedAt = performance.now();
    await run();
    times[name].push(performance.now() - startedAt);
  };
  for (let round = 0; round < rounds; round++) {
    const turns = [() => time('ours', ours), () => time('theirs', theirs)];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const ratios = times.ours.map((value, round) => value / times.theirs[round]);
  return { ours: middle(times.ours), theirs: middle(times.theirs), ratio: middle(ratios) };
}
