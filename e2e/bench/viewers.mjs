/**
 * What watching costs the guest, over everything a face goes through: an owner in a process of its own, a session over
 * its socket, the demo guest counting. Its rate with a viewer that never acknowledges (`stuck`) and with a hidden tab
 * (`hidden`: acknowledges once a second) against its rate with no viewer, in paired runs on one boot; and what the
 * owner's memory does.
 *
 *     node e2e/bench/viewers.mjs [--rounds 7] [--lines 150000]
 *
 * Fails below a median ratio of 0.9. Ends only processes it started. console.mjs is the same one layer below.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleTo, importBundled, median, numberAfter, root } from './bundle.mjs';

const kinds = ['none', 'stuck', 'hidden'];
const leastRatio = 0.9;
const deadlineMs = 300_000;

process.exit(await main());

async function main() {
  const rounds = numberAfter('--rounds', 7);
  const lines = numberAfter('--lines', 150_000);
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bench-viewers-')));
  const home = join(scratch, 'home');
  const program = join(scratch, 'owner.mjs');
  await bundleTo(program, `import './e2e/real-qemu/owner-entry.ts';`);
  const { openRemoteService, SessionClient, pathsOf } = await importBundled(
    `export { openRemoteService } from './src-main/headless/remote-service.ts';
     export { SessionClient } from './src-main/headless/session-client.ts';
     export { pathsOf } from './src-main/core/home/paths.ts';`,
    scratch,
  );
  const owner = fork(program, [home, join(root, 'assets')], { silent: true });
  await once(owner.stdout, 'data');
  const paths = pathsOf(home);
  const service = await openRemoteService(paths);
  const client = SessionClient.over(service, {
    trust: 'user',
    face: 'command-line',
    allowPower: true,
    abilities: {},
  });
  let id = null;
  try {
    ({ id } = await client.call('instance.launch', {
      name: 'count',
      guest: { kind: 'demo' },
      device: { memoryMiB: 32 },
      host: { networking: 'none', acceleration: 'tcg' },
    }));
    const transcript = paths.instance(id).boot(1).serialOutput;
    await until(async () => (await client.call('instance.show', { id })).view.status.ready, 'the guest to be ready');
    const watch = createWatch(client, id);
    const measure = async (kind) => {
      await watch.open('none');
      const from = sizeOf(transcript);
      watch.type(`count ${lines}\r`);
      await until(() => sizeOf(transcript) > from + 100, 'the count to begin');
      await watch.close();
      if (kind !== 'none') await watch.open(kind);
      await until(() => sizeOf(transcript) > from + lines, 'a tenth of the count');
      const startedAt = performance.now();
      const startedSize = sizeOf(transcript);
      await until(() => sizeOf(transcript) > from + lines * 9, 'nine tenths of the count');
      const rate = (sizeOf(transcript) - startedSize) / (performance.now() - startedAt);
      await until(() => endsWithPrompt(transcript), 'the prompt');
      await watch.close();
      return { rate, resident: residentBytes(owner.pid) };
    };
    await measure('none');
    const rates = Object.fromEntries(kinds.map((kind) => [kind, []]));
    const memory = Object.fromEntries(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < rounds; round++) {
      // The order turns, so that what else the machine does falls on all of them.
      for (let turn = 0; turn < kinds.length; turn++) {
        const kind = kinds[(round + turn) % kinds.length];
        const { rate, resident } = await measure(kind);
        rates[kind].push(rate);
        memory[kind].push(resident);
      }
    }
    const ratio = (kind) => median(rates[kind].map((rate, round) => rate / rates.none[round]));
    console.table(
      kinds.map((kind) => ({
        viewer: kind,
        'KB/s (median)': Math.round(median(rates[kind])),
        'ratio to none (median of pairs)': ratio(kind).toFixed(2),
        'owner MiB (first)': Math.round(memory[kind][0] / 2 ** 20),
        'owner MiB (last)': Math.round(memory[kind].at(-1) / 2 ** 20),
      })),
    );
    console.log(`${rounds} rounds of ${lines} lines; transcript ${(sizeOf(transcript) / 2 ** 20).toFixed(0)} MiB`);
    return Math.min(ratio('stuck'), ratio('hidden')) >= leastRatio ? 0 : 1;
  } finally {
    if (id !== null) {
      await client.call('instance.stop', { id });
      await client.call('instance.stop', { id }).catch(() => undefined);
      await until(
        async () => !(await client.call('instance.show', { id })).view.status.processLives,
        'the guest to stop',
      );
    }
    client.close();
    await service.close();
    owner.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One viewer at a time, and how it acknowledges. */
function createWatch(client, id) {
  let viewer = -1;
  let parsed = 0;
  let timer;
  const send = (kind, offset, payload = new Uint8Array()) =>
    client.sendFrame({ kind, viewer, offset, extra: 0, payload });
  client.frames.on((frame) => {
    if (frame.viewer !== viewer) return;
    if (frame.kind === 'snapshot') parsed = frame.offset;
    if (frame.kind === 'data') parsed = frame.offset + frame.extra;
  });
  return {
    async open(kind) {
      ({ viewer } = await client.call('console.open', { id, console: 'serial' }));
      if (kind === 'hidden') timer = setInterval(() => send('ack', parsed), 1000);
      return viewer;
    },
    type: (text) => send('input', 0, Buffer.from(text)),
    async close() {
      clearInterval(timer);
      await client.call('console.close', { viewer });
      viewer = -1;
    },
  };
}

function residentBytes(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

function endsWithPrompt(path) {
  const end = Buffer.alloc(64);
  const size = sizeOf(path);
  const fd = openSync(path);
  try {
    const length = readSync(fd, end, 0, end.length, Math.max(0, size - end.length));
    return end.toString('latin1', 0, length).includes('demo> ');
  } finally {
    closeSync(fd);
  }
}

function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function until(isSo, what) {
  const deadline = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
