/** What the host itself shows of a home's guests, apart from everything Slipway believes. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIdentity } from '../../src-main/core/process/identity.ts';
import { processesIn } from '../../src-main/core/testing/temp-home.ts';
import type { SlipwayHome } from './slipway-under-test.ts';

export interface GuestProcess {
  readonly pid: number;
  readonly uuid: string;
}

/** The living QEMUs that work in this home, by their working directory and command line. */
export async function guestProcesses({ home }: SlipwayHome): Promise<GuestProcess[]> {
  const found = await Promise.all((await processesIn(home)).map(({ pid }) => readIdentity(pid)));
  return found.filter((identity) => identity !== null).map(({ pid, uuid }) => ({ pid, uuid }));
}

export interface RecordedLaunch {
  readonly instance: string;
  readonly boot: number;
  readonly uuid: string;
}

/** Every launch record in the home. */
export async function recordedLaunches({ paths }: SlipwayHome): Promise<RecordedLaunch[]> {
  const names = await readdir(paths.instances, { recursive: true });
  const records = names.filter((name) => name.endsWith('launch.json'));
  return Promise.all(
    records.map(async (name) => {
      const [instance = '', , boot = ''] = name.split('/');
      const record: unknown = JSON.parse(await readFile(join(paths.instances, name), 'utf8'));
      return { instance, boot: Number(boot), uuid: uuidIn(record) };
    }),
  );
}

function uuidIn(record: unknown): string {
  if (typeof record !== 'object' || record === null || !('uuid' in record)) return '';
  return String(record.uuid);
}

/** Every file below the instances, relative: what a refused launch must not have added to. */
export async function filesOfInstances({ paths }: SlipwayHome): Promise<string[]> {
  return (await readdir(paths.instances, { recursive: true })).sort();
}

export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What `count N` must have written: every number once, in order, with nothing between. */
export function judgeCount(transcript: string, lines: number): { lines: number; wrong: number } {
  let previous = 0;
  let wrong = 0;
  let found = 0;
  for (const [line] of transcript.matchAll(/^[0-9]{8}(?=\r$)/gm)) {
    const number = Number(line);
    if (number !== previous + 1) wrong++;
    previous = number;
    found++;
  }
  return { lines: found, wrong: wrong + Math.abs(lines - found) };
}
