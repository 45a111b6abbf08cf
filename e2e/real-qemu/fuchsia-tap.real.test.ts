/** Tap networking with a real interface, in a network namespace of its own: chosen, used, and refused while in use. */
import { spawnSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import type { SessionClient } from '../../src-main/headless/session-client.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import { type TestProductBundle, writeTestProductBundle } from '../fixtures/test-product-bundle.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  checkout,
  generousMs,
  isOver,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
} from './slipway-under-test.ts';

const namespace = `slipway-${process.pid}`;
const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' });
const inside = (...args: string[]) => ip('netns', 'exec', namespace, ...args);

/** Makes the namespace and tries a tap in it: containers often have one and not the other. */
function reasonToSkip(): string | null {
  if (process.platform !== 'linux') return 'tap interfaces are for Linux';
  if (process.getuid?.() !== 0) return 'a network namespace needs root';
  if (spawnSync('qemu-system-x86_64', ['--version']).error !== undefined) return 'qemu-system-x86_64 is not installed';
  const made = ip('netns', 'add', namespace);
  if (made.error !== undefined) return 'ip is not installed';
  const tried = inside('ip', 'tuntap', 'add', 'dev', 'qemu', 'mode', 'tap');
  ip('netns', 'delete', namespace);
  return made.status === 0 && tried.status === 0 ? null : `${made.stderr}${tried.stderr}`.trim() || 'no tap here';
}
const skip = reasonToSkip();

let cleanups: CleanupStack;
let home: SlipwayHome;
let bundle: TestProductBundle;
let client: SessionClient;
beforeEach(async () => {
  cleanups = new CleanupStack();
  if (skip !== null) return;
  home = await tempSlipway(cleanups);
  // The demo guest is a kernel that every machine has: the network's other end is what counts here.
  const kernel = join(checkout, 'assets/demo-guest/demo-guest.elf');
  bundle = await writeTestProductBundle(home.home, { kernel, initrd: kernel, memoryMiB: 64 });
  ip('netns', 'add', namespace);
  cleanups.add(async () => void ip('netns', 'delete', namespace));
  const owner = await OwnerProcess.start(home, cleanups, { within: ['ip', 'netns', 'exec', namespace] });
  client = await owner.client();
});
afterEach(() => cleanups.close(), generousMs);

async function draft(change: { guest?: object; name?: string; networking?: 'auto' | 'tap' } = {}): Promise<DraftInput> {
  return {
    name: change.name ?? 'tapped',
    guest: {
      kind: 'fuchsia',
      source: { from: 'bundle', directory: await client.call('files.grant', { path: bundle.directory }) },
      ...change.guest,
    },
    host: { acceleration: 'tcg', networking: change.networking ?? 'auto' },
    runtime: { powerdownMs: 0 },
  };
}

async function script(name: string, text: string) {
  const path = join(home.home, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return client.call('files.grant', { path });
}

const resolvedNetworking = async () =>
  (await client.call('fuchsia.resolve', await draft())).choices.find(({ field }) => field === 'host.networking');

describe.skipIf(skip !== null)(`tap networking${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  it('is chosen once the interface is there, used by QEMU, and busy for the next', { timeout: 90_000 }, async () => {
    expect(await resolvedNetworking()).toMatchObject({
      result: 'user',
      reason: expect.stringContaining('no interface'),
    });
    await expect(client.call('instance.launch', await draft({ networking: 'tap' }))).rejects.toMatchObject({
      failure: { hint: expect.stringContaining('sudo ip tuntap add dev qemu mode tap user') },
    });

    inside('ip', 'tuntap', 'add', 'dev', 'qemu', 'mode', 'tap');
    expect(await resolvedNetworking()).toMatchObject({
      result: 'tap',
      hint: 'Bring it up first: sudo ip link set qemu up',
    });
    await expect(client.call('instance.launch', await draft())).rejects.toMatchObject({
      failure: { message: 'The tap interface qemu is down.' },
    });

    inside('ip', 'link', 'set', 'qemu', 'up');
    const upscript = await script('up.sh', 'echo "bringing up $1" && ip link show "$1"');
    const { id } = await client.call('instance.launch', await draft({ guest: { upscript } }));
    const running = await until(client, id, (view) => view.status.ready || isOver(view));
    expect(running.status).toMatchObject({ phase: 'running', ready: true });
    expect(running.ports).toEqual([]);
    expect(inside('cat', '/sys/class/net/qemu/operstate').stdout.trim()).toBe('up');
    const { command, timeline } = await client.call('instance.show', { id });
    const args = command?.arguments.flatMap((argument) => argument.args) ?? [];
    expect(args).toContain('type=tap,ifname=qemu,id=net0,script=no,downscript=no');
    expect(args).toContain('-sandbox');
    expect(timeline.find(({ name }) => name === 'run the upscript')?.result).toBe('done');
    const log = await readFile(home.paths.instance(id).boot(1).engineLog, 'utf8');
    expect(log).toContain('up.sh qemu');
    expect(log).toContain('bringing up qemu');
    const { sections } = await client.call('fuchsia.show', { id });
    expect(sections.find((section) => Object.hasOwn(section, 'Net'))?.Net).toMatchObject({ mode: 'tap', ports: {} });

    await expect(
      client.call('instance.launch', await draft({ name: 'second', networking: 'tap' })),
    ).rejects.toMatchObject({
      failure: { message: 'The tap interface qemu is in use by another process.' },
    });
    await stopAndWait(client, id);
  });

  it('an upscript that fails stops the launch, and what it said is in the log', async () => {
    inside('ip', 'tuntap', 'add', 'dev', 'qemu', 'mode', 'tap');
    inside('ip', 'link', 'set', 'qemu', 'up');
    const upscript = await script('fail.sh', 'echo "no such bridge" >&2; exit 7');
    const { id } = await client.call('instance.launch', await draft({ guest: { upscript } }));
    const { status } = await until(client, id, isOver);
    expect(status.failure).toMatchObject({
      code: 'launch_failed',
      message: expect.stringContaining('fail.sh returned non-zero exit code 7'),
      raw: expect.stringContaining('no such bridge'),
    });
    expect(await readFile(home.paths.instance(id).boot(1).engineLog, 'utf8')).toContain('no such bridge');
  });
});
