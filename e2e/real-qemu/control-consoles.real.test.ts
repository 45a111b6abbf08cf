/**
 * The monitor and QMP as a page has them, on a real QEMU: they work as QEMU's own do, nothing with power is done without
 * consent, and the sockets stay as they are for the user's own programs.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { QmpClient } from '../../src-main/core/qmp/client.ts';
import type { ClientIdentity, PowerAnswer } from '../../src-main/core/service/client.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import { listeningSockets } from './listening-sockets.ts';
import {
  demoDraft,
  generousMs,
  launchReady,
  openSlipway,
  type Slipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

let cleanups: CleanupStack;
let home: SlipwayHome;
let slipway: Slipway;
let id: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
  slipway = await openSlipway(home, cleanups);
  id = (await launchReady(slipway.client, demoDraft({ host: { acceleration: 'tcg', networking: 'user' } }))).id;
}, generousMs);
afterEach(async () => {
  await stopAndWait(slipway.client, id);
  await cleanups.close();
}, generousMs);

const web: ClientIdentity = { trust: 'page', face: 'web', allowPower: false, abilities: {} };
const asked: string[] = [];
const window = (...answers: PowerAnswer[]): ClientIdentity => ({
  ...web,
  face: 'window',
  abilities: {
    choose: async ({ detail }) => {
      asked.push(detail);
      return answers.shift() ?? 'no';
    },
  },
});

async function terminal(identity: ClientIdentity, console: 'monitor' | 'qmp'): Promise<Terminal> {
  const client = SessionClient.over(slipway.service, identity);
  cleanups.add(() => client.close());
  const opened = await Terminal.open(client, id, { console });
  await opened.waitFor(console === 'monitor' ? /\(qemu\) $/ : /qmp> $/);
  return opened;
}

describe('a page’s monitor', () => {
  it('greets, runs, edits, remembers and completes', async () => {
    const monitor = await terminal(web, 'monitor');
    await monitor.waitFor(/QEMU \d+\.\d+\.\d+ monitor - type 'help' for more information/);
    monitor.type('nfo status\x01i\r');
    await monitor.waitFor(/info status\r?\nVM status: running\r?\n\(qemu\) $/);
    monitor.type('\x1b[A\r');
    await monitor.waitFor(/VM status: running[\s\S]*VM status: running\r?\n\(qemu\) $/);
    monitor.type('inf\tver\t\r');
    await monitor.waitFor(/\n\d+\.\d+\.\d+.*\r?\n\(qemu\) $/);
    monitor.type('device_add virtio-rng-p\t,id=rng7\r');
    await monitor.waitFor(/virtio-rng-pci,id=rng7[^\n]*\n\(qemu\) $/);
    monitor.type('device_del rn\t\r');
    await monitor.waitFor(/device_del rng7[\s\S]*\(qemu\) $/);
    monitor.type('system_\t');
    await monitor.waitFor(/system_powerdown +send system power down event[\s\S]*system_wakeup/);
    monitor.type('\x03no-such\r');
    // Unknown is asked about, and nobody can be.
    await monitor.waitFor(/Slipway does not know what this command can do/);
  });

  it('several lines pasted at once are run one after the other, and two viewers see the same', async () => {
    const [one, other] = [await terminal(web, 'monitor'), await terminal(web, 'monitor')];
    one.type('stop\rinfo status\rcont\rinfo status\r');
    await other.waitFor(/VM status: paused[\s\S]*VM status: running\r?\n\(qemu\) $/);
    await until(slipway.client, id, ({ status }) => status.paused === null);
  });

  it('what has power is refused to a browser, with a sentence, and not done', async () => {
    const target = join(home.home, 'memory');
    const monitor = await terminal(web, 'monitor');
    for (const line of [`pmemsave 0 4096 "${target}"`, `screendump ${target}`, `logfile ${target}`]) {
      monitor.type(`${line}\r`);
      await monitor.waitFor(/can read or write files of this computer[\s\S]*serve --allow-power[\s\S]*\(qemu\) $/);
      monitor.type('\x0c');
      await monitor.waitFor(/^\s*\(qemu\) $/m);
    }
    expect(existsSync(target)).toBe(false);
    // In QMP, and by the one within the other.
    const qmp = await terminal(web, 'qmp');
    qmp.type(`human-monitor-command command-line="pmemsave 0 4096 '${target}'"\r`);
    await qmp.waitFor(/can read or write files/);
    qmp.type(`{"execute": "pmemsave", "arguments": {"val": 0, "size": 4096, "filename": "${target}"}}\r`);
    await qmp.waitFor(/can read or write files[\s\S]*can read or write files[\s\S]*qmp> $/);
    expect(existsSync(target)).toBe(false);
  });

  it('with --allow-power it is done', async () => {
    const target = join(home.home, 'memory');
    const monitor = await terminal({ ...web, allowPower: true }, 'monitor');
    monitor.type(`pmemsave 0 4096 "${target}"\r`);
    await monitor.waitFor(/pmemsave[^\n]*\n\(qemu\) $/);
    expect(existsSync(target)).toBe(true);
  });

  it('in the window it is asked for: no, once, for this instance, and what was allowed is kept', async () => {
    const target = join(home.home, 'memory');
    const line = `pmemsave 0 4096 "${target}"\r`;
    asked.length = 0;
    const monitor = await terminal(window('no', 'once', 'instance'), 'monitor');
    monitor.type(line);
    await monitor.waitFor(/Not confirmed: it was not run\.[\s\S]*\(qemu\) $/);
    expect(existsSync(target)).toBe(false);
    for (const count of [2, 3]) {
      monitor.type(line);
      await eventually(() => existsSync(target), { timeoutMs: generousMs });
      expect(asked).toHaveLength(count);
      await rm(target);
    }
    // Another window, later: remembered, but only of this kind.
    const later = await terminal(window(), 'monitor');
    later.type(line);
    await eventually(() => existsSync(target), { timeoutMs: generousMs });
    expect(asked).toHaveLength(3);
    later.type('hostfwd_add tcp::0-:22\r');
    await later.waitFor(/hostfwd_add[\s\S]*Not confirmed/);
    expect(asked).toHaveLength(4);
    expect(asked[0]).toContain('pmemsave');
  });
});

describe('a page’s QMP', () => {
  it('takes messages and words, shows replies, errors and events, and completes', async () => {
    const qmp = await terminal(web, 'qmp');
    qmp.type('{"execute":"query-status", "id": 7}\r');
    await qmp.waitFor(/"status": "running"[\s\S]*"id": 7\r?\n\}\r?\nqmp> $/);
    qmp.type('{"execute":\r"query-name"}\r');
    await qmp.waitFor(/"name": "demo"/);
    qmp.type('{"execute":"qmp_capabilities"}\rquery-nothing\rstop x\r');
    await qmp.waitFor(/"return": \{\}[\s\S]*key=value pairs; "x" is none/);
    qmp.type('human-monitor-command cpu-\t0 comm\t"info status"\r');
    await qmp.waitFor(/"return": "VM status: running/);
    qmp.type('stop\r');
    await qmp.waitFor(/\{"event":"STOP"/);
    qmp.type('cont\r');
    await qmp.waitFor(/\{"event":"RESUME"[\s\S]*qmp> $/);
    qmp.type('qom-list path=/nowhere\r');
    await qmp.waitFor(/"class": "DeviceNotFound"[\s\S]*qmp> $/);
  });
});

it('the user’s own monitor is QEMU’s, with everything', async () => {
  const target = join(home.home, 'memory');
  const monitor = await Terminal.open(slipway.client, id, { console: 'monitor' });
  await monitor.waitFor(/\(qemu\) $/);
  monitor.type(`pmemsave 0 4096 "${target}"\r`);
  await monitor.waitFor(/pmemsave[\s\S]*\n\(qemu\) $/);
  expect(existsSync(target)).toBe(true);
});

describe('what was opened', () => {
  const doors = async () => (await slipway.client.call('instance.show', { id })).view.doors ?? [];

  it('in a page’s monitor, once allowed, is shown as it is, and goes when it is closed', async () => {
    expect(await doors()).toEqual([]);
    const monitor = await terminal({ ...web, allowPower: true }, 'monitor');
    monitor.type(
      'hostfwd_add tcp:0.0.0.0:0-:2222\rgdbserver tcp:127.0.0.1:0\rchardev-add socket,id=mine,host=0.0.0.0,port=0,server=on,wait=off\r',
    );
    const view = await until(slipway.client, id, ({ doors: found = [] }) => found.length === 3);
    expect((view.doors ?? []).map(({ what, name, address }) => `${what} ${name} ${address}`).sort()).toEqual([
      'chardev mine 0.0.0.0',
      'forward 2222 0.0.0.0',
      'gdb gdb 127.0.0.1',
    ]);
    expect(await listeningSockets(view.status.pid ?? 0)).toHaveLength(3);
    monitor.type('gdbserver none\rchardev-remove mine\r');
    await until(slipway.client, id, ({ doors: found = [] }) => found.length === 1);
  });

  it('by a program at the raw sockets, too: also what QEMU itself does not tell of', async () => {
    const qmp = await QmpClient.connect({ directory: home.paths.instance(id).run, name: 'qmp-user' });
    cleanups.add(() => qmp.end());
    const addr = { type: 'inet', data: { host: '0.0.0.0', port: '0' } };
    await qmp.execute('nbd-server-start', { addr });
    expect(await doors()).toMatchObject([{ what: 'other', protocol: 'tcp', address: '0.0.0.0' }]);
    await qmp.execute('nbd-server-stop');
    expect(await doors()).toEqual([]);
  });
});
