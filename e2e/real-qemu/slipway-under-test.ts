/**
 * e2e/real-qemu: what Slipway promises about guests, tried on the installed QEMU through the same calls every face uses.
 *
 * A test takes a home of its own (`tempSlipway`) and opens Slipway on it, in one of two ways:
 *
 *   openSlipway(home)    the core in this process, as the home's owner, behind a session: quick, and what most tests want
 *   OwnerProcess.start   the same in a process of its own, which can be killed like an application that crashes;
 *                        `client()` is then a session over its socket
 *
 * Both give a SessionClient; `Terminal` is a console on it, `until` waits for an instance to come into a state. Nothing
 * here sleeps, and nothing reaches into the core: what a test knows it learnt from a call, an event, a file or /proc.
 *
 * Guests run under TCG, because that is what every machine has. Deadlines are generous, because test machines are
 * shared. When a test is over its guests are ended by verified identity, and a process that is left in its home after
 * that fails it.
 *
 *   npx vitest run --project real e2e/real-qemu         everything, a few minutes
 *   SLIPWAY_RUNS=20 npx vitest run owner-killed         the full proof of exactness across `kill -9`
 *
 * exactness.mjs is the older proof one layer below: the tail alone, on ext4, tmpfs, a full disk.
 */
import { join } from 'node:path';
import { waitForInstance } from '../../src-main/command-line/wait-for.ts';
import type { Paths } from '../../src-main/core/home/paths.ts';
import { prepareHome } from '../../src-main/core/home/prepare.ts';
import type { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { silentLog } from '../../src-main/core/kit/log.ts';
import type { ClientIdentity } from '../../src-main/core/service/client.ts';
import { tempHome } from '../../src-main/core/testing/temp-home.ts';
import { HomeService } from '../../src-main/headless/home-service.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import { endLeftOverGuests } from '../fixtures/left-over-guests.ts';

export const checkout = join(import.meta.dirname, '..', '..');
export const asUser: ClientIdentity = { trust: 'user', face: 'command-line', allowPower: true, abilities: {} };

/** For everything that waits for a guest: long, because it only ends tests that have failed. */
export const generousMs = 30_000;

export interface SlipwayHome {
  readonly home: string;
  readonly paths: Paths;
}

/** A home that exists for one test. Register everything that uses it after it: `cleanups` runs backwards. */
export async function tempSlipway(cleanups: CleanupStack): Promise<SlipwayHome> {
  const { home, dispose } = await tempHome();
  cleanups.add(dispose);
  cleanups.add(async () => void (await endLeftOverGuests(home)));
  return { home, paths: await prepareHome(home) };
}

export interface Slipway extends SlipwayHome {
  readonly service: HomeService;
  readonly client: SessionClient;
  /** Lets go, as quitting does: guests live on. */
  close(): Promise<void>;
}

/** The core in this process, owning the home. */
export async function openSlipway(home: SlipwayHome, cleanups: CleanupStack): Promise<Slipway> {
  const service = await HomeService.open(
    {
      paths: home.paths,
      assetsDirectory: join(checkout, 'assets'),
      kind: 'command-line',
      log: silentLog,
      abilities: {},
    },
    { takeOver: false },
  );
  const client = SessionClient.over(service, asUser);
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    client.close();
    await service.dispose();
  };
  cleanups.add(close);
  return { ...home, service, client, close };
}

/** The demo guest as the tests want it: no network, little memory, the accelerator that is everywhere. */
export function demoDraft(change: Partial<DraftInput> = {}): DraftInput {
  return {
    name: 'demo',
    guest: { kind: 'demo' },
    device: { memoryMiB: 32 },
    ...change,
    host: { acceleration: 'tcg', networking: 'none', ...change.host },
  };
}

/** The first view that `accepts`; throws with the last one when there is none in time. */
export async function until(
  client: SessionClient,
  id: string,
  accepts: (view: InstanceView) => boolean,
  timeoutMs: number = generousMs,
): Promise<InstanceView> {
  const view = await waitForInstance(client, id, accepts, { timeoutMs, signal: new AbortController().signal });
  if (view !== null) return view;
  const last = (await client.call('instance.show', { id })).view;
  throw new Error(`not so within ${timeoutMs} ms: ${JSON.stringify(last.status, null, 2)}`);
}

export const isReady = ({ status }: InstanceView): boolean => status.phase === 'running' && status.ready;
export const isStopped = ({ status }: InstanceView): boolean => status.phase === 'stopped';
export const isOver = ({ status }: InstanceView): boolean => status.phase === 'stopped' || status.phase === 'failed';

/** Launches and waits until it is ready; a launch that ends otherwise throws with its failure. */
export async function launchReady(client: SessionClient, draft: DraftInput): Promise<InstanceView> {
  const { id } = await client.call('instance.launch', draft);
  return untilReady(client, id);
}

export async function untilReady(client: SessionClient, id: string): Promise<InstanceView> {
  const view = await until(client, id, (now) => isReady(now) || isOver(now));
  if (!isReady(view)) throw new Error(`it did not become ready: ${JSON.stringify(view.status, null, 2)}`);
  return view;
}

export async function stopAndWait(client: SessionClient, id: string): Promise<InstanceView> {
  await client.call('instance.stop', { id });
  return until(client, id, isOver);
}
