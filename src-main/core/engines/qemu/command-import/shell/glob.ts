/** Shell patterns (`*`, `?`, `[…]`) as regular expressions: for `case`, `[[ … == … ]]` and `${NAME%…}`. */
export function globSource(pattern: string, greedy = true): string {
  const [first = '', ...others] = segmentsOf(pattern);
  return others.reduce((source, segment, index) => {
    if (index === others.length - 1) return `${source}${greedy ? '[^]*' : '[^]*?'}${segment}`;
    // The first place where it matches is as good as any later one; trying those too takes longer with every `*`.
    return `${source}(?=(?<to${index}>[^]*?${segment}))\\k<to${index}>`;
  }, first);
}

/** What stands between the stars. */
function segmentsOf(pattern: string): string[] {
  const segments = [''];
  const add = (source: string) => segments.push(`${segments.pop()}${source}`);
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const bracket = character === '[' ? /^\[([!^]?)((?:\])?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (bracket !== null) {
      const [whole, not = '', set = ''] = bracket;
      add(`[${not === '' ? '' : '^'}${set.replaceAll('\\', '\\\\').replaceAll(']', '\\]')}]`);
      at += whole.length - 1;
    } else if (character === '*') segments.push('');
    else if (character === '?') add('[^]');
    else if (character === '\\' && at + 1 < pattern.length) add(escapePattern(pattern.charAt(++at)));
    else add(escapePattern(character));
  }
  return segments;
}

export function matchesGlob(text: string, pattern: string): boolean {
  return new RegExp(`^${globSource(pattern)}$`).test(text);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
