import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';
import { makeSupportBundle } from './support-bundle.ts';

const surroundings = { homeDirectory: '/home/ann.lee', userName: 'ann.lee', hostName: 'lighthouse' };
const clean = (text: string) => redact(text, surroundings).text;

describe('what is taken out', () => {
  it.each([
    ['console=ttyS0 luks.password=hunter2 quiet', 'console=ttyS0 luks.password=(removed) quiet'],
    ['DB_PASSWORD: "two words" next', 'DB_PASSWORD: (removed) next'],
    ['api_key=abc123&x=1', 'api_key=(removed)&x=1'],
    ['fetching https://ann:secret@example.org/x', 'fetching https://(removed)@example.org/x'],
    ['Authorization: Bearer abcdefghijklmnop', 'Authorization: Bearer (removed)'],
    [`token ghp_${'a'.repeat(36)} used`, 'token (removed) used'],
    ['AKIAABCDEFGHIJKLMNOP', '(removed)'],
    [
      'x\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH PRIVATE KEY-----\ny',
      'x\n-----BEGIN OPENSSH PRIVATE KEY----- (removed)\ny',
    ],
    ['-----BEGIN RSA PRIVATE KEY-----\nnever ended', '-----BEGIN RSA PRIVATE KEY----- (removed)'],
    ['/home/ann.lee/src/kernel', '~/src/kernel'],
    ['file=/home/ann.lee', 'file=~'],
    ['lighthouse login: ann.lee', '(host) login: (user)'],
  ])('%j', (before, after) => {
    expect(clean(before)).toBe(after);
  });

  it.each([
    'no key for the keyboard',
    '/home/ann.leeward/x',
    'the lighthouses',
    'passwordless login',
    'ssh-rsa AAAAB3NzaC1yc2E public',
    'tokens: are counted'.replace(':', ''),
    'mem=512M console=ttyS0',
  ])('is left: %j', (text) => {
    expect(clean(text)).toBe(text);
  });

  it('everybody’s names are nobody’s', () => {
    const root = { homeDirectory: '/root', userName: 'root', hostName: 'localhost' };
    expect(redact('root@localhost:/root/x root=/dev/vda', root).text).toBe('root@localhost:~/x root=/dev/vda');
  });

  it('is quick on a long line without a match', () => {
    const started = performance.now();
    clean(`${'a-'.repeat(500_000)}=`);
    clean('password'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('the bundle', () => {
  it('is a zip with a list of what it holds and what it lost', async () => {
    const bundle = await makeSupportBundle(
      [{ name: 'boots/0001/serial.txt', about: 'Serial output', text: 'password=x\n' }],
      surroundings,
      new Date('2026-01-02T03:04:05Z'),
    );
    const files = Object.fromEntries(
      Object.entries(unzipSync(bundle.zip)).map(([name, bytes]) => [name, strFromU8(bytes)]),
    );
    expect(Object.keys(files)).toEqual(['README.txt', 'boots/0001/serial.txt']);
    expect(files['boots/0001/serial.txt']).toBe('password=(removed)\n');
    expect(files['README.txt']).toContain('Taken out: password (1).');
    expect(bundle.files.map(({ name }) => name)).toEqual(['README.txt', 'boots/0001/serial.txt']);
  });

  it('lets everybody else have their turn while it is made, however long its parts are', async () => {
    const line = (index: number) => `[${index}.000000] /home/ann.lee/src a line of a kernel, token=${index}\r\n`;
    const text = Array.from({ length: 18_000 }, (_, index) => line(index)).join('');
    const parts = Array.from({ length: 6 }, (_, index) => ({ name: `${index}.txt`, about: 'Serial output', text }));
    let turns = 0;
    let making = true;
    const count = () => {
      turns += 1;
      if (making) setImmediate(count);
    };
    setImmediate(count);
    const { zip } = await makeSupportBundle(parts, surroundings, new Date('2026-01-02T03:04:05Z'));
    making = false;
    // Six parts taken through one by one, each compressed in a dozen pieces.
    expect(turns).toBeGreaterThan(6 + (6 * text.length) / (128 * 1024));
    const files = unzipSync(zip);
    expect(Object.keys(files)).toHaveLength(7);
    const last = strFromU8(files['5.txt'] ?? new Uint8Array());
    expect(last.endsWith('[17999.000000] ~/src a line of a kernel, token=(removed)\r\n')).toBe(true);
  });
});
