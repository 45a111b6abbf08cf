import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellLine } from './shell-line.ts';
import { splitWords } from './split-words.ts';

const words = (line: string) => {
  const result = splitWords(line);
  if (!result.ok) throw new Error(result.problem);
  return result.words;
};

describe('splitWords', () => {
  it.each([
    ['', []],
    ['  -s\t-S\n', ['-s', '-S']],
    [`-append 'a b' "c \\"d\\" \\x"`, ['-append', 'a b', 'c "d" \\x']],
    [`a\\ b '' ""`, ['a b', '', '']],
    ["it''s", ['its']],
    ['-m 1G \\\n  -smp 2', ['-m', '1G', '-smp', '2']],
    // What a shell would act on is text here.
    ['-device $HOME ~/x *.img a>b #c `d` | e;', ['-device', '$HOME', '~/x', '*.img', 'a>b', '#c', '`d`', '|', 'e;']],
  ])('%j', (line, expected) => expect(words(line)).toEqual(expected));

  it.each(["'a", '"a', 'a\\'])('says what is wrong with %j', (line) => expect(splitWords(line).ok).toBe(false));

  it('reads back what shellLine writes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (list) => {
        expect(words(shellLine(list))).toEqual(list);
      }),
    );
  });

  it('agrees with a real shell where nothing is expanded', () => {
    const unit = fc.constantFrom('a', ' ', "'", '"', '\\', '\n', '\t', 'é');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 14 }), (line) => {
        const ours = splitWords(line);
        if (!ours.ok) return;
        const output = execFileSync('sh', [
          '-c',
          `f() { [ $# = 0 ] || printf '%s\\0' "$@"; }\nset --\nf ${oneCommand(line)}`,
        ]);
        expect(output.toString().split('\0').slice(0, -1)).toEqual(ours.words);
      }),
      { numRuns: 150 },
    );
  });
});

/** A bare newline ends a command for a shell and is only a space for us; quoted and escaped ones stay. */
function oneCommand(line: string): string {
  return line.replace(/'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|\n/g, (part) => (part === '\n' ? ' ' : part));
}
