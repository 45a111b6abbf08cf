import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshKeys, generateOpenSshKey, publicKeyOf } from './ssh-keys.ts';

let base: string;
let directory: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'ssh-keys-'));
  directory = join(base, 'ssh');
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('ensureSshKeys', () => {
  it('makes a private pair in a private folder', async () => {
    const keys = await ensureSshKeys(directory);
    expect(keys.publicKey).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43} slipway$/);
    expect(await readFile(keys.publicKeyPath, 'utf8')).toBe(`${keys.publicKey}\n`);
    expect(await modeOf(directory)).toBe(0o700);
    expect(await modeOf(keys.privateKeyPath)).toBe(0o600);
    expect(await modeOf(keys.publicKeyPath)).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(['id_ed25519', 'id_ed25519.pub']);
  });

  it('gives the same pair the next time', async () => {
    const first = await ensureSshKeys(directory);
    const text = await readFile(first.privateKeyPath, 'utf8');
    expect(await ensureSshKeys(directory)).toEqual(first);
    expect(await readFile(first.privateKeyPath, 'utf8')).toBe(text);
  });

  it('agrees on one pair when many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ensureSshKeys(directory)));
    expect(new Set(all.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect((await readdir(directory)).sort()).toEqual(['id_ed25519', 'id_ed25519.pub']);
  });

  it('mends the public half and the modes', async () => {
    const keys = await ensureSshKeys(directory);
    await writeFile(keys.publicKeyPath, 'something else\n');
    await chmod(keys.privateKeyPath, 0o644);
    await chmod(directory, 0o755);
    expect(await ensureSshKeys(directory)).toEqual(keys);
    expect(await readFile(keys.publicKeyPath, 'utf8')).toBe(`${keys.publicKey}\n`);
    expect(await modeOf(keys.privateKeyPath)).toBe(0o600);
    expect(await modeOf(directory)).toBe(0o700);
  });

  it('never replaces a private key that it cannot read', async () => {
    const { privateKeyPath } = await ensureSshKeys(directory);
    await writeFile(privateKeyPath, 'mine\n');
    await expect(ensureSshKeys(directory)).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await readFile(privateKeyPath, 'utf8')).toBe('mine\n');
  });
});

describe('publicKeyOf', () => {
  it('refuses a key that is cut short, at any length', () => {
    const key = generateOpenSshKey();
    expect(publicKeyOf(key)).toBeDefined();
    const lines = key.trim().split('\n');
    for (let kept = 0; kept < 3; kept += 1) {
      expect(publicKeyOf([lines[0], ...lines.slice(1, 1 + kept), lines.at(-1)].join('\n'))).toBeUndefined();
    }
    expect(publicKeyOf('')).toBeUndefined();
  });
});

const hasSshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

describe.skipIf(!hasSshKeygen)(
  `keys and ssh-keygen${hasSshKeygen ? '' : ' (skipped: ssh-keygen is not installed)'}`,
  () => {
    it('accepts the private key and finds the same public key in it', async () => {
      const keys = await ensureSshKeys(directory);
      const derived = spawnSync('ssh-keygen', ['-y', '-f', keys.privateKeyPath], { encoding: 'utf8' });
      expect(derived.stderr).toBe('');
      expect(derived.stdout.trim()).toBe(keys.publicKey);
      const listed = spawnSync('ssh-keygen', ['-l', '-f', keys.publicKeyPath], { encoding: 'utf8' });
      expect(listed.stdout).toMatch(/^256 SHA256:\S+ slipway \(ED25519\)\n$/);
    });

    it('reads a key that ssh-keygen made', async () => {
      const path = join(base, 'theirs');
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'slipway', '-f', path]);
      expect(publicKeyOf(await readFile(path, 'utf8'))).toBe((await readFile(`${path}.pub`, 'utf8')).trim());
      const locked = join(base, 'locked');
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', locked]);
      expect(publicKeyOf(await readFile(locked, 'utf8'))).toBeUndefined();
    });
  },
);
