import { describe, expect, it } from 'vitest';
import { LineDiscipline } from './line-discipline.ts';

const bytes = (text: string) => Buffer.from(text);
const typed = (discipline: LineDiscipline, text: string) => discipline.key(bytes(text));

describe('LineDiscipline', () => {
  it('echoes and sends the line on Enter', () => {
    const line = new LineDiscipline('> ');
    expect(typed(line, '{"a"')).toEqual({ echo: '{"a"', lines: [] });
    expect(typed(line, ': 1}\r')).toEqual({ echo: ': 1}\r\n> ', lines: ['{"a": 1}'] });
    expect(typed(line, '\r')).toEqual({ echo: '\r\n> ', lines: [] });
  });

  it.each([
    ['Backspace', 'abc\x7f', 'ab'],
    ['Backspace over one character of several bytes', 'a😀\x7f', 'a'],
    ['Backspace at the start', '\x7f', ''],
    ['Ctrl-U', 'abc def\x15', ''],
    ['Ctrl-W', 'abc def\x17', 'abc '],
    ['Ctrl-C', 'abc\x03', ''],
    ['other control characters', 'a\x01\x02b', 'ab'],
    ['cursor keys that mean nothing', 'a\x1b[D\x1b[3~\x1bOPb', 'ab'],
  ])('%s', (_, keys, expected) => {
    const line = new LineDiscipline('> ');
    typed(line, keys);
    expect(line.editLine).toBe(`> ${expected}`);
  });

  it('takes characters and sequences in pieces', () => {
    const line = new LineDiscipline('> ');
    typed(line, 'first\r');
    for (const byte of bytes('é\x1b[A')) line.key(Buffer.from([byte]));
    expect(line.editLine).toBe('> first');
    typed(line, '\x1b');
    typed(line, '[B');
    expect(line.editLine).toBe('> é');
  });

  it('walks through the history and back to the draft', () => {
    const line = new LineDiscipline('> ');
    typed(line, 'one\rtwo\rtwo\rdraft');
    const walk = ['\x1b[A', '\x1b[A', '\x1b[A', '\x1b[B', '\x1b[B', '\x1b[B'].map((key) => {
      typed(line, key);
      return line.editLine;
    });
    expect(walk).toEqual(['> two', '> one', '> one', '> two', '> draft', '> draft']);
  });

  it('shows what the peer says above the edited line', () => {
    const line = new LineDiscipline('> ');
    typed(line, 'abc');
    expect(Buffer.from(line.output(bytes('{"event"'))).toString()).toBe('\r\x1b[K{"event"');
    expect(typed(line, 'd').echo).toBe('');
    expect(Buffer.from(line.output(bytes(': 1}\r\n'))).toString()).toBe(': 1}\r\n> abcd');
  });
});
