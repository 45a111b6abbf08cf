/**
 * Row 5: a private copy of an image of 8 GiB with 1 GiB of data, on disk when it is done, against `cp` and `sync`.
 *
 *     node e2e/bench/copy.mjs [--rounds 3] [--gib 8] [--data-mib 1024] [--sources DIRECTORY]
 *
 * `--sources`: another checkout, for before and after. Needs three times the data in free space.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBundled, numberAfter, root } from './bundle.mjs';
import { paired, report } from './row.mjs';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bench-copy-')));
try {
  const at = process.argv.indexOf('--sources');
  const sources = at < 0 ? root : process.argv[at + 1];
  const { copyImage } = await importBundled(
    `export { copyImage } from '${sources}/src-main/core/staging/copy.ts';`,
    scratch,
  );
  const source = join(scratch, 'disk.img');
  writeImage(source, numberAfter('--gib', 8) * 2 ** 30, numberAfter('--data-mib', 1024));
  const target = (name) => join(scratch, name);
  const result = await paired(
    numberAfter('--rounds', 3),
    async () => {
      rmSync(target('ours'), { force: true });
      await copyImage(source, target('ours'));
    },
    () => {
      rmSync(target('cp'), { force: true });
      execFileSync('cp', ['--sparse=always', '--reflink=auto', source, target('cp')]);
      execFileSync('sync', [target('cp')]);
    },
  );
  execFileSync('cmp', [target('ours'), target('cp')]);
  const speed = 1 / result.ratio;
  report({
    row: 5,
    work: 'copy 8 GiB sparse, 1 GiB data',
    against: 'cp --sparse=always --reflink=auto; sync',
    figures: { ms: Math.round(result.ours), 'cp ms': Math.round(result.theirs) },
    ratio: speed,
    aim: '>= 0.95 of its speed',
    met: speed >= 0.95,
  });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Data in pieces of 8 MiB, spread evenly. */
function writeImage(path, size, dataMebibytes) {
  const piece = randomBytes(8 * 2 ** 20);
  const pieces = Math.ceil(dataMebibytes / 8);
  const fd = openSync(path, 'w');
  ftruncateSync(fd, size);
  for (let index = 0; index < pieces; index++)
    writeSync(fd, piece, 0, piece.length, Math.floor((size / pieces) * index));
  closeSync(fd);
  execFileSync('sync', [path]);
}
