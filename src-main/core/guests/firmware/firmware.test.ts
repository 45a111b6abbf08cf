import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { efiDirectoryProblem } from './efi-directory.ts';
import { firmwareSizeProblem } from './firmware-size.ts';

const mib = 1024 * 1024;

describe('firmwareSizeProblem', () => {
  it.each([
    ['x86_64', null, 'bios', 256 * 1024, true],
    ['x86_64', null, 'bios', 256 * 1024 + 4096, false],
    ['x86_64', null, 'pflash', 3653632, true],
    ['x86_64', null, 'pflash', 1000, false],
    ['aarch64', null, 'pflash', 64 * mib, true],
    ['aarch64', 'virt-7.2,gic-version=3', 'pflash', 2 * mib, false],
    ['aarch64', 'sbsa-ref', 'pflash', 256 * mib, true],
    ['aarch64', null, 'bios', 12345, true],
    ['riscv64', null, 'pflash', 32 * mib, true],
    ['riscv64', null, 'pflash', 64 * mib, false],
  ] as const)('%s %s %s %d', (architecture, machine, as, bytes, isFine) => {
    expect(firmwareSizeProblem(architecture, machine, as, bytes) === null).toBe(isFine);
  });
});

describe('efiDirectoryProblem', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'efi-directory-'));
    await mkdir(join(directory, 'EFI', 'BOOT'), { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('takes a small tree, links that lead in circles included', async () => {
    await writeFile(join(directory, 'EFI', 'BOOT', 'BOOTX64.EFI'), 'x');
    await symlink(directory, join(directory, 'EFI', 'again'));
    expect(await efiDirectoryProblem(directory)).toBeNull();
  });

  it('refuses more than fits on the disk', async () => {
    const path = join(directory, 'EFI', 'image');
    await writeFile(path, '');
    await truncate(path, 505 * mib);
    expect((await efiDirectoryProblem(directory))?.cause).toContain('504 MiB');
  });

  it('refuses more entries than a FAT root has', async () => {
    await Promise.all(Array.from({ length: 512 }, (_, index) => writeFile(join(directory, `${index}`), '')));
    expect((await efiDirectoryProblem(directory))?.cause).toContain('512');
  });
});
