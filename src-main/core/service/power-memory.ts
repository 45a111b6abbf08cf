/**
 * What a person has allowed for longer than once, by a digest of what it was: never by a name or a path, behind which
 * something else may stand tomorrow.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Paths } from '../home/paths.ts';
import { readJson, writeJsonAtomically } from '../kit/atomic-file.ts';
import { SerialQueue } from '../kit/serial-queue.ts';

const fileSchema = z.looseObject({ allowed: z.array(z.string()) });

export class PowerMemory {
  readonly #path: string;
  readonly #allowed: Set<string>;
  readonly #queue = new SerialQueue();

  private constructor(path: string, allowed: readonly string[]) {
    this.#path = path;
    this.#allowed = new Set(allowed);
  }

  /** A file that cannot be read allows nothing. */
  static async open({ powers }: Pick<Paths, 'powers'>): Promise<PowerMemory> {
    const found = await readJson(powers, fileSchema);
    return new PowerMemory(powers, found.state === 'ok' ? found.value.allowed : []);
  }

  allows(...parts: readonly string[]): boolean {
    return this.#allowed.has(digestOf(parts));
  }

  async allow(...parts: readonly string[]): Promise<void> {
    await this.#queue.run('powers', async () => {
      this.#allowed.add(digestOf(parts));
      await writeJsonAtomically(this.#path, { allowed: [...this.#allowed].sort() });
    });
  }
}

/** Each part with its length, so that two lists never read the same. */
export function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
