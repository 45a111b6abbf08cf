/**
 * What watching costs the guest: its output rate with a viewer that never acknowledges (a stuck or hidden page), and
 * with one that reads, against its rate with no viewer, in paired runs on one boot; and what the core's memory does.
 *
 *     node e2e/bench/console.mjs [--rounds 9] [--lines 200000]
 *
 * Fails below a median ratio of 0.9. Ends only processes it started, by their handles.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../real-qemu/exactness-qmp.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const image = join(root, 'assets/demo-guest/demo-guest.elf');
const kinds = ['none', 'silent', 'reading'];
const leastRatio = 0.9;

process.exit(await main());

async function main() {
  const rounds = numberAfter('--rounds', 9);
  const lines = numberAfter('--lines', 200_000);
  const directory = mkdtempSync(join(tmpdir(), 'bench-console-'));
  const output = join(directory, 'serial.out');
  const input = join(directory, 'serial.in');
  const bundle = await bundleConsole(directory);
  writeFileSync(output, '', { mode: 0o600 });
  execFileSync('mkfifo', [input]);
  const owner = fork(
    fileURLToPath(new URL('console-owner.mjs', import.meta.url)),
    [JSON.stringify({ bundle, output, input })],
    { execArgv: ['--expose-gc'] },
  );
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-accel', 'tcg', '-nodefaults', '-display', 'none', '-m', '64', '-kernel', image],
      ...['-chardev', `pipe,id=serial0,path=${join(directory, 'serial')}`, '-serial', 'chardev:serial0'],
    ],
    { stdio: 'ignore' },
  );
  const ask = async (request) => {
    owner.send(request);
    return (await once(owner, 'message'))[0];
  };
  const size = () => statSync(output).size;
  /** KB/s between the first tenth and the last of a count. */
  const measure = async (kind) => {
    const { cpuMs: before } = await ask({ open: kind, memory: true });
    const beganAt = performance.now();
    const from = size();
    await ask({ type: `count ${lines}\r` });
    await until(() => size() > from + lines, 'the count to begin');
    const startedAt = performance.now();
    const startedSize = size();
    await until(() => size() > from + lines * 9, 'the count to end');
    const rate = (size() - startedSize) / (performance.now() - startedAt);
    await until(() => size() >= from + lines * 10 + 20, 'the prompt');
    const elapsedMs = performance.now() - beganAt;
    const { rss, cpuMs } = await ask({ memory: true });
    return { rate, rss, load: (cpuMs - before) / elapsedMs };
  };
  try {
    await once(owner, 'message');
    await until(() => size() > 1000, 'the guest to boot');
    await measure('none');
    const rates = { none: [], silent: [], reading: [] };
    const memory = { none: [], silent: [], reading: [] };
    const loads = { none: [], silent: [], reading: [] };
    for (let round = 0; round < rounds; round++) {
      // The order turns, so that what else the machine does falls on all of them.
      for (let turn = 0; turn < kinds.length; turn++) {
        const kind = kinds[(round + turn) % kinds.length];
        const { rate, rss, load } = await measure(kind);
        rates[kind].push(rate);
        memory[kind].push(rss);
        loads[kind].push(load);
      }
    }
    const ratio = (kind) => median(rates[kind].map((rate, round) => rate / rates.none[round]));
    console.table(
      kinds.map((kind) => ({
        viewer: kind,
        'KB/s (median)': Math.round(median(rates[kind])),
        'ratio to none (median of pairs)': ratio(kind).toFixed(2),
        'core CPU % (median)': (median(loads[kind]) * 100).toFixed(1),
        'core MiB (last)': Math.round(memory[kind].at(-1) / 2 ** 20),
      })),
    );
    console.log(`${rounds} rounds of ${lines} lines; transcript ${(size() / 2 ** 20).toFixed(0)} MiB`);
    return ratio('silent') >= leastRatio ? 0 : 1;
  } finally {
    owner.kill('SIGKILL');
    qemu.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function bundleConsole(directory) {
  const bundle = join(directory, 'console.mjs');
  const { build } = await import('esbuild');
  await build({
    stdin: {
      contents: `export { Console } from './console.ts'; export { Keyboard } from './keyboard.ts';`,
      resolveDir: join(root, 'src-main/core/consoles'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
    logLevel: 'error',
    // As the app's own build does, for CommonJS packages that call require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return bundle;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function numberAfter(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
