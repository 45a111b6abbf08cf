// Every claim of SECURITY.md names a test that exists.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './checkout.mjs';

const lines = readFileSync(join(root, 'SECURITY.md'), 'utf8').split('\n');
/** What is not promised needs no test. */
const claims = lines.slice(0, lines.indexOf('## What is not promised')).filter((line) => line.startsWith('- '));
const form = /^- (?<claim>.+?) — `(?<file>[^`]+)` "(?<name>(?:[^"\\]|\\.)+)"$/;

/** The same whichever way a quotation mark is written in a source. */
const plain = (text) => text.replaceAll(/\\(['"`])/g, '$1');

describe('SECURITY.md', () => {
  it('has claims', () => {
    expect(claims.length).toBeGreaterThan(20);
  });

  it.each(claims)('%s', (line) => {
    const { file, name } = form.exec(line)?.groups ?? {};
    expect(file, 'a claim ends with — `file` "name of the test"').toBeDefined();
    expect(existsSync(join(root, file)), `${file} exists`).toBe(true);
    const source = plain(readFileSync(join(root, file), 'utf8'));
    expect(/\b(?:it|test)\b/.test(source)).toBe(true);
    const found = ["'", '"', '`'].some((mark) => source.includes(`${mark}${plain(name)}${mark}`));
    expect(found, `${file} has a test called "${name}"`).toBe(true);
  });
});
