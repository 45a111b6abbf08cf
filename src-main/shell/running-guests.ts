/** The guests that run now: what the question at quitting is about, and how they are all shut down. */

import { limits } from '../../src-shared/limits.ts';
import { type InstanceView, statusWord } from '../../src-shared/model/instance.ts';
import { systemClock } from '../core/kit/clock.ts';
import type { SessionClient } from '../headless/session-client.ts';
import { shellStrings } from './strings.ts';

export interface RunningGuest {
  readonly id: string;
  readonly name: string;
  readonly word: string;
  /** What it writes to its transcript, and so to the disk, while nobody looks. */
  readonly bytesPerSecond: number;
}

/** Long enough to see a flood, short enough not to be felt between a click and its dialog. */
const sampleMs = 200;

export async function findRunningGuests(client: SessionClient): Promise<RunningGuest[]> {
  const views = (await client.call('instance.list', {})).filter(isRunning);
  if (views.length === 0) return [];
  const before = await Promise.all(views.map((view) => serialBytes(client, view.id)));
  const startedAt = systemClock.monotonic();
  await systemClock.wait(sampleMs);
  const after = await Promise.all(views.map((view) => serialBytes(client, view.id)));
  const seconds = (systemClock.monotonic() - startedAt) / 1000;
  return views.map((view, index) => ({
    id: view.id,
    name: view.name,
    word: statusWord(view.status),
    bytesPerSecond: Math.max(0, ((after[index] ?? 0) - (before[index] ?? 0)) / seconds),
  }));
}

export function describeGuest({ name, word, bytesPerSecond }: RunningGuest): string {
  const rate = bytesPerSecond < 1024 ? '' : shellStrings.quitting.writes(rateText(bytesPerSecond));
  return `${name}: ${word}${rate}`;
}

function rateText(bytesPerSecond: number): string {
  const kib = bytesPerSecond / 1024;
  return kib < 1024 ? `${Math.round(kib)} KiB/s` : `${(kib / 1024).toFixed(1)} MiB/s`;
}

function isRunning({ status }: InstanceView): boolean {
  return status.processLives || ['staging', 'starting', 'running', 'stopping'].includes(status.phase);
}

async function serialBytes(client: SessionClient, id: string): Promise<number> {
  const range = { id, boot: null, file: 'serial', offset: 0, length: 0 } as const;
  // Not there before the first boot; then it writes nothing.
  return (await client.call('instance.log', range).catch(() => null))?.size ?? 0;
}

/** Asks each to stop; asked again, each goes to the next rung of its ladder. */
export async function stopGuests(client: SessionClient, ids: readonly string[]): Promise<void> {
  // One that ended meanwhile refuses, and that is what was wanted.
  await Promise.all(ids.map((id) => client.call('instance.stop', { id }).catch(() => undefined)));
}

/** How long the whole ladder may take for the slowest of them. */
export async function longestStopMs(client: SessionClient, ids: readonly string[]): Promise<number> {
  const powerdowns = await Promise.all(
    ids.map(async (id) => {
      const details = await client.call('instance.show', { id }).catch(() => null);
      return details?.spec.runtime.powerdownMs ?? limits.powerdownMs;
    }),
  );
  return Math.max(0, ...powerdowns) + limits.quitMs + limits.terminateMs;
}

/** Which of these still run. One that was deleted or cannot be asked about does not. */
export async function stillRunning(client: SessionClient, ids: readonly string[]): Promise<InstanceView[]> {
  const views = await client.call('instance.list', {});
  return views.filter((view) => ids.includes(view.id) && isRunning(view));
}
