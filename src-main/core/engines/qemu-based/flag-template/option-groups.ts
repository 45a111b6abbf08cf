/** A flat command line as options with their values, as far as that can be told without knowing every option. Pure. */

export type OptionGroup = readonly string[];

/** Every word stays, in order: `flatten(groupOptions(words))` is `words`. */
export function groupOptions(words: readonly string[]): OptionGroup[] {
  const groups: string[][] = [];
  for (const word of words) {
    const group = groups.at(-1);
    if (group === undefined || isOption(word)) groups.push([word]);
    else group.push(word);
  }
  return groups;
}

/** `-machine` for `-machine` and `--machine`, which are the same to QEMU; null for words without an option. */
export function optionOf(group: OptionGroup): string | null {
  const word = group[0] ?? '';
  return isOption(word) ? word.replace(/^--/, '-') : null;
}

function isOption(word: string): boolean {
  return /^--?[A-Za-z]/.test(word);
}
