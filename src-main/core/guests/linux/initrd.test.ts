import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeCpio } from './cpio.ts';
import { guestFiles } from './guest-files.ts';
import { appendAuthorizedKey, findKernel } from './initrd.ts';

const key = `ssh-ed25519 ${Buffer.alloc(51, 7).toString('base64')} someone`;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'initrd-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('appendAuthorizedKey', () => {
  it.each([0, 1, 2, 3])('starts the second archive at a multiple of four (%i bytes over)', async (over) => {
    const base = join(directory, 'base');
    const bytes = gzipSync(writeCpio([{ kind: 'file', path: 'a', data: 'a'.repeat(20) }]));
    const content = Buffer.concat([bytes, Buffer.alloc(over)]);
    await writeFile(base, content);
    const destination = join(directory, 'initrd');
    await appendAuthorizedKey(base, `${key}\n`, destination);
    const whole = await readFile(destination);
    expect(whole.subarray(0, content.length)).toEqual(content);
    const start = whole.indexOf('070701', content.length);
    expect(start % 4).toBe(0);
    expect(start - content.length).toBeLessThan(4);
    expect(whole.toString('latin1')).toContain(`root/.ssh/authorized_keys\0`);
    expect(whole.toString('latin1')).toContain(`${key}\n`);
    expect((await stat(destination)).mode & 0o777).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(['base', 'initrd']);
  });

  it.each(['', '\n', 'not a key', `${key}\nrm -rf /`, '-----BEGIN OPENSSH PRIVATE KEY-----'])(
    'refuses %j',
    async (text) => {
      const destination = join(directory, 'initrd');
      await expect(appendAuthorizedKey(join(directory, 'base'), text, destination)).rejects.toMatchObject({
        code: 'invalid_input',
      });
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('says when the base is not there', async () => {
    await expect(appendAuthorizedKey(join(directory, 'gone'), key, join(directory, 'x'))).rejects.toMatchObject({
      code: 'file_missing',
    });
  });
});

describe('guestFiles', () => {
  it('make an archive, with no key in it', () => {
    const paths = guestFiles().map(({ path }) => path);
    expect(() => writeCpio(guestFiles())).not.toThrow();
    expect(paths).toContain('dev/console');
    expect(paths.filter((path) => path.startsWith('root/'))).toEqual([]);
  });
});

describe('findKernel', () => {
  it.each([
    [['boot/System.map-6.1.0-56-cloud-amd64', 'boot/vmlinuz-6.1.0-56-cloud-amd64'], '6.1.0-56-cloud-amd64'],
    [['usr/lib/modules/7.2.13+deb14-cloud-amd64/vmlinuz'], '7.2.13+deb14-cloud-amd64'],
    [['lib/modules/7.2.13/kernel/fs/vmlinuz.ko', 'lib/modules/7.2.13/vmlinuz'], '7.2.13'],
  ])('%j', (files, version) => {
    expect(findKernel(files)).toEqual({ path: files.at(-1), version });
  });

  it('is not made up', () => {
    expect(findKernel(['boot/config-6.1', 'usr/share/doc/vmlinuz', 'usr/lib/modules/6.1/build/vmlinuz'])).toBe(
      undefined,
    );
  });
});
