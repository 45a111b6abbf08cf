import { describe, expect, it } from 'vitest';
import { columnsOf, commonStart } from './completion.ts';
import { parseHmpHelp } from './hmp-help.ts';

/** As QEMU 7.2 prints it: aliases, words and arguments over several lines. */
const help = [
  'announce_self [interfaces] [id] -- Trigger GARP/RARP announcements',
  'block_job_cancel [-f] device -- stop an active background block operation (use -f',
  '\t\t\t if you want to abort the operation immediately',
  'cont|c  -- resume emulation',
  'drive_add [-n] [[<domain>:]<bus>:]<slot>',
  '[file=file][,if=type][,bus=n]',
  '[,unit=m][,media=d][,index=i] -- add drive to PCI storage controller',
  'help|? [cmd] -- show the help',
  'info [subcommand] -- show various information about the system state',
  '',
].join('\r\n');

describe('completion', () => {
  it('reads QEMU’s help', () => {
    expect(parseHmpHelp(help).map(({ names, about }) => `${names.join(' ')}: ${about}`)).toEqual([
      'announce_self: Trigger GARP/RARP announcements',
      'block_job_cancel: stop an active background block operation (use -f',
      'cont c: resume emulation',
      'drive_add: add drive to PCI storage controller',
      'help ?: show the help',
      'info: show various information about the system state',
    ]);
    expect(parseHmpHelp('info version  -- show the version\r\n')).toEqual([
      { names: ['version'], about: 'show the version' },
    ]);
  });

  it('few are shown with what they are about, many in columns', () => {
    expect(
      columnsOf(
        [
          { text: 'a', about: 'first' },
          { text: 'bbb', about: 'second' },
        ],
        80,
      ),
    ).toBe('a    first\nbbb  second');
    expect(
      columnsOf(
        ['a', 'b', 'c'].map((text) => ({ text })),
        6,
      ),
    ).toBe('a  c\nb');
  });

  it('what all have in common is typed', () => {
    expect(commonStart(['system_reset', 'system_wakeup'])).toBe('system_');
    expect(commonStart([])).toBe('');
  });
});
