/** Shell patterns (`*`, `?`, `[…]`) as regular expressions: for `case`, `[[ … == … ]]` and `${NAME%…}`. */
export function globSource(pattern: string, greedy = true): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const bracket = character === '[' ? /^\[([!^]?)((?:\])?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (bracket !== null) {
      const [whole, not = '', set = ''] = bracket;
      source += `[${not === '' ? '' : '^'}${set.replaceAll('\\', '\\\\').replaceAll(']', '\\]')}]`;
      at += whole.length - 1;
    } else if (character === '*') source += greedy ? '[^]*' : '[^]*?';
    else if (character === '?') source += '[^]';
    else if (character === '\\' && at + 1 < pattern.length) source += escapePattern(pattern.charAt(++at));
    else source += escapePattern(character);
  }
  return source;
}

export function matchesGlob(text: string, pattern: string): boolean {
  return new RegExp(`^${globSource(pattern)}$`).test(text);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
