/** The Linux guest as people use it: launched, its ssh port chosen and shown, ready when sshd answers, and logged in to. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linuxGuestAvailability, prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import {
  checkout,
  generousMs,
  isOver,
  openSlipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

const run = promisify(execFile);
/** Shared with the recipe's own test, so that a machine builds the guest once. */
const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache/test'), 'linux-guest');
/** It takes 4 s on an idle machine; the build before it some ten more. */
const bootMs = 120_000;

async function reasonToSkip(): Promise<string | null> {
  if (spawnSync('ssh', ['-V']).error !== undefined) return 'ssh is not installed';
  const availability = await linuxGuestAvailability({ cacheDirectory });
  return availability.available ? null : availability.reason;
}

const skip = await reasonToSkip();

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

describe.skipIf(skip !== null)(`Linux${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  it(
    'a port is chosen and shown, ready comes with the banner, and ssh runs a command in the guest',
    async () => {
      await prepareLinuxGuest({ cacheDirectory });
      await mkdir(dirname(home.paths.linuxGuest), { recursive: true });
      await rm(home.paths.linuxGuest, { recursive: true, force: true });
      await symlink(cacheDirectory, home.paths.linuxGuest);
      const { client } = await openSlipway(home, cleanups);
      const seen: InstanceView[] = [];
      client.events.on((event) => {
        if (event.type === 'instanceChanged') seen.push(event.view);
      });
      const { id } = await client.call('instance.launch', {
        name: 'linux',
        guest: { kind: 'linux' },
        device: { memoryMiB: 256 },
        host: { acceleration: 'tcg', ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: null }] },
      });
      const running = await until(client, id, (view) => view.status.phase === 'running' || isOver(view), bootMs);
      const [port] = running.ports;
      expect(port).toMatchObject({ name: 'ssh', state: 'mapped', host: expect.any(Number) });
      expect(running.status.ready).toBe(false);
      const saysWhatFor = ({ status }: InstanceView) =>
        status.conditions.some(({ name, text }) => name === 'guest' && text.includes('answer on its ssh port'));
      await until(client, id, saysWhatFor, bootMs);

      const ready = await until(client, id, (view) => view.status.ready || isOver(view), bootMs);
      expect(ready.ports[0]).toMatchObject({ state: 'answering', host: port?.host });
      // Never ready before the guest itself had answered on the port.
      for (const view of seen.filter(({ status }) => status.ready)) expect(view.ports[0]?.state).toBe('answering');

      const { sshLine } = await client.call('instance.show', { id });
      expect(sshLine).toContain(`-p ${port?.host}`);
      // The line that is shown for copying, as a shell has it.
      const { stdout } = await run('sh', ['-c', `${sshLine} -o LogLevel=ERROR -o BatchMode=yes uname -rs`], {
        timeout: generousMs,
      });
      expect(stdout).toMatch(/^Linux \d+\.\d+\.\d+/);

      const terminal = await Terminal.open(client, id);
      terminal.type('\r');
      await terminal.waitFor(/[#$] $/);
      terminal.type('uname -r\r');
      await terminal.waitFor(new RegExp(`\\n${stdout.trim().split(' ')[1]?.replaceAll(/[.+]/g, '\\$&')}\\r?\\n`));
      const stopped = await stopAndWait(client, id);
      expect(stopped.status).toMatchObject({ phase: 'stopped', failure: null });
      expect((await client.call('instance.boots', { id }))[0]?.outcome).toBe('the guest powered itself off');
    },
    bootMs * 2 + generousMs,
  );
});
