/** An emulator that was started the way ffx starts them, with a real QEMU, over the calls that every face makes. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCore } from '../../src-main/core/core.ts';
import {
  type FfxEmulator,
  ffxArguments,
  fingerprint,
  startEmulator,
} from '../../src-main/core/instances/ffx/testing/ffx-emulator.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { silentLog } from '../../src-main/core/kit/log.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import { asUser, checkout, generousMs, type SlipwayHome, tempSlipway } from './slipway-under-test.ts';

const id = 'ffx-emu';
let cleanups: CleanupStack;
let home: SlipwayHome;
let root: string;
let directory: string;
let emulator: FfxEmulator;
let client: SessionClient;

beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
  root = join(home.home, 'ffx');
  directory = join(root, 'emu');
  emulator = await startEmulator(directory, 'qemu-system-x86_64', {
    portMap: { ssh: { guest: 22, host: null } },
    arguments: ffxArguments(directory, [
      ...['-kernel', join(checkout, 'assets/demo-guest/demo-guest.elf'), '-m', '64M', '-accel', 'tcg'],
      ...['-display', 'none', '-vga', 'std', '-parallel', 'none'],
      ...['-netdev', 'type=user,id=net0,restrict=off,hostfwd=tcp:127.0.0.1:0-:22'],
      ...['-device', 'virtio-net-pci,netdev=net0'],
    ]),
  });
  cleanups.add(emulator.kill);
  const core = await createCore({
    paths: home.paths,
    assetsDirectory: join(checkout, 'assets'),
    kind: 'command-line',
    log: silentLog,
    ffxInstances: root,
    onHandover: () => undefined,
  });
  cleanups.add(() => core.dispose());
  client = SessionClient.over(core, asUser);
}, generousMs);
afterEach(() => cleanups.close(), generousMs);

async function opened(console: ConsoleName) {
  let text = '';
  const frames: { viewer: number; payload: Uint8Array; kind: string; offset: number; extra: number }[] = [];
  const unsubscribe = client.frames.on((frame) => frames.push(frame));
  const { viewer } = await client.call('console.open', { id, console });
  const take = () => {
    for (const frame of frames.splice(0)) {
      if (frame.viewer !== viewer || (frame.kind !== 'data' && frame.kind !== 'snapshot')) continue;
      text += Buffer.from(frame.payload).toString('latin1');
      const length = frame.kind === 'data' ? frame.extra : 0;
      client.sendFrame({ viewer, kind: 'ack', offset: frame.offset + length, extra: 0, payload: new Uint8Array(0) });
    }
    return text;
  };
  return {
    shows: (pattern: RegExp) => eventually(() => pattern.test(take()), { timeoutMs: generousMs }),
    text: take,
    type: (keys: string) =>
      client.sendFrame({ viewer, kind: 'input', offset: 0, extra: 0, payload: Buffer.from(keys) }),
    close: async () => {
      unsubscribe();
      await client.call('console.close', { viewer });
    },
  };
}

it(
  'is listed, watched, typed to, shown and stopped, and its directory stays as it was',
  async () => {
    const [view] = await client.call('instance.list', {});
    expect(view).toMatchObject({ id, name: 'emu', origin: 'ffx', status: { phase: 'running', pid: emulator.pid } });
    const before = await fingerprint(root);

    const serial = await opened('serial');
    await serial.shows(/Slipway demo guest[\s\S]*demo> /);
    serial.type('count 20000\r');
    await serial.shows(/\D20000\D[\s\S]*demo> /);
    const file = await readFile(join(directory, 'emulator.log.serial'), 'latin1');
    expect(serial.text()).toContain(file.slice(-4000));
    // What was said while nobody was connected is exact; where keys met a flood there is a seam, and it is told.
    const counted = (file.slice(file.indexOf('count 20000')).match(/^\d+(?=\r?$)/gm) ?? []).map(Number);
    expect(counted.slice(-10_000)).toEqual(Array.from({ length: 10_000 }, (_, line) => 10_001 + line));
    const [now] = await client.call('instance.list', {});
    expect(now?.status.conditions.find(({ name }) => name === 'console')?.text).toMatch(
      /^Near byte \d+ of the serial output/,
    );

    const monitor = await opened('monitor');
    await monitor.shows(/\(qemu\) /);
    monitor.type('info status\r');
    await monitor.shows(/VM status: running/);
    await monitor.close();
    const qmp = await opened('qmp');
    await qmp.shows(/"QMP"/);
    await qmp.close();

    const details = await client.call('instance.show', { id });
    expect(details.view.ports).toMatchObject([{ name: 'ssh', state: 'mapped', bind: '127.0.0.1' }]);
    expect(details.sshLine).toMatch(/^ssh -p \d+ -i ~\/\.ssh\/fuchsia_ed25519 .* fuchsia@127\.0\.0\.1$/);
    const { sections } = await client.call('fuchsia.show', { id });
    expect(sections.map((section) => Object.keys(section)[0])).toEqual([
      ...['Cmd', 'Config', 'Device', 'Net', 'Instance', 'Raw'],
    ]);
    const { base64 } = await client.call('instance.screenshot', { id });
    expect(Buffer.from(base64, 'base64').subarray(1, 4).toString()).toBe('PNG');
    expect((await client.call('instance.draft', { id })).guest.kind).toBe('fuchsia');
    expect(await client.call('instance.boots', { id })).toEqual([]);
    const log = await client.call('instance.log', { id, boot: null, file: 'serial', offset: 0, length: 18 });
    expect(Buffer.from(log.base64, 'base64').toString()).toBe('Slipway demo guest');

    const refused = { code: 'not_permitted', failure: { hint: expect.stringMatching(/ffx|monitor/) } };
    for (const call of ['start', 'restart', 'reset', 'pause', 'resume', 'deletion', 'delete'] as const) {
      await expect(client.call(`instance.${call}`, { id }), call).rejects.toMatchObject(refused);
    }
    expect((await client.call('instance.list', {}))[0]?.status.pid).toBe(emulator.pid);

    const stopped = eventually(
      async () => (await client.call('instance.list', {})).find(({ status }) => status.phase === 'stopped'),
      { timeoutMs: generousMs },
    );
    await client.call('instance.stop', { id });
    await emulator.ended;
    expect(emulator.child.exitCode).toBe(0);
    expect(await stopped).toMatchObject({ id, status: { failure: null, processLives: false, pid: null } });

    const { qmp: _q, monitor: _m, serial: _s, ...left } = directoryOf(before);
    expect(directoryOf(await fingerprint(root))).toEqual(left);
    await expect(stat(join(directory, 'qmp'))).rejects.toThrow('ENOENT');
  },
  3 * generousMs,
);

/** Without the directory itself: that QEMU removed its sockets from it shows in its time. */
function directoryOf(found: Record<string, string>): Record<string, string> {
  const entries = Object.entries(found).filter(([path]) => path !== 'emu');
  return Object.fromEntries(entries.map(([path, state]) => [path.replace(/^emu\//, ''), state]));
}
