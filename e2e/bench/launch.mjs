/**
 * What Slipway adds to a launch: from the router call to the guest's first byte, against the same argv started by hand,
 * in pairs, turn and turn about, in one run on one home.
 *
 *     node e2e/bench/launch.mjs [--pairs 21]
 *
 * By hand means what a script does: make the FIFO and the file, spawn the argv without `-S`, look for the first byte
 * every millisecond. `warm` launches an instance again; `new` makes a new instance each time, which also stages its
 * images. Prints where the time goes, by the launches' own timelines. Fails when the median overhead of `warm` or of
 * `new` is over 150 ms. Ends only processes it started.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBundled, median, numberAfter, root } from './bundle.mjs';

const mostOverheadMs = 150;
const deadlineMs = 60_000;

process.exit(await main());

async function main() {
  const pairs = numberAfter('--pairs', 21);
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bench-launch-')));
  const { HomeService, SessionClient, prepareHome, silentLog } = await importBundled(
    `export { HomeService } from './src-main/headless/home-service.ts';
     export { SessionClient } from './src-main/headless/session-client.ts';
     export { prepareHome } from './src-main/core/home/prepare.ts';
     export { silentLog } from './src-main/core/kit/log.ts';`,
    scratch,
  );
  const paths = await prepareHome(join(scratch, 'home'));
  const service = await HomeService.open(
    { paths, assetsDirectory: join(root, 'assets'), kind: 'command-line', log: silentLog, abilities: {} },
    { takeOver: false },
  );
  const client = SessionClient.over(service, {
    trust: 'user',
    face: 'command-line',
    allowPower: true,
    abilities: {},
  });
  const draft = (name) => ({ name, guest: { kind: 'demo' }, device: { memoryMiB: 64 }, runtime: { powerdownMs: 0 } });
  try {
    // The first launch of a home also probes QEMU and the accelerator; both are remembered.
    const warm = await firstByteOf(client, paths, () => client.call('instance.launch', draft('warm')));
    await end(client, warm.id);
    const { command } = await client.call('instance.show', { id: warm.id });
    const argv = byHand(command.arguments.flatMap(({ args }) => args));
    const figures = { hand: [], warm: [], new: [] };
    const steps = { warm: [], new: [] };
    const kinds = ['hand', 'warm', 'new'];
    for (let pair = 0; pair < pairs; pair++) {
      // The order turns, so that what else the machine does falls on all of them.
      for (let turn = 0; turn < kinds.length; turn++) {
        const kind = kinds[(pair + turn) % kinds.length];
        if (kind === 'hand') {
          figures.hand.push(await startByHand(command.binary, argv, join(scratch, `hand-${pair}`)));
          continue;
        }
        const launched =
          kind === 'warm'
            ? await firstByteOf(client, paths, () => client.call('instance.start', { id: warm.id }))
            : await firstByteOf(client, paths, () => client.call('instance.launch', draft(`new ${pair}`)));
        figures[kind].push(launched.ms);
        const { timeline } = await client.call('instance.show', { id: launched.id });
        steps[kind].push(timeline);
        await end(client, launched.id);
        if (kind === 'new') await client.call('instance.delete', { id: launched.id });
      }
    }
    const overhead = (kind) => median(figures[kind].map((ms, pair) => ms - figures.hand[pair]));
    console.table(
      kinds.map((kind) => ({
        launch: kind,
        'first byte ms (median)': figures[kind].length && median(figures[kind]).toFixed(0),
        min: Math.min(...figures[kind]).toFixed(0),
        max: Math.max(...figures[kind]).toFixed(0),
        'overhead ms (median of pairs)': kind === 'hand' ? '' : overhead(kind).toFixed(0),
      })),
    );
    console.table(
      [...new Set(steps.new.flat().map(({ name }) => name))].map((name) => ({
        step: name,
        'warm ms (median)': medianStep(steps.warm, name),
        'new ms (median)': medianStep(steps.new, name),
      })),
    );
    return Math.max(overhead('warm'), overhead('new')) <= mostOverheadMs ? 0 : 1;
  } finally {
    for (const view of await client.call('instance.list', {})) {
      if (view.status.processLives) await end(client, view.id);
    }
    client.close();
    await service.dispose();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function medianStep(timelines, name) {
  const took = timelines.flat().filter((step) => step.name === name && step.endMs !== null);
  return took.length === 0 ? '' : median(took.map(({ startMs, endMs }) => endMs - startMs)).toFixed(1);
}

/** From the call to the first byte in the transcript. */
async function firstByteOf(client, paths, launch) {
  const startedAt = performance.now();
  const { id, status } = await launch();
  const file = paths.instance(id).boot(status.boot).serialOutput;
  await until(() => sizeOf(file) > 0, `the first byte of ${id}`);
  const ms = performance.now() - startedAt;
  await untilView(client, id, (view) => view.status.ready, 'it to be ready');
  return { id, ms };
}

async function end(client, id) {
  await client.call('instance.stop', { id });
  await untilView(client, id, ({ status }) => status.phase === 'stopped' && !status.processLives, 'it to stop');
}

async function untilView(client, id, accepts, what) {
  let view = (await client.call('instance.show', { id })).view;
  const unsubscribe = client.events.on((event) => {
    if (event.type === 'instanceChanged' && event.view.id === id) view = event.view;
  });
  await until(() => accepts(view), what);
  unsubscribe();
}

/** The same, but nobody is there to attach and let it go. */
function byHand(args) {
  return args.filter((argument) => argument !== '-S').map((argument) => argument.replace('../boots/0001/', ''));
}

async function startByHand(binary, args, directory) {
  const startedAt = performance.now();
  mkdirSync(directory);
  closeSync(openSync(join(directory, 'serial.out'), 'wx'));
  execFileSync('mkfifo', [join(directory, 'serial.in')]);
  const child = spawn(binary, args, { cwd: directory, stdio: 'ignore' });
  const exit = once(child, 'exit');
  try {
    await until(() => sizeOf(join(directory, 'serial.out')) > 0, 'the first byte by hand');
    return performance.now() - startedAt;
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function until(isSo, what) {
  const deadline = performance.now() + deadlineMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
