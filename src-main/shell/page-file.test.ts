import { expect, test } from 'vitest';
import { pageFileOf } from './page-file.ts';

const directory = '/opt/slipway/renderer';

test.each([
  ['app://slipway/', '/index.html', 'text/html; charset=utf-8'],
  ['app://slipway/index.html?x#y', '/index.html', 'text/html; charset=utf-8'],
  ['app://slipway/assets/index-1.js', '/assets/index-1.js', 'text/javascript; charset=utf-8'],
  ['app://slipway/assets/a%20b.css', '/assets/a b.css', 'text/css; charset=utf-8'],
])('%s is %s', (url, path, contentType) => {
  expect(pageFileOf(url, directory)).toEqual({ path: directory + path, contentType });
});

test.each([
  'app://slipway/..%2fmain.js',
  'app://slipway/%2e%2e%2fmain.js',
  'app://slipway/assets/%2e%2e%5c%2e%2e%5cmain.js',
  'app://slipway/%2fetc%2fpasswd.js',
  'app://slipway/a%00.js',
  'app://slipway/%zz.js',
  'app://slipway/preload.cjs',
  'app://slipway/no-extension',
  'app://elsewhere/index.html',
  'app://slipway.example/index.html',
  'https://slipway/index.html',
  'nonsense',
])('%s is nothing of the page', (url) => {
  expect(pageFileOf(url, directory)).toBeNull();
});

test('a parser that has already resolved the dots stays inside', () => {
  expect(pageFileOf('app://slipway/../../etc/index.html', directory)?.path).toBe(`${directory}/etc/index.html`);
});
