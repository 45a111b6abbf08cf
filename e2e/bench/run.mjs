/**
 * `npm run bench [ROW …]`: runs the benches of the rows that the project stands by, one after the other, and prints one
 * table. What a bench has to print is in row.mjs; its first comment begins with its row. Ends with 1 when an aim is
 * missed or a bench fails. They want a machine for themselves, a build and, for the window, a display (taken from
 * xvfb-run where there is none).
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../../scripts/build.mjs';

/** By row: the benches whose first comment says which row they are. */
const rows = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => {
    const [comment = ''] = /^\/\*\*[\s\S]*?\*\//.exec(readFileSync(join(import.meta.dirname, name), 'utf8')) ?? [];
    return [Number(/\bRow (\d+)\b/.exec(comment)?.[1]), name];
  })
  .filter(([row]) => !Number.isNaN(row))
  .sort(([one], [other]) => one - other);

const wanted = process.argv.slice(2).map(Number);
if (wanted.some((row) => !rows.some(([known]) => known === row))) {
  console.error(`usage: npm run bench [ROW …]   rows: ${rows.map(([row]) => row).join(', ')}`);
  process.exit(2);
}
await ensureBuilt();
const results = [];
for (const [row, file] of rows) {
  const path = join(import.meta.dirname, file);
  if (wanted.length > 0 && !wanted.includes(row)) continue;
  console.log(`row ${row}: ${file}`);
  results.push(await run(row, path));
}
console.table(
  results.map(({ row, work, against, figures, ratio, aim, met }) => ({
    ...{ row, work, against },
    figures: Object.entries(figures ?? {})
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    ...{ ratio, aim, met: met === null ? 'not measured' : met ? 'yes' : 'NO' },
  })),
);
process.exit(results.some(({ met }) => met === false) ? 1 : 0);

async function run(row, path) {
  const needsDisplay = row === 12 && process.env.DISPLAY === undefined && process.platform === 'linux';
  const command = needsDisplay ? ['xvfb-run', '-a', process.execPath, path] : [process.execPath, path];
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', resolve);
  });
  try {
    return JSON.parse(said.trim().split('\n').at(-1) ?? '');
  } catch {
    return { row, work: path, figures: { failed: `exit code ${code}` }, ratio: null, met: false };
  }
}
