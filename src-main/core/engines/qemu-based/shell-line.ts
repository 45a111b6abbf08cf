/**
 * A command as one line for a POSIX shell, to be copied and run by hand. Only for showing and copying: nothing in
 * Slipway ever gives a line to a shell.
 */

/** One word, in single quotes unless it is made of characters that no shell treats specially. */
export function quoteForShell(word: string): string {
  // `~` and `!` are left out on purpose (home directories, bash history), and so is `=` at the start (zsh's `=ls`).
  if (/^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Program and arguments; run in `workingDirectory` when one is given, because QEMU's socket names are relative to it. */
export function shellLine(words: readonly string[], workingDirectory: string | null = null): string {
  const line = words.map(quoteForShell).join(' ');
  return workingDirectory === null ? line : `cd ${quoteForShell(workingDirectory)} && ${line}`;
}
