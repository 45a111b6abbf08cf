/**
 * Row 11: a transcript of a gigabyte is searched as a page does it, call after call until nothing is left, against
 * ripgrep, which counts the same lines. Both read from the page cache.
 *
 *     node e2e/bench/search.mjs [--mib 1024] [--rounds 5] [--sources DIRECTORY]
 *
 * `--sources`: another checkout, for before and after.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBundled, numberAfter, root } from './bundle.mjs';
import { paired, report } from './row.mjs';

const kinds = [
  { name: 'plain', query: { text: 'needle' }, flags: ['-F'], most: 2 },
  { name: 'frequent', query: { text: 'kernel' }, flags: ['-F'], most: 2 },
  { name: 'no case', query: { text: 'NEEDLE', matchCase: false }, flags: ['-F', '-i'], most: 3 },
  { name: 'regex', query: { text: 'need[a-z]+ \\d+', regex: true }, flags: [], most: 3 },
];
const aim = '<= 2x rg plain, <= 3x regex';
const work = 'search a transcript of 1 GB';

process.exit(await main());

async function main() {
  if (!hasRipgrep()) {
    report({ row: 11, work, against: 'rg', figures: { missing: 'ripgrep' }, aim, met: null });
    return 0;
  }
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bench-search-')));
  try {
    const path = join(scratch, 'serial.out');
    writeTranscript(path, numberAfter('--mib', 1024));
    const at = process.argv.indexOf('--sources');
    const sources = at < 0 ? root : process.argv[at + 1];
    const { searchTranscript } = await importBundled(
      `export { searchTranscript } from '${sources}/src-main/core/consoles/transcript-search.ts';`,
      scratch,
    );
    const figures = {};
    let met = true;
    let worst = 0;
    for (const { name, query, flags, most } of kinds) {
      let ours = 0;
      let theirs = 0;
      let calls = 0;
      let longestMs = 0;
      const searchAll = async () => {
        ours = 0;
        calls = 0;
        for (let from = null; ; ) {
          const startedAt = performance.now();
          const limit = from === null ? 1000 : 0;
          const how = { regex: false, matchCase: true, wholeWord: false, from, limit };
          const answer = await searchTranscript(path, { ...how, ...query });
          longestMs = Math.max(longestMs, performance.now() - startedAt);
          ours += answer.count;
          calls++;
          from = answer.next;
          if (from === null) return;
        }
      };
      const ripgrep = () => {
        theirs = Number(execFileSync('rg', ['-c', '-a', ...flags, '-e', query.text, path], { encoding: 'utf8' }));
      };
      ripgrep();
      const result = await paired(numberAfter('--rounds', 5), searchAll, ripgrep);
      if (ours !== theirs) throw new Error(`${name}: ${ours} lines found, rg finds ${theirs}`);
      figures[name] = Number(result.ratio.toFixed(2));
      const times = { ms: Math.round(result.ours), 'rg ms': Math.round(result.theirs) };
      console.log(name, {
        ...times,
        ratio: figures[name],
        lines: ours,
        calls,
        'longest call ms': Math.round(longestMs),
      });
      met &&= result.ratio <= most;
      worst = Math.max(worst, result.ratio);
    }
    report({ row: 11, work, against: 'rg -c', figures, ratio: worst, aim, met });
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function hasRipgrep() {
  try {
    execFileSync('rg', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A kernel's log, again and again: most lines plain, some in colours. */
function writeTranscript(path, mebibytes) {
  const lines = Array.from({ length: 9000 }, (_, index) => {
    const time = `[${(index / 100).toFixed(6).padStart(12)}]`;
    if (index % 97 === 13) return `\x1b[0;32m${time} OK \x1b[0m Started a service of the system\r\n`;
    if (index % 4500 === 99) return `${time} a needle ${index} in the haystack\r\n`;
    return `${time} ${index % 10 === 0 ? 'kernel' : 'driver'}: something was found at 0x${(index * 7919).toString(16)}, irq ${index % 32}\r\n`;
  }).join('');
  const block = Buffer.from(lines);
  const fd = openSync(path, 'w');
  for (let written = 0; written < mebibytes * 2 ** 20; written += block.length) writeSync(fd, block);
  closeSync(fd);
}
