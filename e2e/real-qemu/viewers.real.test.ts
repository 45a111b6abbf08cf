/**
 * Who watches does not matter to the guest: bytes are exact and memory is bounded whatever a viewer does. How fast the
 * guest is meanwhile is measured by e2e/bench/viewers.mjs. And who paused a guest decides who may continue it.
 */
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { limits } from '../../src-shared/limits.ts';
import { judgeCount } from './guest-processes.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  demoDraft,
  generousMs,
  launchReady,
  openSlipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

const MiB = 1024 * 1024;
const countMs = 120_000;

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
};

describe('viewers', () => {
  it(
    'one that never acknowledges, a hidden tab and one that reads: bytes exact, memory bounded',
    async () => {
      const lines = 300_000;
      const owner = await OwnerProcess.start(home, cleanups);
      const client = await owner.client();
      const { id } = await launchReady(client, demoDraft());
      const reading = await Terminal.open(client, id);
      await reading.waitFor(/demo> $/);
      const before = await residentBytes(owner.pid);
      const stuck = await Promise.all(
        Array.from({ length: 4 }, () => Terminal.open(client, id, { acknowledging: 'never' })),
      );
      const hidden = await Terminal.open(client, id, { acknowledging: 1000 });
      reading.type(`count ${lines}\r`);
      await reading.waitFor(/00300000\r?\ndemo> $/, countMs);
      await hidden.waitFor(/00300000\r?\ndemo> $/, countMs);

      const file = await readFile(home.paths.instance(id).boot(1).serialOutput);
      expect(judgeCount(file.toString('latin1'), lines)).toEqual({ lines, wrong: 0 });
      for (const terminal of [reading, hidden, ...stuck]) {
        const from = terminal.startsAt ?? Number.NaN;
        const { bytes } = terminal;
        expect(bytes.equals(file.subarray(from, from + bytes.length))).toBe(true);
      }
      // A viewer gets what its window has room for, not a byte more.
      for (const terminal of stuck) expect(terminal.receivedBytes).toBeLessThanOrEqual(limits.viewerWindowBytes);
      expect((await residentBytes(owner.pid)) - before).toBeLessThan(128 * MiB);
      for (const terminal of [reading, hidden, ...stuck]) await terminal.close();
      await stopAndWait(client, id);
    },
    countMs + generousMs,
  );
});

describe('a paused guest is still paused after the owner was killed and another one came', () => {
  /** Kills the owner and looks with a new one. */
  async function afterRestart(owner: OwnerProcess, id: string) {
    await owner.kill();
    const { client } = await openSlipway(home, cleanups);
    const view = await until(client, id, ({ status }) => status.phase === 'running');
    return { client, paused: view.status.paused };
  }

  async function expectAlive(client: Awaited<ReturnType<typeof afterRestart>>['client'], id: string) {
    const terminal = await Terminal.open(client, id);
    await client.call('instance.resume', { id });
    terminal.type('echo still here\r');
    await terminal.waitFor(/\nstill here\r?\n/);
    expect((await client.call('instance.show', { id })).view.status.paused).toBeNull();
  }

  it('by Slipway', async () => {
    const owner = await OwnerProcess.start(home, cleanups);
    const first = await owner.client();
    const { id } = await launchReady(first, demoDraft());
    await first.call('instance.pause', { id });
    const { client, paused } = await afterRestart(owner, id);
    expect(paused).toBe('slipway');
    await expectAlive(client, id);
  });

  it('by hand on the monitor, also after Slipway had paused it once before', async () => {
    const owner = await OwnerProcess.start(home, cleanups);
    const first = await owner.client();
    const { id } = await launchReady(first, demoDraft());
    await first.call('instance.pause', { id });
    const monitor = await Terminal.open(first, id, { console: 'monitor' });
    await monitor.waitFor(/\(qemu\)/);
    monitor.type('cont\r');
    await until(first, id, ({ status }) => status.paused === null);
    monitor.type('stop\r');
    const stopped = await until(first, id, ({ status }) => status.paused !== null);
    expect(stopped.status.paused).toBe('other');
    const { client, paused } = await afterRestart(owner, id);
    expect(paused).toBe('other');
    await expectAlive(client, id);
  });

  it('by gdb', async () => {
    const owner = await OwnerProcess.start(home, cleanups);
    const first = await owner.client();
    const { id } = await launchReady(first, demoDraft({ runtime: { debug: { gdb: { port: null } } } }));
    const { gdb } = await first.call('instance.show', { id });
    const debuggerSocket = await dial(gdb?.path ?? '');
    cleanups.add(() => void debuggerSocket.destroy());
    // Connecting stops the guest already; the interrupt is what a person presses.
    debuggerSocket.write('\x03');
    const stopped = await until(first, id, ({ status }) => status.paused !== null);
    expect(stopped.status.paused).toBe('other');
    const { client, paused } = await afterRestart(owner, id);
    expect(paused).toBe('other');
    await expectAlive(client, id);
  });
});

function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}
