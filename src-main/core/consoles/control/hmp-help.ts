/** The table that QEMU's monitor prints for `help` and `help info`: the only place that knows its commands. Pure. */
export interface HmpCommand {
  /** With its aliases. */
  readonly names: readonly string[];
  readonly about: string;
}

/** `cont|c  -- resume emulation`; the arguments may go over several lines, and so may the words about it. */
export function parseHmpHelp(text: string): HmpCommand[] {
  const commands: HmpCommand[] = [];
  let pending = '';
  for (const line of text.split(/\r?\n/)) {
    // What goes on is indented, or has the rest of the arguments of a line that said nothing about itself yet.
    if (/^\s/.test(line) || line === '') continue;
    const found = /^(.*?) -- (.*)$/.exec(line);
    if (found === null) {
      if (pending === '' || !line.startsWith('[')) pending = line;
      continue;
    }
    const [, before = '', about = ''] = found;
    const head = pending !== '' && before.startsWith('[') ? pending : before;
    pending = '';
    // Under `help info` every name has the word before it.
    const [names = ''] = head.replace(/^info (?=\w)/, '').split(/\s/, 1);
    if (/^[\w?|.-]+$/.test(names)) commands.push({ names: names.split('|'), about });
  }
  return commands;
}
