import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHostTool, installLine, missingTool, requireExecutable } from './host-tool.ts';

let directory: string;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'host-tool-')));
  for (const name of ['path', 'known', 'override']) await mkdir(join(directory, name));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const program = async (folder: string, name: string, mode = 0o755) => {
  const path = join(directory, folder, name);
  await writeFile(path, '#!/bin/sh\n', { mode });
  await chmod(path, mode);
  return path;
};
const search = (override?: string) => ({
  environment: { PATH: `relative:${join(directory, 'path')}`, ...(override ? { SLIPWAY_QEMU_DIR: override } : {}) },
  knownDirectories: [join(directory, 'known')],
});

describe('findHostTool', () => {
  it('prefers the override, then PATH, then known places', async () => {
    const known = await program('known', 'qemu-img');
    expect(findHostTool(['qemu-img'], search())?.path).toBe(known);
    const inPath = await program('path', 'qemu-img');
    expect(findHostTool(['qemu-img'], search())).toEqual({ path: inPath, note: 'Found in PATH.' });
    const own = await program('override', 'qemu-img');
    expect(findHostTool(['qemu-img'], search(join(directory, 'override')))?.path).toBe(own);
  });

  it('takes the first name that is there, and the file behind a link', async () => {
    const real = await program('known', 'qemu-7');
    await symlink(real, join(directory, 'path', 'qemu-kvm'));
    expect(findHostTool(['qemu-system-x86_64', 'qemu-kvm'], search())?.path).toBe(real);
  });

  it('passes over folders and files that cannot be executed', async () => {
    await mkdir(join(directory, 'path', 'qemu-img'));
    await program('known', 'qemu-img', 0o644);
    expect(findHostTool(['qemu-img'], search())).toBeNull();
  });
});

describe('requireExecutable', () => {
  it('says what is wrong with a path', async () => {
    expect(() => requireExecutable(join(directory, 'none'), 'f')).toThrow(/does not exist/);
    expect(() => requireExecutable(directory, 'f')).toThrow(/a folder/);
    const path = await program('path', 'x', 0o644);
    expect(() => requireExecutable(path, 'f')).toThrow(/may not be executed/);
  });
});

describe('installLine', () => {
  const packages = { debian: 'deb', fedora: 'fed', arch: 'arc', suse: 'sus', alpine: 'alp', brew: 'bre' };
  it.each([
    ['linux', 'debian', 'sudo apt install deb'],
    ['linux', 'linuxmint ubuntu debian', 'sudo apt install deb'],
    ['linux', 'rocky rhel centos fedora', 'sudo dnf install fed'],
    ['linux', 'arch', 'sudo pacman -S arc'],
    ['linux', 'opensuse-leap suse opensuse', 'sudo zypper install sus'],
    ['linux', 'alpine', 'doas apk add alp'],
    ['linux', '', 'deb on Debian'],
    ['darwin', '', 'brew install bre'],
  ])('%s %j', (platform, ids, expected) => expect(installLine(packages, { platform, ids })).toContain(expected));

  it('is the hint of a missing tool', () => {
    const error = missingTool('engine_missing', 'qemu-system-x86_64', packages, { platform: 'linux', ids: 'debian' });
    expect(error.failure).toMatchObject({
      code: 'engine_missing',
      hint: expect.stringContaining('sudo apt install deb'),
    });
  });
});
