import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CpioEntry, writeCpio } from './cpio.ts';

interface Record {
  readonly name: string;
  readonly mode: number;
  readonly mtime: number;
  readonly device: readonly [number, number];
  readonly data: string;
}

/** A reader for the tests, written from the format's description and not from the writer. */
function readCpio(archive: Uint8Array): Record[] {
  const bytes = Buffer.from(archive);
  const records: Record[] = [];
  let offset = 0;
  for (;;) {
    expect(offset % 4).toBe(0);
    expect(bytes.subarray(offset, offset + 6).toString()).toBe('070701');
    const field = (index: number): number =>
      Number.parseInt(bytes.subarray(offset + 6 + index * 8, offset + 14 + index * 8).toString(), 16);
    const [size, nameSize] = [field(6), field(11)];
    const name = bytes.subarray(offset + 110, offset + 110 + nameSize - 1).toString();
    expect(bytes[offset + 110 + nameSize - 1]).toBe(0);
    const dataAt = Math.ceil((offset + 110 + nameSize) / 4) * 4;
    if (name === 'TRAILER!!!') {
      expect(bytes.subarray(dataAt).every((byte) => byte === 0)).toBe(true);
      return records;
    }
    const data = bytes.subarray(dataAt, dataAt + size).toString('latin1');
    records.push({ name, mode: field(1), mtime: field(5), device: [field(9), field(10)], data });
    offset = Math.ceil((dataAt + size) / 4) * 4;
  }
}

const sample: CpioEntry[] = [
  { kind: 'directory', path: 'bin' },
  { kind: 'file', path: 'bin/tool', data: new Uint8Array([1, 2, 3]), mode: 0o755 },
  { kind: 'symlink', path: 'bin/alias', target: 'tool' },
  { kind: 'directory', path: 'dev', mode: 0o700 },
  { kind: 'character-device', path: 'dev/console', major: 5, minor: 1 },
  { kind: 'file', path: 'empty', data: '' },
];

describe('writeCpio', () => {
  it('writes each kind of entry', () => {
    expect(readCpio(writeCpio(sample))).toEqual([
      { name: 'bin', mode: 0o040755, mtime: 0, device: [0, 0], data: '' },
      { name: 'bin/tool', mode: 0o100755, mtime: 0, device: [0, 0], data: '\x01\x02\x03' },
      { name: 'bin/alias', mode: 0o120777, mtime: 0, device: [0, 0], data: 'tool' },
      { name: 'dev', mode: 0o040700, mtime: 0, device: [0, 0], data: '' },
      { name: 'dev/console', mode: 0o020600, mtime: 0, device: [5, 1], data: '' },
      { name: 'empty', mode: 0o100644, mtime: 0, device: [0, 0], data: '' },
    ]);
  });

  it('is whole blocks, and the same bytes each time', () => {
    const archive = writeCpio(sample);
    expect(archive.length % 512).toBe(0);
    expect(writeCpio(sample)).toEqual(archive);
    expect(readCpio(writeCpio(sample, { mtimeSeconds: 1_700_000_000 })).map(({ mtime }) => mtime)).toEqual(
      sample.map(() => 1_700_000_000),
    );
  });

  it.each([['/bin'], ['a//b'], ['../a'], ['.'], [''], ['a\0b'], ['TRAILER!!!']])('refuses the path %j', (path) => {
    expect(() => writeCpio([{ kind: 'file', path, data: '' }])).toThrow(RangeError);
  });

  it('refuses what the kernel would drop or mix up', () => {
    const file: CpioEntry = { kind: 'file', path: 'a', data: '' };
    expect(() => writeCpio([file, file])).toThrow('twice');
    expect(() => writeCpio([{ ...file, path: 'no/such' }])).toThrow('no directory');
    expect(() => writeCpio([{ ...file, mode: 0o10000 }])).toThrow('mode');
    expect(() => writeCpio([{ kind: 'character-device', path: 'a', major: -1, minor: 0 }])).toThrow(RangeError);
    expect(() => writeCpio([file], { mtimeSeconds: 2 ** 32 })).toThrow(RangeError);
  });

  const name = fc.stringMatching(/^[a-zäß0-9_.-]{1,20}$/u).filter((text) => text !== '.' && text !== '..');
  const files = fc.uniqueArray(
    fc.record({ path: name, data: fc.uint8Array({ maxLength: 70 }), mode: fc.nat(0o7777) }),
    {
      selector: ({ path }) => path,
      maxLength: 12,
    },
  );

  it('gives back any files that are put in', () => {
    fc.assert(
      fc.property(files, (list) => {
        const read = readCpio(writeCpio(list.map((file) => ({ kind: 'file', ...file }))));
        expect(read.map(({ name, mode, data }) => ({ name, mode, data }))).toEqual(
          list.map(({ path, mode, data }) => ({
            name: path,
            mode: 0o100000 | mode,
            data: Buffer.from(data).toString('latin1'),
          })),
        );
      }),
    );
  });
});

const hasCpio = spawnSync('cpio', ['--version']).status === 0;

describe.skipIf(!hasCpio)(`writeCpio and cpio(1)${hasCpio ? '' : ' (skipped: cpio is not installed)'}`, () => {
  it('is extracted as it was written', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cpio-'));
    try {
      // A device needs root to be made, which the test may not have; listing it does not.
      const listed = spawnSync('cpio', ['-tv'], { input: writeCpio(sample), encoding: 'utf8' });
      expect(listed.status).toBe(0);
      expect(listed.stdout).toMatch(/^crw-------.* 5, +1 .*dev\/console$/m);
      expect(listed.stdout).toContain('bin/alias -> tool');

      const archive = join(directory, 'archive');
      const out = join(directory, 'out');
      await writeFile(archive, writeCpio(sample.filter(({ kind }) => kind !== 'character-device')));
      await mkdir(out);
      const extracted = spawnSync('cpio', ['-i', '--no-absolute-filenames', '-F', archive], {
        cwd: out,
        encoding: 'utf8',
      });
      expect(extracted.status).toBe(0);
      expect((await readdir(out, { recursive: true })).sort()).toEqual([
        'bin',
        'bin/alias',
        'bin/tool',
        'dev',
        'empty',
      ]);
      expect([...(await readFile(join(out, 'bin/tool')))]).toEqual([1, 2, 3]);
      expect((await lstat(join(out, 'bin/tool'))).mode & 0o777).toBe(0o755);
      expect(await readlink(join(out, 'bin/alias'))).toBe('tool');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
