import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForShell, shellLine } from './shell-line.ts';

/** What a real shell makes of the line: its words, and nothing else done. */
function wordsOf(line: string): string[] {
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

const word = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`!~#&|;<>()*?[]{} \t\n=-é漢') }),
  fc.constantFrom('', '~', '!!', '#', '-', '=ls', '$HOME', '%s', "it's"),
);

describe('shellLine', () => {
  it('is read back by a real shell as the same words', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
        expect(wordsOf(shellLine(words))).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps plain words plain', () => {
    expect(shellLine(['qemu-system-x86_64', '-m', 'size=512M', '/a/b.img'])).toBe(
      'qemu-system-x86_64 -m size=512M /a/b.img',
    );
    expect(quoteForShell("it's")).toBe(`'it'\\''s'`);
  });

  it('says where to run it', () => {
    expect(shellLine(['qemu'], '/a b')).toBe("cd '/a b' && qemu");
  });
});
