/** Several serial lines of one guest: each its own bytes, keys, break, transcript and socket; and when the bytes came. */
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { openSocketPath } from '../../src-main/core/process/socket-path.ts';
import { QmpClient } from '../../src-main/core/qmp/client.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import type { SessionClient } from '../../src-main/headless/session-client.ts';
import { decodeArrivals } from '../../src-shared/contract/console-times.ts';
import type { Architecture } from '../../src-shared/model/engine.ts';
import { writeSerialGuest } from './serial-guest.ts';
import {
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

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

async function launch(client: SessionClient, serialPorts: number): Promise<string> {
  const path = join(home.home, 'serial-guest.img');
  await writeSerialGuest(path);
  const file = await client.call('files.grant', { path });
  const { id, serialPorts: told } = await launchReady(client, {
    name: 'lines',
    guest: { kind: 'disk', disks: [{ file, format: 'raw', access: 'direct', interface: 'ide' }] },
    device: { memoryMiB: 32, serialPorts },
    host: { acceleration: 'tcg', networking: 'none' },
    runtime: { powerdownMs: 0, readiness: [{ kind: 'serial', pattern: 'line 1 is there' }] },
  });
  expect(told).toBe(serialPorts);
  return id;
}

const textOf = async (client: SessionClient, id: string, file: 'serial' | 'serial-2' | 'serial-4') => {
  const { base64 } = await client.call('instance.log', { id, boot: null, file, offset: 0, length: 1024 * 1024 });
  return Buffer.from(base64, 'base64').toString();
};

describe('serial lines', () => {
  it('keep their bytes, keys and files apart', async () => {
    const { client } = await openSlipway(home, cleanups);
    const id = await launch(client, 4);
    const names = ['serial', 'serial-2', 'serial-3', 'serial-4'] as const;
    const lines = await Promise.all(names.map((console) => Terminal.open(client, id, { console })));
    for (const [index, line] of lines.entries()) {
      await line.waitFor(new RegExp(`line ${index + 1} is there`));
      line.type(String.fromCharCode(97 + index));
    }
    for (const [index, line] of lines.entries()) {
      await line.waitFor(new RegExp(`line ${index + 1} heard ${String.fromCharCode(97 + index)}`));
      expect(line.text.match(/line \d/g)?.every((text) => text === `line ${index + 1}`)).toBe(true);
    }
    expect(await textOf(client, id, 'serial-4')).toBe('line 4 is there\r\nline 4 heard d\r\n');
    // The firmware may speak on the first line before the guest does.
    expect(await textOf(client, id, 'serial')).toMatch(/line 1 is there\r\nline 1 heard a\r\n$/);
    await expect(client.call('console.open', { id, console: 'serial-5', boot: null })).rejects.toMatchObject({
      code: 'unknown_console',
    });

    const { endpoints } = await client.call('instance.show', { id });
    expect(endpoints.map(({ name }) => name).filter((name) => name.startsWith('serial'))).toEqual(names);
    const { run } = home.paths.instance(id);
    const reachable = await openSocketPath(run, 'serial-3');
    cleanups.add(() => reachable.close());
    const socket = connect(reachable.path);
    cleanups.add(() => void socket.destroy());
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('z');
    await eventually(() => heard === 'line 3 heard z\r\n', { timeoutMs: generousMs });

    await stopAndWait(client, id);
    await lines[3]?.untilEnded();
    const old = await Terminal.open(client, id, { console: 'serial-2', boot: 1 });
    expect(await old.waitFor(/line 2 heard b/)).not.toContain('line 1');
    expect(old.writable).toBe(false);
    expect(await old.untilEnded()).not.toBe('');
  });

  it.each<[Architecture, string, number]>([
    ['x86_64', 'pc', 8],
    ['x86_64', 'q35', 6],
    ['x86_64', 'microvm,pcie=on', 2],
    ['aarch64', 'virt', 3],
    ['aarch64', 'raspi3b', 2],
    ['riscv64', 'virt', 3],
  ])('every line of a %s %s with %i has a UART', async (architecture, machine, serialPorts) => {
    const { client } = await openSlipway(home, cleanups);
    const path = join(home.home, 'kernel');
    await writeFile(path, Buffer.alloc(64 * 1024));
    const file = await client.call('files.grant', { path });
    const { id } = await client.call('instance.launch', {
      name: 'board',
      architecture,
      guest: { kind: 'firmware', image: { as: 'bios', file } },
      // A Raspberry Pi is sold in one size only.
      device: {
        machine,
        ...(machine === 'raspi3b' ? { memoryMiB: 1024, processors: 4 } : { memoryMiB: 128 }),
        serialPorts,
      },
      host: { acceleration: 'tcg', networking: 'none' },
      runtime: { powerdownMs: 0, readiness: [], debug: { startPaused: true } },
    });
    const { status } = await until(client, id, (view) => view.status.phase === 'running' || isOver(view));
    expect(status).toMatchObject({ phase: 'running' });
    const qmp = await QmpClient.connect({ directory: home.paths.instance(id).run, name: 'qmp-user' });
    cleanups.add(() => qmp.end());
    const chardevs = (await qmp.execute('query-chardev')) as { label: string; 'frontend-open': boolean }[];
    const lines = chardevs.filter(({ label }) => /^serial/.test(label));
    expect(lines).toHaveLength(serialPorts);
    expect(lines.filter((line) => !line['frontend-open'])).toEqual([]);
    await stopAndWait(client, id);
  });

  it('a break reaches the line it was sent on, and no other', async () => {
    const { client } = await openSlipway(home, cleanups);
    const id = await launch(client, 2);
    const [one, two] = await Promise.all([
      Terminal.open(client, id),
      Terminal.open(client, id, { console: 'serial-2' }),
    ]);
    await two.waitFor(/line 2 is there/);
    await client.call('console.break', { id, console: 'serial-2' });
    await two.waitFor(/line 2 saw a break/);
    await client.call('console.break', { id, console: 'serial' });
    await one.waitFor(/line 1 saw a break/);
    expect(two.text.match(/break/g)).toHaveLength(1);
    for (const console of ['serial-3', 'monitor'] as const)
      await expect(client.call('console.break', { id, console })).rejects.toMatchObject({ code: 'unknown_console' });
    await stopAndWait(client, id);
    await expect(client.call('console.break', { id, console: 'serial' })).rejects.toMatchObject({
      code: 'wrong_phase',
    });
  });

  it('a reset is told at its place, and the stream goes on', async () => {
    const { client } = await openSlipway(home, cleanups);
    const id = await launch(client, 2);
    const [one, two] = await Promise.all([
      Terminal.open(client, id),
      Terminal.open(client, id, { console: 'serial-2' }),
    ]);
    await two.waitFor(/line 2 is there/);
    const before = (await readFile(home.paths.instance(id).boot(1).serial('serial-2').output)).length;
    two.type('R');
    await two.waitFor(/line 2 is there[\s\S]*line 2 is there/);
    await one.waitFor(/line 1 is there[\s\S]*line 1 is there/);
    expect(two.notes).toEqual([{ kind: 'reset', offset: before }]);
    expect(one.notes.map(({ kind }) => kind)).toEqual(['reset']);
    expect(two.boot).toBe(0);
    await client.call('instance.reset', { id });
    await eventually(() => two.notes.length === 2, { timeoutMs: generousMs });
  });

  it('when lines came is known live, later, and after Slipway was away', async () => {
    const first = await openSlipway(home, cleanups);
    const launchedAt = Date.now();
    const id = await launch(first.client, 1);
    const live = await Terminal.open(first.client, id);
    await live.waitFor(/line 1 is there/);
    const typedAt = Date.now();
    const arrivalsBefore = live.arrivals.length;
    live.type('a');
    await live.waitFor(/heard a/);
    // The line may come in pieces; it began with the first.
    const came = live.arrivals[arrivalsBefore];
    expect(came?.at).toBeGreaterThanOrEqual(typedAt - 20);
    // 0, but for a machine that is too busy to look every 8 ms.
    expect(came?.earlierMs).toBeLessThan(2000);
    // Somebody else types while nobody owns the guest.
    await first.close();
    const leftAt = Date.now();
    // What comes within 30 ms counts as seen; the condition is time itself.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await writeFile(home.paths.instance(id).boot(1).serialInput, 'b');
    const { output } = home.paths.instance(id).boot(1).serial('serial');
    await eventually(async () => (await readFile(output, 'latin1')).includes('heard b\r\n'), { timeoutMs: generousMs });

    const second = await openSlipway(home, cleanups);
    const late = await Terminal.open(second.client, id);
    await late.waitFor(/heard b/);
    const rows = late.rows.map(({ arrival }) => arrival);
    expect(rows[0]?.at).toBeGreaterThanOrEqual(launchedAt - 20);
    const known = rows.find(({ offset }) => offset === came?.offset);
    expect(known).toEqual(came);
    const unseen = rows.at(-1);
    expect(unseen?.at).toBeGreaterThanOrEqual(leftAt - 20);
    expect(unseen?.earlierMs).toBeGreaterThanOrEqual(40);
    expect((unseen?.at ?? 0) - (unseen?.earlierMs ?? 0)).toBeLessThanOrEqual(leftAt);

    const times = { id, console: 'serial', from: 0, to: 1024 * 1024 } as const;
    const { base64 } = await second.client.call('console.times', times);
    expect(decodeArrivals(Buffer.from(base64, 'base64'))).toEqual(expect.arrayContaining([came, unseen]));

    const found = await second.client.call('console.search', { id, console: 'serial', text: 'HEARD .$', regex: true });
    expect(found.matches.map(({ text }) => text)).toEqual(['line 1 heard a', 'line 1 heard b']);
    await stopAndWait(second.client, id);
  });
});
