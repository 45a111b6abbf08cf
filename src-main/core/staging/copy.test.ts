import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyImage } from './copy.ts';
import { runsOfData } from './sparse.ts';

let directory: string;
let source: string;
let destination: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'copy-'));
  source = join(directory, 'source.img');
  await mkdir(join(directory, 'to'));
  destination = join(directory, 'to', 'disk-0.raw');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const mebibyte = 1024 * 1024;

/** A file of `size` bytes with data at the given offsets and holes elsewhere. */
function writeSparse(path: string, size: number, pieces: ReadonlyMap<number, string>): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  for (const [offset, text] of pieces) writeSync(file, text, offset);
  closeSync(file);
}

const leftovers = async () => (await readdir(join(directory, 'to'))).filter((name) => name !== 'disk-0.raw');

describe('runsOfData', () => {
  it('joins neighbours and leaves out blocks of zeros, a short last one too', () => {
    const chunk = Buffer.alloc(5 * 65536 + 10);
    chunk[0] = 1;
    chunk[65536 * 2 - 1] = 1;
    chunk[chunk.length - 1] = 1;
    expect(runsOfData(chunk)).toEqual([
      { start: 0, end: 2 * 65536 },
      { start: 5 * 65536, end: chunk.length },
    ]);
    expect(runsOfData(Buffer.alloc(3 * 65536 + 1))).toEqual([]);
  });
});

describe('copyImage', () => {
  it('is byte for byte the source, with holes where it has zeros, of any size', async () => {
    writeSparse(
      source,
      37 * mebibyte + 123,
      new Map([
        [0, 'head'],
        [9 * mebibyte - 2, 'across'],
        [37 * mebibyte + 120, 'end'],
      ]),
    );
    // Zeros that are written out are no reason to write them out again.
    const zeros = openSync(source, 'r+');
    writeSync(zeros, Buffer.alloc(4 * mebibyte), 0, 4 * mebibyte, 20 * mebibyte);
    closeSync(zeros);
    const result = await copyImage(source, destination);
    expect(result).toMatchObject({ bytes: 37 * mebibyte + 123, retried: false });
    execFileSync('cmp', [source, destination]);
    if (result.method === 'sparse') expect(statSync(destination).blocks * 512).toBeLessThan(mebibyte);
    expect(await leftovers()).toEqual([]);
  });

  it('makes a writable private copy of a read-only source', async () => {
    await writeFile(source, 'x'.repeat(1000));
    await chmod(source, 0o444);
    await copyImage(source, destination);
    expect((await stat(destination)).mode & 0o777).toBe(0o600);
  });

  it('reports progress that grows and ends at the size', async () => {
    writeSparse(source, 5 * mebibyte + 1, new Map([[0, 'x']]));
    const seen: number[] = [];
    await copyImage(source, destination, { onProgress: (done, total) => seen.push(done, total) });
    const dones = seen.filter((_, index) => index % 2 === 0);
    expect(dones).toEqual([...dones].sort((a, b) => a - b));
    expect(seen.slice(-2)).toEqual([5 * mebibyte + 1, 5 * mebibyte + 1]);
  });

  it('leaves the old destination and no trace when it is cancelled half way', async () => {
    await writeFile(source, Buffer.alloc(64 * mebibyte, 1));
    await writeFile(destination, 'old');
    const controller = new AbortController();
    const copying = copyImage(source, destination, {
      signal: controller.signal,
      onProgress: (done) => {
        if (done >= 8 * mebibyte) controller.abort();
      },
    });
    await expect(copying).rejects.toThrow('abort');
    expect(await readFile(destination, 'utf8')).toBe('old');
    expect(await leftovers()).toEqual([]);
  });

  it('starts again when the source was written to meanwhile', async () => {
    writeSparse(source, 8 * mebibyte, new Map([[0, 'x']]));
    let touched = false;
    const result = await copyImage(source, destination, {
      onProgress: () => {
        if (!touched) appendFileSync(source, 'more');
        touched = true;
      },
    });
    // A reflink is one call: there is no meanwhile.
    if (result.method === 'sparse') expect(result).toMatchObject({ retried: true, bytes: 8 * mebibyte + 4 });
    expect(await leftovers()).toEqual([]);
  });

  it('gives up on a source that never rests', async () => {
    writeSparse(source, 4 * mebibyte, new Map([[0, 'x']]));
    const copying = copyImage(source, destination, {
      onProgress: () => appendFileSync(source, 'more'),
      field: 'guest.kernel',
    });
    const outcome = await copying.then(
      (result) => result.method,
      (error: unknown) => error,
    );
    if (outcome === 'reflink') return;
    expect(outcome).toMatchObject({ failure: { code: 'file_unreadable', field: 'guest.kernel' } });
    expect(await readdir(join(directory, 'to'))).toEqual([]);
  });

  it('refuses to copy a file onto itself, by another name too', async () => {
    await writeFile(source, 'precious');
    await link(source, destination);
    await expect(copyImage(source, destination)).rejects.toMatchObject({ code: 'invalid_input' });
    await rm(destination);
    await symlink(source, destination);
    await expect(copyImage(source, destination)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await readFile(source, 'utf8')).toBe('precious');
  });

  it('says which file is missing', async () => {
    await expect(copyImage(source, destination, { field: 'guest.kernel' })).rejects.toMatchObject({
      failure: { code: 'file_missing', field: 'guest.kernel', message: expect.stringContaining(source) },
    });
    expect(await leftovers()).toEqual([]);
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(
  `copyImage on a full disk${isRoot ? '' : ' (skipped: mounting a small tmpfs needs root)'}`,
  () => {
    let small: string;
    beforeEach(async () => {
      small = join(directory, 'small');
      await mkdir(small);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]);
    });
    afterEach(() => execFileSync('umount', [small]));

    it('is refused before the first byte when it cannot fit', async () => {
      await writeFile(source, Buffer.alloc(4 * mebibyte, 1));
      await expect(copyImage(source, join(small, 'disk-0.raw'))).rejects.toMatchObject({
        failure: {
          code: 'disk_full',
          message: expect.stringMatching(/disk-0\.raw: it needs 4\.0 MiB, 2\.0 MiB are free/),
        },
      });
      expect(await readdir(small)).toEqual([]);
    });

    it('a sparse file fits by its data, not by its size', async () => {
      writeSparse(source, 100 * mebibyte, new Map([[50 * mebibyte, 'x']]));
      await copyImage(source, join(small, 'disk-0.raw'));
      execFileSync('cmp', [source, join(small, 'disk-0.raw')]);
    });

    it('running full on the way leaves nothing behind', async () => {
      await writeFile(source, Buffer.alloc(1.5 * mebibyte, 1));
      const copying = copyImage(source, join(small, 'disk-0.raw'), {
        onProgress: () => undefined,
        // Somebody else takes the room between the check and the last write.
        finish: async () => writeFile(join(small, 'other'), Buffer.alloc(mebibyte)),
      });
      await expect(copying).rejects.toMatchObject({
        failure: { code: 'disk_full', cause: expect.stringContaining('needed') },
      });
      expect(await readdir(small)).toEqual(['other']);
    });
  },
);
