/**
 * support-bundle/ makes one file of everything that helps somebody else understand a failure, with what is private taken
 * out. It must never send anything anywhere: a person reads it, then gives it away.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { strToU8 } from 'fflate';
import { redact, type Surroundings } from './redact.ts';
import { zipInPieces } from './zip-in-pieces.ts';

export interface BundlePart {
  /** Path in the archive. */
  readonly name: string;
  /** What it is, for the list that a person reads first. */
  readonly about: string;
  readonly text: string;
}

export interface SupportBundle {
  readonly zip: Uint8Array;
  readonly files: readonly { readonly name: string; readonly about: string; readonly bytes: number }[];
}

/** A part at a time, so that nobody waits for the whole. `at` is the time of every file in it. */
export async function makeSupportBundle(
  parts: readonly BundlePart[],
  surroundings: Surroundings,
  at: Date,
): Promise<SupportBundle> {
  const counts = new Map<string, number>();
  const redacted: BundlePart[] = [];
  for (const part of parts) {
    const { text, counts: found } = redact(part.text, surroundings);
    for (const [kind, count] of Object.entries(found)) counts.set(kind, (counts.get(kind) ?? 0) + count);
    redacted.push({ ...part, text });
    await turn();
  }
  const all = [contents(redacted, counts, at), ...redacted];
  const entries = new Map(all.map(({ name, text }) => [name, strToU8(text)]));
  return {
    // DOS times, which is what a zip has, begin in 1980.
    zip: await zipInPieces(entries, at.getFullYear() < 1980 ? new Date(1980, 0, 2) : at),
    files: all.map(({ name, about }) => ({ name, about, bytes: entries.get(name)?.length ?? 0 })),
  };
}

function contents(parts: readonly BundlePart[], counts: ReadonlyMap<string, number>, at: Date): BundlePart {
  const removed =
    counts.size === 0
      ? 'Nothing was found that had to be taken out.'
      : `Taken out: ${[...counts].map(([kind, count]) => `${kind} (${count})`).join(', ')}.`;
  const text = [
    `Slipway support bundle, ${at.toISOString()}`,
    '',
    removed,
    'Secrets are known by their shape only, and a guest can print anything: look through the serial output before you',
    'give this away.',
    '',
    ...parts.map(({ name, about }) => `${name}\n    ${about}`),
    '',
  ].join('\n');
  return { name: 'README.txt', about: 'What is in here, and what was taken out', text };
}
