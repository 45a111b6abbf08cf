/**
 * What a whole command costs, and what a thousand stopped instances cost it: rows 8, 9 and 13 of the figures we stand by.
 * Each against a peer in the same run, one after the other in turns: Node alone, and Node that reads the same files.
 *
 *     node e2e/bench/command-line.mjs [--stopped 1000] [--runs 7] [--seconds 10] [--before DIRECTORY]
 *
 * `--before`: another build (its `out` directory) to measure beside this one. Needs a build and a QEMU for the demo guest.
 * On a busy machine the column that counts is CPU: wall time is what the others leave. Ends only what it started.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, numberAfter, root } from './bundle.mjs';

const stopped = numberAfter('--stopped', 1000);
const runs = numberAfter('--runs', 7);
const seconds = numberAfter('--seconds', 10);
const at = process.argv.indexOf('--before');
const builds = { now: join(root, 'out'), ...(at < 0 ? {} : { before: process.argv[at + 1] }) };
const ticksPerSecond = 100;

const reader = `
const fs = require('node:fs'); const { join } = require('node:path'); const home = join(process.argv[1], 'instances');
const read = (...names) => { try { return JSON.parse(fs.readFileSync(join(home, ...names), 'utf8')); } catch { return null; } };
let count = 0;
for (const id of fs.readdirSync(home)) {
  const boot = fs.readdirSync(join(home, id, 'boots')).at(-1);
  fs.readdirSync(join(home, id, 'run'));
  for (const file of ['spec.json']) count += read(id, file) === null ? 0 : 1;
  for (const file of ['launch.json', 'outcome.json']) count += read(id, 'boots', boot, file) === null ? 0 : 1;
}
console.log(count);`;

process.exitCode = await main();

async function main() {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bench-cli-')));
  try {
    const model = join(scratch, 'model');
    await run(['start', '--demo', '--name', 'model'], { home: model, out: builds.now });
    await run(['stop', 'model', '--now'], { home: model, out: builds.now });
    const homes = { empty: join(scratch, 'empty'), hundred: join(scratch, 'hundred'), many: join(scratch, 'many') };
    fill(homes.empty, 0, model);
    fill(homes.hundred, Math.ceil(stopped / 10), model);
    fill(homes.many, stopped, model);
    const rows = [];
    const peers = {
      'node -e 0': () => timed(['-e', '0'], homes.empty),
      [`read the files of ${stopped}`]: () => timed(['-e', reader, homes.many], homes.many),
    };
    const commands = {};
    for (const [name, out] of Object.entries(builds)) {
      const cli = join(out, 'main', 'cli.js');
      commands[`list, empty (${name})`] = () => timed([cli, 'list'], homes.empty);
      commands[`list, ${Math.ceil(stopped / 10)} stopped (${name})`] = () => timed([cli, 'list'], homes.hundred);
      commands[`list, ${stopped} stopped (${name})`] = () => timed([cli, 'list'], homes.many);
      commands[`start --demo (${name})`] = () => startDemo(cli, join(scratch, `start-${name}`));
    }
    const taken = new Map();
    for (let round = 0; round < runs; round++) {
      for (const [name, measure] of Object.entries({ ...peers, ...commands })) {
        taken.set(name, [...(taken.get(name) ?? []), await measure()]);
      }
    }
    for (const [name, all] of taken) {
      rows.push({
        what: name,
        'CPU ms': Math.round(median(all.map(({ cpuMs }) => cpuMs))),
        'wall ms': Math.round(median(all.map(({ wallMs }) => wallMs))),
      });
    }
    for (const [name, out] of Object.entries(builds))
      rows.push(await idle(name, join(out, 'main', 'cli.js'), homes.many));
    console.table(rows);
    const of = (what) => rows.find((row) => row.what === what)?.['CPU ms'] ?? Number.NaN;
    const node = of('node -e 0');
    console.log(
      `row 13: list ${of('list, empty (now)') - node} ms CPU over node -e 0; row 9: list of ${stopped} is ` +
        `${(of(`list, ${stopped} stopped (now)`) / of(`read the files of ${stopped}`)).toFixed(2)} of reading the same files`,
    );
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Copies of one instance that was stopped in good order. */
function fill(home, count, model) {
  mkdirSync(join(home, 'instances'), { recursive: true, mode: 0o700 });
  for (let index = 0; index < count; index++) {
    const id = `vm-${String(index).padStart(4, '0')}`;
    const directory = join(home, 'instances', id);
    // FIFOs and sockets are not for copying.
    cpSync(join(model, 'instances', 'model'), directory, {
      recursive: true,
      filter: (path) => !/serial\.in$/.test(path),
    });
    const spec = join(directory, 'spec.json');
    writeFileSync(spec, JSON.stringify({ ...JSON.parse(readFileSync(spec, 'utf8')), id, name: id }));
  }
}

/** A whole process, with the processor time of it and its threads as the kernel counts it. */
async function timed(args, home) {
  const startedAt = performance.now();
  const shell = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>/dev/null';
  const child = spawn('bash', ['-c', shell, process.execPath, ...args], {
    env: environment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  await once(child, 'close');
  const [user, system] = said.trim().split(/\s+/).slice(-2).map(Number);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) * 1000 };
}

async function startDemo(cli, home) {
  const taken = await timed([cli, 'start', '--demo', '--name', 'demo'], home);
  await run(['stop', 'demo', '--now'], { home, cli });
  await run(['delete', 'demo', '--yes'], { home, cli });
  return taken;
}

/** An owner with nothing running and nobody looking, after it has measured what lies there. */
async function idle(name, cli, home) {
  const owner = spawn(process.execPath, [cli, 'serve', '--machine', 'json'], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(owner.stdout, 'data');
    const settled = async () => {
      for (let before = ticksOf(owner.pid); ; ) {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        const now = ticksOf(owner.pid);
        if (now - before <= 2 || performance.now() - startedAt > 20_000) return now;
        before = now;
      }
    };
    const startedAt = performance.now();
    const before = await settled();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const percent = ((ticksOf(owner.pid) - before) / ticksPerSecond / seconds) * 100;
    const open = readdirSync(`/proc/${owner.pid}/fd`).length;
    return {
      what: `idle, ${stopped} stopped (${name})`,
      '% of a core': Number(percent.toFixed(2)),
      'open files': open,
    };
  } finally {
    owner.kill('SIGTERM');
    await once(owner, 'close');
  }
}

function ticksOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function run(args, { home, out, cli = join(out, 'main', 'cli.js') }) {
  const child = spawn(process.execPath, [cli, ...args], { env: environment(home), stdio: 'ignore' });
  await once(child, 'close');
}

function environment(home) {
  return { ...process.env, SLIPWAY_HOME: home, SLIPWAY_FFX_INSTANCES: join(home, 'no-ffx') };
}
