/** Words of a script: literal text in quotes where it needs them, shell variables in between. */
import { quoteForShell } from '../../qemu-based/shell-line.ts';

/** Stands for a shell variable in a path while arguments are planned; no path of a person's has it. */
export function variableMark(name: string): string {
  return `\uE010${name}\uE011`;
}

const mark = /\uE010([A-Z0-9_]+)\uE011/;

export function spellWord(word: string): string {
  if (!mark.test(word)) return quoteForShell(word);
  const pieces = word.split(mark);
  const body = pieces.map((piece, index) => {
    if (index % 2 === 0) return piece.replace(/["\\$`]/g, '\\$&');
    // `$DISK` before a letter would be another variable.
    return /^[A-Za-z0-9_]/.test(pieces[index + 1] ?? '') ? `\${${piece}}` : `$${piece}`;
  });
  return `"${body.join('')}"`;
}
