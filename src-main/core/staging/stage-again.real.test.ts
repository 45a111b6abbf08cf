import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStaging } from './stage.ts';
import { StagingBench, specOf } from './testing/staging-bench.ts';

let bench: StagingBench;
beforeEach(async () => {
  bench = await StagingBench.open();
});
afterEach(() => bench.close());

describe('staging once more', () => {
  it('a rebuilt base: a new overlay, the guest’s writes kept aside, and said so', async () => {
    const spec = specOf({ kind: 'disk', disks: [{ file: bench.at('base.img') }] });
    await bench.rawDisk('base.img', 'one');
    await bench.stage(spec);
    const overlay = bench.staged('disk-0.qcow2');
    execFileSync('qemu-io', ['-c', 'write -P 7 4096 512', overlay]);
    const written = await readFile(overlay);
    bench.steps = [];
    await bench.stage(spec);
    expect(bench.steps.at(-1)).toBe('stage disk 0: reused: unchanged');
    await bench.rawDisk('base.img', 'two');
    await bench.stage(spec);
    const aside = (await bench.stagedFiles()).find((name) => name.includes('superseded')) ?? '';
    expect(aside).toMatch(/^disk-0\.superseded-\d{8}T\d{9}Z\.qcow2$/);
    expect(await readFile(bench.staged(aside))).toEqual(written);
    expect(bench.steps.at(-1)).toContain(
      `has changed: its first bytes are different; what the guest wrote before is kept as staged/${aside}`,
    );
    execFileSync('qemu-io', ['-r', '-c', 'read -P 0 4096 512', overlay]);
  });

  it('another access moves the old private disk aside too', async () => {
    await bench.rawDisk('base.img', 'one');
    await bench.stage(specOf({ kind: 'disk', disks: [{ file: bench.at('base.img') }] }));
    const images = await bench.stage(specOf({ kind: 'disk', disks: [{ file: bench.at('base.img'), access: 'copy' }] }));
    expect(images.disks[0]).toMatchObject({ path: bench.staged('disk-0.raw'), format: 'raw' });
    expect(await bench.stagedFiles()).toEqual([
      expect.stringMatching(/^disk-0\.raw$/),
      expect.stringMatching(/superseded.*\.qcow2$/),
      'staging.json',
    ]);
  });

  it('a failed restage puts the old disk back', async () => {
    const spec = specOf({ kind: 'disk', disks: [{ file: bench.at('base.img') }] });
    await bench.rawDisk('base.img', 'one');
    await bench.stage(spec);
    await bench.rawDisk('base.img', 'two');
    await expect(bench.stage(spec, { findTool: async () => null })).rejects.toMatchObject({ code: 'tool_missing' });
    expect(await bench.stagedFiles()).toEqual(['disk-0.qcow2', 'staging.json']);
  });

  it('restaging by request makes everything anew', async () => {
    const spec = specOf({ kind: 'disk', disks: [{ file: bench.at('base.img') }] }, { staging: 'restage' });
    await bench.rawDisk('base.img', 'one');
    await bench.stage(spec);
    await bench.stage(spec);
    expect(bench.steps.at(-1)).toContain('restaging was asked for');
    expect(await bench.stagedFiles()).toEqual(['disk-0.qcow2', 'staging.json']);
  });

  it('clears away what a crash left, and only that', async () => {
    await mkdir(bench.paths.staged, { recursive: true });
    await writeFile(bench.staged('kernel.0123456789ab.tmp'), 'half');
    await writeFile(bench.staged('mine.tmp'), 'a person’s');
    await writeFile(bench.paths.stagingRecord, 'not json');
    await bench.stage(specOf({ kind: 'demo' }));
    expect(await bench.stagedFiles()).toEqual(['kernel', 'mine.tmp', 'staging.json']);
  });

  it('cancelled while copying: nothing half-written, and the next launch works', async () => {
    await writeFile(bench.at('kernel'), Buffer.alloc(32 * 1048576, 1));
    const spec = specOf({ kind: 'kernel', kernel: bench.at('kernel') });
    const staging = createStaging(bench.dependencies());
    const cancelled = staging.stage(spec, bench.context({ onProgress: () => bench.controller.abort() }));
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await bench.stagedFiles()).toEqual([]);
    bench.controller = new AbortController();
    await bench.stage(spec);
    expect((await stat(bench.staged('kernel'))).size).toBe(32 * 1048576);
  });

  it('reports progress at most ten times a second, and always the end', async () => {
    await writeFile(bench.at('kernel'), Buffer.alloc(64 * 1048576, 1));
    const started = performance.now();
    await bench.stage(specOf({ kind: 'kernel', kernel: bench.at('kernel') }));
    expect(bench.progress.length).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - started) / 100));
    expect(bench.progress.at(-1)).toEqual({
      step: 'stage the kernel',
      done: 64 * 1048576,
      total: 64 * 1048576,
      unit: 'bytes',
    });
  });

  it('a touched source is not trusted', async () => {
    await writeFile(bench.at('kernel'), 'k');
    const spec = specOf({ kind: 'kernel', kernel: bench.at('kernel') });
    await bench.stage(spec);
    await utimes(bench.at('kernel'), 1, 1);
    await bench.stage(spec);
    expect(bench.steps.at(-1)).toContain('was written to since');
  });
});
