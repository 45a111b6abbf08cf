/** A guest that dies says so at once, by its own words, in every state it is found in, until a person begins it anew. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linuxGuestAvailability, prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import type { SessionClient } from '../../src-main/headless/session-client.ts';
import { type InstanceView, isDead, statusWord } from '../../src-shared/model/instance.ts';
import { writeDyingGuest } from './dying-guest.ts';
import {
  checkout,
  demoDraft,
  generousMs,
  isOver,
  launchReady,
  openSlipway,
  type SlipwayHome,
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

const hasDied = ({ status }: InstanceView): boolean => isDead(status);
const wordOf = ({ status }: InstanceView): string => statusWord(status);

interface Dying {
  readonly text: string;
  readonly how?: 'halts' | 'resets';
  /** null: nobody said when it is ready. */
  readonly waitsFor?: string | null;
  readonly extra?: string;
}

async function launchDying(client: SessionClient, dying: Dying): Promise<string> {
  const { text, how = 'halts', waitsFor = 'login:', extra = '' } = dying;
  const path = join(home.home, 'dying-guest.img');
  await writeDyingGuest(path, text, how);
  const file = await client.call('files.grant', { path });
  const { id } = await client.call('instance.launch', {
    name: 'dying',
    guest: { kind: 'disk', disks: [{ file, format: 'raw', access: 'copy', interface: 'ide' }] },
    device: { memoryMiB: 32 },
    host: { acceleration: 'tcg', networking: 'none' },
    runtime: {
      extraArguments: extra,
      readiness: waitsFor === null ? null : [{ kind: 'serial', pattern: waitsFor }],
    },
  });
  return id;
}

async function stopTakes(client: SessionClient, id: string): Promise<number> {
  const began = performance.now();
  await client.call('instance.stop', { id });
  await until(client, id, isOver);
  return performance.now() - began;
}

const linux = '[    1.016060] Kernel panic - not syncing: System is deadlocked on memory';

describe('a panic', () => {
  it(
    'is told with its line, found again by the next Slipway, and forgotten after a reset',
    async () => {
      const first = await openSlipway(home, cleanups);
      const { id } = await launchReady(first.client, demoDraft());
      const terminal = await Terminal.open(first.client, id);
      terminal.type('panic\r');
      const dead = await until(first.client, id, ({ status }) => status.panic !== null);
      expect(dead.status).toMatchObject({
        phase: 'running',
        ready: false,
        panic: { line: expect.stringContaining('panic: asked for') },
        failure: { code: 'guest_died' },
      });
      await first.close();

      const second = await openSlipway(home, cleanups);
      const found = await until(second.client, id, ({ status }) => status.panic !== null);
      expect(found.status.panic).toEqual(dead.status.panic);
      await second.client.call('instance.reset', { id });
      await until(second.client, id, ({ status }) => status.panic === null);
      await until(second.client, id, ({ status }) => status.ready);
    },
    generousMs,
  );

  it.each([
    ['of a kernel, while its login is waited for', `[    0.000000] Linux version 6.1.0\r\n${linux}\r\n`],
    ['without a newline', 'booting\r\npanic: kerneltrap'],
    [
      'of the firmware, in the middle of a line',
      'Shell> MEM!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!\r\nRIP  - 0\r\n',
    ],
    ['of a boot loader that hangs', 'Net:   ### ERROR ### Please RESET the board ###\r\n'],
  ])(
    '%s: told, and stopped in no time, and told after',
    async (_, text) => {
      const { client } = await openSlipway(home, cleanups);
      const id = await launchDying(client, { text });
      const dead = await until(client, id, hasDied);
      expect([wordOf(dead), dead.status.ready]).toEqual(['panicked', false]);
      expect(await stopTakes(client, id)).toBeLessThan(2000);
      const { view, boots } = await client.call('instance.show', { id });
      expect([wordOf(view), boots[0]?.outcome]).toEqual(['panicked', `panicked: ${dead.status.panic?.line}`]);
    },
    generousMs,
  );

  it(
    'whose reset ends QEMU is kept',
    async () => {
      const { client } = await openSlipway(home, cleanups);
      const id = await launchDying(client, { text: `${linux}\r\n`, how: 'resets', extra: '-no-reboot' });
      const over = await until(client, id, isOver);
      expect([wordOf(over), over.status.panic?.line, over.status.failure?.code]).toEqual([
        'panicked',
        linux,
        'guest_died',
      ]);
    },
    generousMs,
  );
});

it(
  'a triple fault for ever is called a loop, with its count, and ended in no time',
  async () => {
    const { client } = await openSlipway(home, cleanups);
    const seen: InstanceView[] = [];
    client.events.on((event) => event.type === 'instanceChanged' && seen.push(event.view));
    const id = await launchDying(client, { text: 'booting\r\n', how: 'resets', waitsFor: null });
    const looping = await until(client, id, ({ status }) => (status.resetLoop ?? 0) >= 5);
    expect(wordOf(looping)).toBe('reset loop');
    expect(seen.some(({ status }) => status.ready)).toBe(false);
    expect(await stopTakes(client, id)).toBeLessThan(2000);
    expect((await client.call('instance.show', { id })).boots[0]?.outcome).toMatch(
      /^kept resetting, \d+ times in a row/,
    );
  },
  generousMs,
);

const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache/test'), 'linux-guest');
const availability = await linuxGuestAvailability({ cacheDirectory });
const skip = availability.available ? null : availability.reason;

describe.skipIf(skip !== null)(`Linux${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  async function launchLinux(client: SessionClient, append: string): Promise<string> {
    const { kernel } = await prepareLinuxGuest({ cacheDirectory });
    const file = await client.call('files.grant', { path: kernel });
    const { id } = await client.call('instance.launch', {
      name: 'linux',
      guest: { kind: 'kernel', kernel: file, append },
      device: { memoryMiB: 256 },
      host: { acceleration: 'tcg', networking: 'none' },
    });
    return id;
  }

  it('without a root panics, spins, and is told and stopped at once', async () => {
    const { client } = await openSlipway(home, cleanups);
    const id = await launchLinux(client, 'console=ttyS0');
    const dead = await until(client, id, hasDied, 120_000);
    expect(dead.status.panic?.line).toContain('Kernel panic - not syncing: VFS: Unable to mount root fs');
    expect(await stopTakes(client, id)).toBeLessThan(2000);
  }, 150_000);

  it('that panics and reboots for ever, while nobody watches: told with the count by who comes then', async () => {
    const first = await openSlipway(home, cleanups);
    const id = await launchLinux(first.client, 'console=ttyS0 panic=1');
    await until(first.client, id, ({ status }) => status.phase === 'running');
    await first.close();
    const { serialOutput } = home.paths.instance(id).boot(1);
    const panics = async () => (await readFile(serialOutput, 'latin1')).split('Rebooting in 1 seconds').length - 1;
    await eventually(async () => (await panics()) >= 2, { timeoutMs: 120_000, intervalMs: 200 });
    // A Slipway that only looks now and then, as the command line does.
    await (await openSlipway(home, cleanups)).close();
    await eventually(async () => (await panics()) >= 4, { timeoutMs: 120_000, intervalMs: 200 });
    const last = await openSlipway(home, cleanups);
    const { status } = (await last.client.call('instance.show', { id })).view;
    expect([statusWord(status), status.ready]).toEqual(['reset loop', false]);
    expect(status.panic?.line).toContain('Kernel panic');
    expect(status.resetLoop).toBeGreaterThanOrEqual(3);
  }, 300_000);
});
