import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aemuVariable, femuMissing, findFemu, findSdkTool, sdkVariable } from './find-femu.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'femu-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function program(name: string): Promise<string> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

async function json(name: string, value: unknown): Promise<void> {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), JSON.stringify(value));
}

const sdk = (tool: unknown, meta = 'tools/x64/aemu_internal-meta.json') =>
  Promise.all([
    json('sdk/meta/manifest.json', { arch: {}, id: '1', parts: [{ meta: 'pkg/x/meta.json', type: 'x' }, { meta }] }),
    json(`sdk/${meta}`, tool),
  ]);
const search = (environment: Record<string, string>) => ({ environment, knownDirectories: [] });
const aemu = { name: 'aemu_internal', root: 'tools', type: 'companion_host_tool', files: ['tools/x64/aemu/aemu'] };

describe('findFemu', () => {
  it('by the manifest of the SDK: the first file is the program, with and without an envelope', async () => {
    const path = await program('sdk/tools/x64/aemu/aemu');
    const environment = { [sdkVariable]: join(root, 'sdk') };
    await sdk(aemu);
    expect(findFemu(search(environment))).toMatchObject({ path, note: expect.stringContaining('manifest') });
    await sdk({ schema_id: 'host_tool', data: aemu });
    expect(findFemu(search(environment))?.path).toBe(path);
  });

  it('a manifest that leads out of the SDK is not followed', async () => {
    await program('aemu');
    await sdk({ ...aemu, files: ['../aemu'] });
    expect(findSdkTool('aemu_internal', search({ [sdkVariable]: join(root, 'sdk') }))).toBeNull();
  });

  it('the variable that names the program comes first, and a wrong one is an error', async () => {
    const path = await program('own/aemu');
    await program('bin/aemu');
    expect(findFemu(search({ [aemuVariable]: path, PATH: join(root, 'bin') }))?.path).toBe(path);
    expect(() => findFemu(search({ [aemuVariable]: join(root, 'gone') }))).toThrow(
      expect.objectContaining({ code: 'engine_missing' }),
    );
  });

  it('beside ffx, links followed, and then in PATH', async () => {
    await program('sdk/ffx');
    await mkdir(join(root, 'bin'));
    await symlink(join(root, 'sdk/ffx'), join(root, 'bin/ffx'));
    const inPath = await program('bin/aemu');
    expect(findFemu(search({ PATH: join(root, 'bin') }))?.path).toBe(inPath);
    const beside = await program('sdk/aemu');
    expect(findFemu(search({ PATH: join(root, 'bin') }))?.path).toBe(beside);
  });

  it('is missing with what to install', () => {
    expect(findFemu(search({ PATH: root }))).toBeNull();
    expect(femuMissing().failure).toMatchObject({ code: 'engine_missing', hint: expect.stringContaining(sdkVariable) });
  });
});
