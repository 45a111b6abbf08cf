/** A Fuchsia guest from a product bundle to its end, on real QEMU: what `ffx emu start`, `show`, `stop`, `start --reuse` do. */
import { spawnSync } from 'node:child_process';
import { open, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fletcher64OfFile } from '../../src-main/core/guests/fuchsia/fletcher64.ts';
import { appendAuthorizedKey } from '../../src-main/core/guests/linux/initrd.ts';
import { linuxGuestAvailability, prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { ensureSshKeys } from '../../src-main/core/guests/ssh-keys.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import { type TestProductBundle, testZbi, writeTestProductBundle } from '../fixtures/test-product-bundle.ts';
import {
  checkout,
  generousMs,
  isOver,
  openSlipway,
  type Slipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
} from './slipway-under-test.ts';

const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache/test'), 'linux-guest');
const bootMs = 120_000;

async function reasonToSkip(): Promise<string | null> {
  if (spawnSync('qemu-system-x86_64', ['--version']).error !== undefined) return 'qemu-system-x86_64 is not installed';
  const availability = await linuxGuestAvailability({ cacheDirectory });
  return availability.available ? null : availability.reason;
}
const skip = await reasonToSkip();

let cleanups: CleanupStack;
let home: SlipwayHome;
let bundle: TestProductBundle;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
  if (skip !== null) return;
  const linux = await prepareLinuxGuest({ cacheDirectory });
  // Linux serves ssh for whoever's key it has; Fuchsia would find the key in its boot image.
  const initrd = join(home.home, 'linux-initrd');
  const { publicKey } = await ensureSshKeys(home.paths.ssh);
  await appendAuthorizedKey(linux.baseInitrd, publicKey, initrd);
  bundle = await writeTestProductBundle(home.home, { kernel: linux.kernel, initrd });
});
afterEach(() => cleanups.close(), generousMs);

async function draftFor({ client }: Slipway, change: object = {}): Promise<DraftInput> {
  const grant = (path: string) => client.call('files.grant', { path });
  return {
    name: 'fuchsia-emulator',
    guest: {
      kind: 'fuchsia',
      source: { from: 'bundle', directory: await grant(bundle.directory) },
      devConfig: await grant(bundle.devConfig),
      ...change,
    },
    host: { acceleration: 'tcg', networking: 'auto' },
  };
}

const sectionOf = (sections: readonly Record<string, unknown>[], name: string) =>
  sections.find((section) => Object.hasOwn(section, name))?.[name];

describe.skipIf(skip !== null)(`Fuchsia on real QEMU${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  it(
    'bundle, launch, ready by the ssh banner, show, picture, stop, and the staged files are used again',
    async () => {
      const slipway = await openSlipway(home, cleanups);
      const { client } = slipway;
      const draft = await draftFor(slipway);
      const resolved = await client.call('fuchsia.resolve', draft);
      const resultOf = (field: string) => resolved.choices.find((choice) => choice.field === field)?.result;
      expect(resultOf('guest.source.device')).toBe('test-small');
      expect(resultOf('guest.engine')).toBe('qemu');
      expect(resultOf('host.networking')).toBe('user');
      expect(resolved.device).toMatchObject({ architecture: 'x86_64', memoryBytes: 256 * 1024 ** 2 });

      const { id } = await client.call('instance.launch', draft);
      const ready = await until(client, id, (view) => view.status.ready || isOver(view), bootMs);
      expect(ready.status).toMatchObject({ phase: 'running', ready: true });
      expect(ready.ports).toEqual([
        expect.objectContaining({ name: 'ssh', state: 'answering', bind: '127.0.0.1', host: expect.any(Number) }),
        expect.objectContaining({ name: 'debug', state: 'mapped', bind: '127.0.0.1', host: expect.any(Number) }),
      ]);

      const { sections } = await client.call('fuchsia.show', { id });
      const command = sectionOf(sections, 'Cmd') as { args: string[] };
      expect(command.args).toContain(
        bundle.directory.replace('product_bundle', 'instances/fuchsia-emulator/staged/multiboot.bin'),
      );
      expect(command.args.at(command.args.indexOf('-append') + 1)).toMatch(
        /^TERM=dumb .*console=ttyS0 .*zircon\.nodename=fuchsia-emulator$/,
      );
      expect(sectionOf(sections, 'Net')).toMatchObject({
        mode: 'user',
        mac_address: '52:54:47:5e:82:ef',
        ports: { ssh: { guest: 22, host: ready.ports[0]?.host }, debug: { guest: 2345 } },
      });
      expect(sectionOf(sections, 'Device')).toMatchObject({ device: { memory_bytes: 256 * 1024 ** 2, cpu_count: 1 } });
      expect(sectionOf(sections, 'Instance')).toMatchObject({ engine_state: 'running', engine_type: 'qemu' });
      expect(sectionOf(sections, 'Raw')).toBeDefined();

      const { base64 } = await client.call('instance.screenshot', { id });
      const picture = Buffer.from(base64, 'base64');
      expect(picture.subarray(1, 4).toString()).toBe('PNG');
      expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([640, 480]);

      const staged = join(home.paths.instance(id).staged);
      expect((await stat(join(staged, 'fxfs.sparse.blk'))).size).toBe(64 * 1024 ** 2);
      await stopAndWait(client, id);
      expect((await client.call('fuchsia.show', { id })).sections.map((section) => Object.keys(section)[0])).toEqual([
        'Cmd',
        'Config',
        'Device',
        'Net',
        'Instance',
        'Raw',
      ]);

      // The guest's data stay; a file that was only touched is not staged again, one that was rebuilt is.
      await writeFile(join(staged, 'fxfs.sparse.blk'), 'guest data', { flag: 'r+' });
      await utimes(bundle.disk, new Date(), new Date());
      await writeFile(bundle.zbi, testZbi('second build'));
      await client.call('instance.start', { id });
      await until(client, id, (view) => view.status.ready || isOver(view), bootMs);
      const { timeline } = await client.call('instance.show', { id });
      const noteOf = (step: string) => timeline.find(({ name }) => name === step)?.note;
      const file = await open(bundle.disk);
      const hash = await fletcher64OfFile(file).finally(() => file.close());
      expect(noteOf('stage the disk')).toBe(`reused: another file with the same bytes (${hash})`);
      expect(noteOf('embed boot data in the ZBI')).toMatch(/has changed/);
      expect((await readFile(join(staged, 'fxfs.sparse.blk'))).subarray(0, 10).toString()).toBe('guest data');
      await stopAndWait(client, id);
    },
    2 * bootMs,
  );
});
