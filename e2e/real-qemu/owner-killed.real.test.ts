/**
 * `kill -9` of the owner: the guest runs on, a new owner finds it, and the transcript has every byte exactly once.
 * SLIPWAY_RUNS is how many counts of 300,000 lines (2), SLIPWAY_KILLS how many killed launches (10).
 */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import { guestProcesses, judgeCount, recordedLaunches, sizeOf } from './guest-processes.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  demoDraft,
  generousMs,
  isOver,
  launchReady,
  openSlipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

const runs = Number(process.env.SLIPWAY_RUNS ?? 2);
const kills = Number(process.env.SLIPWAY_KILLS ?? 10);
const lines = 300_000;
/** A count takes ten seconds where nothing else runs. */
const countMs = 120_000;

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

/** Of a home where QEMU was asked before what it can do: that is remembered, and would be most of the time. */
async function howLongALaunchTakes(): Promise<number> {
  const owner = await OwnerProcess.start(home, cleanups);
  const client = await owner.client();
  const { id } = await launchReady(client, demoDraft({ name: 'first' }));
  await stopAndWait(client, id);
  const startedAt = performance.now();
  await client.call('instance.start', { id });
  await until(client, id, ({ status }) => status.phase === 'running');
  const tookMs = performance.now() - startedAt;
  await stopAndWait(client, id);
  await owner.end();
  return tookMs;
}

describe('the owner is killed while the guest counts', () => {
  it.each(Array.from({ length: runs }, (_, run) => run + 1))(
    'run %i: the guest runs on, the console continues, every number once',
    async (run) => {
      const first = await OwnerProcess.start(home, cleanups);
      const { id, status } = await launchReady(await first.client(), demoDraft());
      const transcript = home.paths.instance(id).boot(1).serialOutput;
      const terminal = await Terminal.open(await first.client(), id);
      await terminal.waitFor(/demo> $/);
      const startedAt = performance.now();
      terminal.type(`count ${lines}\r`);

      const killAt = Math.floor(Math.random() * lines * 5) + 10_000;
      await eventually(async () => (await sizeOf(transcript)) >= killAt, { timeoutMs: countMs });
      await first.kill();
      const atDeath = await sizeOf(transcript);
      await eventually(async () => (await sizeOf(transcript)) > atDeath + 100_000, { timeoutMs: countMs });
      expect(await guestProcesses(home)).toEqual([expect.objectContaining({ pid: status.pid })]);

      const second = await OwnerProcess.start(home, cleanups);
      const client = await second.client();
      expect(await client.call('instance.list', {})).toEqual([
        expect.objectContaining({ id, status: expect.objectContaining({ phase: 'running', pid: status.pid }) }),
      ]);
      const again = await Terminal.open(client, id);
      await again.waitFor(/00300000\r?\ndemo> $/, countMs);
      const seconds = (performance.now() - startedAt) / 1000;
      again.type('echo it continues\r');
      await again.waitFor(/echo it continues\r?\nit continues\r?\ndemo> $/);

      const file = await readFile(transcript);
      // What the terminal got is the file, byte for byte, from where it came in.
      expect(again.startsAt).not.toBeNull();
      expect(again.bytes.equals(file.subarray(again.startsAt ?? 0))).toBe(true);
      const judged = judgeCount(file.toString('latin1'), lines);
      process.stderr.write(
        `owner killed, run ${run}: killed at ${killAt}, ${judged.lines} lines, ${judged.wrong} wrong, ` +
          `${Math.round((lines * 10) / seconds / 1000)} KB/s, ${again.resyncs} resyncs\n`,
      );
      expect(judged).toEqual({ lines, wrong: 0 });
      await stopAndWait(client, id);
    },
    countMs + generousMs,
  );

  it(
    `killed at ${kills} random moments of a launch: no QEMU is left that no instance knows of`,
    async () => {
      const seen: Record<string, number> = {};
      const launchMs = Math.max(300, 1.2 * (await howLongALaunchTakes()));
      for (let round = 1; round <= kills; round++) {
        const owner = await OwnerProcess.start(home, cleanups);
        const client = await owner.client();
        const launched = client.call('instance.launch', demoDraft({ name: `round ${round}` }));
        // Unanswered because the owner was killed is the only failure there may be.
        const settled = launched.catch((error: unknown) => expect(error).toMatchObject({ code: 'connection_lost' }));
        // Not for anything to happen: the moment is what is being tried.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * launchMs));
        await owner.kill();
        await settled;
      }

      const { client } = await openSlipway(home, cleanups);
      const views = await client.call('instance.list', {});
      expect(views.length).toBeGreaterThan(1);
      for (const { id } of views) {
        const { status } = await until(
          client,
          id,
          (view) => isOver(view) || (view.status.phase === 'running' && view.status.ready),
        );
        const word = status.phase === 'running' ? 'running' : status.phase;
        seen[word] = (seen[word] ?? 0) + 1;
      }
      process.stderr.write(
        `killed launches: ${kills} within ${Math.round(launchMs)} ms, instances ${views.length}: ${JSON.stringify(seen)}\n`,
      );
      const running = (await client.call('instance.list', {})).filter(({ status }) => status.phase === 'running');
      const recorded = await recordedLaunches(home);
      const processes = await guestProcesses(home);
      for (const { pid, uuid } of processes) {
        const record = recorded.find((launch) => launch.uuid === uuid);
        expect(record, `process ${pid} is of no launch`).toBeDefined();
        expect(running.find(({ status }) => status.pid === pid)?.id).toBe(record?.instance);
      }
      expect(running.length).toBe(processes.length);
      for (const { id } of running) await stopAndWait(client, id);
      expect(await guestProcesses(home)).toEqual([]);
    },
    countMs + kills * 10_000,
  );
});
