/**
 * The proof the console design rests on: QEMU writes the guest's serial output to a file, we tail it, and neither
 * `kill -9` of the tailing process, nor a full disk, nor holes punched into the file lose, repeat or reorder a byte.
 *
 *     node e2e/real-qemu/exactness.mjs [--runs 20] [--lines 300000] [--only ext4,tmpfs,punched,full,guarded]
 *
 * Every run: an *owner* process starts QEMU detached, types `count N` and copies what it tails to `consumed.bin`; it is
 * killed with SIGKILL at a random byte, twice, and a new owner continues at the size of that copy. In the end the copy
 * must be the file, and the file must have every number once. Ends only processes it started, by pid.
 */
import { execFileSync, fork } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { qmp, until } from './exactness-qmp.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ownerScript = fileURLToPath(new URL('exactness-owner.mjs', import.meta.url));
const killsPerRun = 2;
const MiB = 1024 * 1024;

async function main() {
  const { runs, lines, only } = readArguments(process.argv.slice(2));
  const scratch = mkdtempSync(join(tmpdir(), 'exactness-'));
  const bundle = join(scratch, 'tail.mjs');
  const { build } = await import('esbuild');
  await build({
    stdin: {
      contents: `export { Tail } from './tail.ts'; export { spaceVerdict, readFreeBytes } from './space-guard.ts';`,
      resolveDir: join(root, 'src-main/core/consoles'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
    logLevel: 'error',
  });
  const cases = [
    { name: 'ext4', place: () => mkdtempSync(join(tmpdir(), 'exactness-disk-')) },
    { name: 'tmpfs', place: () => mkdtempSync('/dev/shm/exactness-') },
    { name: 'punched', place: () => mkdtempSync(join(tmpdir(), 'exactness-punch-')), punch: true },
    // Room for less than the count until the ballast goes: QEMU drops what it cannot write, and the tail must agree with
    // the file all the same.
    { name: 'full', mountMiB: 3, ballastMiB: 1, lossy: true, runs: Math.min(runs, 5) },
    // The same with the space guard at work: the guest waits until there is room again, and nothing is lost.
    { name: 'guarded', mountMiB: 7, ballastMiB: 3, guard: 2 * MiB, runs: Math.min(runs, 5) },
  ].filter(({ name }) => only.length === 0 || only.includes(name));

  const rows = [];
  let failed = false;
  for (const one of cases) {
    if (one.mountMiB && process.getuid() !== 0) {
      rows.push({ case: one.name, skipped: 'mounting a small tmpfs needs root' });
      continue;
    }
    const results = [];
    for (let run = 0; run < (one.runs ?? runs); run++) {
      const result = await judge({ ...one, bundle, lines, scratch });
      results.push(result);
      process.stderr.write(`${one.name} ${run + 1}: ${JSON.stringify(result)}\n`);
    }
    const sum = (key) => results.reduce((total, result) => total + result[key], 0);
    const wrong = sum('wrong');
    failed ||= wrong > 0 || results.some(({ crashes, survived }) => crashes > 0 || !survived);
    rows.push({
      case: one.name,
      runs: results.length,
      kills: results.length * killsPerRun,
      lines: sum('lines'),
      wrong,
      missing: one.lossy ? `${sum('missing')} (dropped by QEMU)` : sum('missing'),
      'KB/s': Math.round(results.map(({ rate }) => rate).sort((a, b) => a - b)[results.length >> 1] / 1000),
      told: [...new Set(results.flatMap(({ told }) => told))].join(', '),
    });
  }
  console.table(rows);
  rmSync(scratch, { recursive: true, force: true });
  return failed ? 1 : 0;
}

async function judge({ place, mountMiB, ballastMiB, guard, punch, lossy, bundle, lines, scratch }) {
  const work = mkdtempSync(join(scratch, 'run-'));
  const directory = mountMiB ? mountTmpfs(work, mountMiB) : place();
  const ballast = join(directory, 'ballast');
  const told = new Set();
  const owners = [];
  try {
    if (ballastMiB) writeFileSync(ballast, Buffer.alloc(ballastMiB * MiB));
    const started = performance.now();
    const expected = lossy ? MiB : lines * 10;
    const kills = Array.from({ length: killsPerRun }, () => Math.floor(Math.random() * expected * 0.9)).sort(
      (a, b) => a - b,
    );
    const tailed = () => sizeOf(join(work, 'consumed.bin'));
    const written = () => sizeOf(join(directory, 'serial.out'));
    let crashes = 0;
    let fresh = true;
    let fullSince = null;
    for (const killAt of [...kills, null]) {
      const owner = fork(ownerScript, [JSON.stringify({ bundle, directory, work, lines, fresh, guard, punch })]);
      fresh = false;
      owners.push(owner);
      let ended = false;
      owner.on('exit', () => {
        ended = true;
      });
      owner.on('message', (message) => message.told && told.add(message.told));
      const enough = () => {
        if (killAt !== null && tailed() >= killAt) return true;
        // Told that it is full: the user makes room, half a second later so that there is something to lose.
        fullSince ??= told.has('space: pause') ? performance.now() : null;
        if (fullSince !== null && performance.now() - fullSince > 500) rmSync(ballast, { force: true });
        return countIsOver(join(directory, 'serial.out')) && tailed() === written();
      };
      await until(() => ended || enough(), `the owner at ${tailed()} of ${written()} bytes`);
      if (ended) crashes++;
      owner.kill('SIGKILL');
      await until(() => ended, 'the owner to be gone');
    }
    const seconds = (performance.now() - started) / 1000;
    const pid = Number(readFileSync(join(work, 'pid'), 'utf8'));
    const survived = isQemu(pid, directory) && /"running"/.test(await qmp(work, 'query-status'));
    await endQemu(pid, directory);
    return {
      ...verify(join(directory, 'serial.out'), join(work, 'consumed.bin'), { lines, lossy, punch }),
      crashes,
      survived,
      rate: written() / seconds,
      told: [...told],
    };
  } finally {
    for (const owner of owners) owner.kill('SIGKILL');
    if (existsSync(join(work, 'pid'))) await endQemu(Number(readFileSync(join(work, 'pid'), 'utf8')), directory);
    if (mountMiB) execFileSync('umount', [directory]);
    rmSync(directory, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}

/** What is wrong with the copy and with the file; a lost line is wrong too, unless the disk was full and nobody paused. */
function verify(file, copy, { lines, lossy, punch }) {
  const got = readFileSync(copy);
  const kept = readFileSync(file);
  let wrong = 0;
  if (punch) {
    // What is left of the file must be what was copied; the rest must be a hole.
    const hole = kept.findIndex((byte) => byte !== 0);
    if (hole < 4096 || !kept.subarray(hole).equals(got.subarray(hole))) wrong++;
  } else if (!kept.equals(got)) wrong++;
  const seen = new Set();
  let previous = 0;
  let found = 0;
  for (const [line] of got.toString('latin1').matchAll(/^[0-9]{8}(?=\r$)/gm)) {
    const number = Number(line);
    found++;
    if (lossy ? seen.has(number) : number !== previous + 1) wrong++;
    seen.add(number);
    previous = number;
  }
  const missing = lines - seen.size;
  return { lines: found, missing, wrong: wrong + (lossy ? 0 : Math.abs(missing)), bytes: got.length };
}

/** The shell prompts again after the count. */
function countIsOver(file) {
  if (sizeOf(file) < 100_000) return false;
  const end = Buffer.alloc(64);
  const fd = openSync(file);
  readSync(fd, end, 0, end.length, sizeOf(file) - end.length);
  closeSync(fd);
  return end.includes('demo> ');
}

function mountTmpfs(work, mebibytes) {
  const directory = join(work, 'mount');
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory]);
  return directory;
}

function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Still the QEMU we started, not another program with its number. */
function isQemu(pid, directory) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`path=${join(directory, 'serial')}`);
  } catch {
    return false;
  }
}

async function endQemu(pid, directory) {
  if (!isQemu(pid, directory)) return;
  process.kill(pid, 'SIGTERM');
  await until(() => !isQemu(pid, directory), 'QEMU to end');
}

function readArguments(args) {
  const argumentAfter = (name) => args[args.indexOf(name) + 1];
  return {
    runs: args.includes('--runs') ? Number(argumentAfter('--runs')) : 20,
    lines: args.includes('--lines') ? Number(argumentAfter('--lines')) : 300_000,
    only: args.includes('--only') ? argumentAfter('--only').split(',') : [],
  };
}

process.exit(await main());
