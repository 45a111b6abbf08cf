import { describe, expect, it } from 'vitest';
import { importCommand } from '../import-command.ts';
import { matchesGlob } from './glob.ts';

const host = { directory: '/w', home: '/home/someone', processors: 8, machine: 'x86_64' };
const read = (script: string) => importCommand({ text: script, host, variables: {} });
const nameFrom = (edit: string) => read(`A=/x/bzImage-6.1.tar.gz\nqemu-system-x86_64 -name "$${edit}"`).request.name;

describe('shell patterns', () => {
  it.each([
    ['abc', 'a*c', true],
    ['abcbd', 'a*b*d', true],
    ['abab', '*ab', true],
    ['ab', '*ab*ab', false],
    ['aXbXc', 'a*X*c', true],
    ['a', '**a**', true],
    ['x86_64', 'x86*|i386', false],
    ['a.b', 'a?[.,]b', false],
    ['a.b', '?[.,]b', true],
    ['', '*', true],
  ])('%j matches %j: %j', (text, pattern, expected) => {
    expect(matchesGlob(text, pattern)).toBe(expected);
  });

  it('take the shortest or the longest piece away', () => {
    expect(nameFrom('{A##*/}')).toBe('bzImage-6.1.tar.gz');
    expect(nameFrom('{A#*/}')).toBe('x/bzImage-6.1.tar.gz');
    expect(nameFrom('{A#*/*-}')).toBe('6.1.tar.gz');
    expect(nameFrom('{A%%.*}')).toBe('/x/bzImage-6');
    expect(nameFrom('{A%.*}')).toBe('/x/bzImage-6.1.tar');
    expect(nameFrom('{A/*-*./v}')).toBe('vgz');
  });

  it('that could match in very many ways take no time', () => {
    const pattern = `${'*a'.repeat(30)}*b`;
    const started = performance.now();
    expect(matchesGlob('a'.repeat(2000), pattern)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

it('a script that edits huge texts, or works on them without end, is given up', () => {
  const long = 'a'.repeat(9000);
  const thrown = { code: 'invalid_input' };
  expect(() => read(`A=${long}\nqemu-system-x86_64 -name "\${A%b*}"`)).toThrow(expect.objectContaining(thrown));
  const doubled = 'A=$A$A\n'.repeat(16);
  const slow = `A="a b c d e f g h "\n${doubled}${'echo $A\n'.repeat(5000)}qemu-system-x86_64`;
  expect(() => read(slow)).toThrow(expect.objectContaining(thrown));
}, 30_000);
