import { describe, expect, test } from 'vitest';
import { decideLink } from './links.ts';

describe('a link from a guest', () => {
  test.each([
    'http://127.0.0.1:8080/x',
    'http://localhost/',
    'https://[::1]:4443/',
    // The same address in another spelling.
    'http://2130706433/',
    'http://0x7f.1/',
  ])('%s is loopback: opened', (url) => {
    expect(decideLink(url).kind).toBe('open');
  });

  test.each([
    ['https://example.com/path?q=1', 'example.com'],
    ['http://127.0.0.1.example.com/', '127.0.0.1.example.com'],
    ['http://localhost.example.com:81/', 'localhost.example.com:81'],
    // Shown as what it is, not as what it looks like.
    ['https://exаmple.com/', 'xn--exmple-4nf.com'],
  ])('%s is asked about by its host', (url, host) => {
    expect(decideLink(url)).toMatchObject({ kind: 'ask', host });
  });

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://server/share',
    'vscode://open?x',
    'https://example.com@evil.example/',
    'http://user:secret@127.0.0.1/',
    'not an address',
    '',
  ])('%s is refused', (url) => {
    expect(decideLink(url).kind).toBe('refuse');
  });
});
