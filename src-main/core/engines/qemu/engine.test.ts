import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineDescriptionSchema } from '../../../../src-shared/model/engine.ts';
import { pathsOf } from '../../home/paths.ts';
import { systemClock } from '../../kit/clock.ts';
import type { EmulatorEngine } from '../engine.ts';
import { specOf } from '../testing/spec-of.ts';
import { createQemuEngine } from './engine.ts';

let directory: string;
let engine: EmulatorEngine;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'engine-'));
  // A host where only this directory has programs.
  const search = { environment: { PATH: directory }, knownDirectories: [] };
  engine = createQemuEngine({ paths: pathsOf(directory), assetsDirectory: '/assets', clock: systemClock, search });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const detect = (binary: string | null) => engine.detect(specOf({ guest: { kind: 'demo' }, runtime: { binary } }));

async function program(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

describe('detect', () => {
  it('without QEMU says what to install', async () => {
    await expect(detect(null)).rejects.toMatchObject({
      code: 'engine_missing',
      message: 'qemu-system-x86_64 is not installed.',
      failure: { hint: expect.stringMatching(/install/i) },
    });
  });

  it('says what is wrong with a binary of the user', async () => {
    const field = 'runtime.binary';
    await expect(detect(join(directory, 'none'))).rejects.toMatchObject({ code: 'engine_missing', failure: { field } });
    await expect(detect(directory)).rejects.toMatchObject({
      code: 'engine_unsuitable',
      message: expect.stringMatching(/a folder/),
    });
    const plain = await program('plain', 'text', 0o644);
    await expect(detect(plain)).rejects.toMatchObject({
      code: 'engine_unsuitable',
      failure: { hint: expect.stringContaining('chmod') },
    });
    const other = await program('other', '#!/bin/sh\necho hello\n');
    await expect(detect(other)).rejects.toMatchObject({ code: 'engine_unsuitable', failure: { raw: 'hello' } });
  });
});

describe('describe', () => {
  it('never throws, and fits the contract', async () => {
    await program('qemu-system-aarch64', '#!/bin/sh\nexit 1\n');
    const found = await engine.describe();
    expect(found.map((one) => engineDescriptionSchema.parse(one))).toEqual(found);
    expect(found.map(({ binary }) => binary)).toEqual([null, expect.stringMatching(/qemu-system-aarch64$/), null]);
    expect(found[1]?.note).toContain('not a working QEMU');
  });
});
