import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegular, openRegularSync, readRegularText } from './regular-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regular-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = { what: 'script', mostBytes: 1000 };

describe('what is not ours', () => {
  it('is read as far as it was when it was opened', async () => {
    await writeFile(path, 'before');
    expect(await readRegularText(path, text)).toBe('before');
    // One that grows faster than it is read would never end.
    const grower = setInterval(() => appendFileSync(path, 'x'.repeat(100)), 0);
    const read = await readRegularText(path, { ...text, mostBytes: 1024 * 1024 });
    clearInterval(grower);
    expect(read.length).toBeLessThanOrEqual((await stat(path)).size);
    expect(read).toMatch(/^beforex*$/);
  });

  it('is refused when no honest one is so large, also where its size is a lie', async () => {
    await writeFile(path, 'x'.repeat(1001));
    const refusal = { failure: { code: 'invalid_input', field: 'guest.kernel' } };
    await expect(readRegularText(path, { ...text, field: 'guest.kernel' })).rejects.toMatchObject(refusal);
    // It says of itself that it has 0 bytes.
    await expect(readRegularText('/proc/self/smaps', text)).rejects.toMatchObject({
      failure: { cause: expect.stringContaining('more than 1000') },
    });
    expect(await readRegularText('/proc/self/comm', text)).not.toBe('');
  });

  it('is refused at once where it would wait, in both ways', async () => {
    execFileSync('mkfifo', [path]);
    await expect(openRegular(path)).rejects.toThrow(`${path} is a FIFO, not a file.`);
    expect(() => openRegularSync(path)).toThrow('is a FIFO');
    await expect(openRegular('/dev/null')).rejects.toThrow('is a character device');
    await expect(openRegular(folder)).rejects.toThrow('is a folder');
    await expect(openRegular(join(folder, 'none'))).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('on a file system that does not answer is waited for only so long, and the next time not at all', async () => {
    await writeFile(path, 'x');
    let answer: () => void = () => undefined;
    const hangs = {
      stat: (() => new Promise((resolve) => (answer = () => resolve(stat(path))))) as unknown as typeof stat,
      open,
    };
    await expect(openRegular(path, { answerMs: 20 }, hangs)).rejects.toThrow('does not answer');
    await expect(openRegular(path)).rejects.toThrow('does not answer');
    answer();
    await expect
      .poll(() =>
        openRegular(path).then(
          (file) => file.close().then(() => 'open'),
          () => 'silent',
        ),
      )
      .toBe('open');
  });
});
