/** A folder that exists for one test file's tests, and what tests ask of it. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { SlipwayError } from '../../../../../../src-shared/contract/errors.ts';

export interface TempFolder {
  path(name: string): string;
  /** Writes a file and returns its path. */
  write(name: string, content: Uint8Array): Promise<string>;
  names(): Promise<string[]>;
}

export function tempFolder(): TempFolder {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-zbi-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    path: (name) => join(folder, name),
    write: async (name, content) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    names: () => readdir(folder),
  };
}

export async function expectFailure(work: Promise<unknown>, code: SlipwayError['code'], text: RegExp): Promise<void> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'SlipwayError', failure: { code, message: expect.stringMatching(text) } });
}
