import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noTap } from '../qemu-based/flag-template/resolve-networking.ts';
import { readTapFacts } from './host.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'net-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function device(files: Record<string, string>): Promise<string> {
  const directory = join(root, 'qemu');
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), `${text}\n`);
  return directory;
}

describe('readTapFacts, as the kernel writes /sys/class/net', () => {
  it('nothing of the name', async () => {
    expect(await readTapFacts(join(root, 'qemu'))).toEqual(noTap);
  });

  it.each([
    ['a tap that is down', { flags: '0x1002', tun_flags: '0x1002', operstate: 'down' }, [true, false, false]],
    ['a tap that is up and free', { flags: '0x1003', tun_flags: '0x1002', operstate: 'down' }, [true, true, false]],
    ['a tap in use', { flags: '0x1003', tun_flags: '0x1002', operstate: 'up' }, [true, true, true]],
    [
      'a tap whose driver does not say',
      { flags: '0x1003', tun_flags: '0x1002', operstate: 'unknown' },
      [true, true, true],
    ],
    ['a tun', { flags: '0x1091', tun_flags: '0x1001', operstate: 'down' }, [false, true, false]],
    ['an ordinary interface', { flags: '0x1003', operstate: 'up' }, [false, true, true]],
  ])('%s', async (_, files, [isTap, isUp, isRunning]) => {
    expect(await readTapFacts(await device(files))).toEqual({ exists: true, isTap, isUp, isRunning });
  });
});
