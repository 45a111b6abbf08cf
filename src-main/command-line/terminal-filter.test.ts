import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TerminalFilter } from './terminal-filter.ts';

const through = (text: string | Uint8Array, answers = true) =>
  new TerminalFilter().push(typeof text === 'string' ? Buffer.from(text) : text, answers).toString();

describe('what a guest draws with', () => {
  it.each([
    ['text', 'zażółć 日本 👩‍🚀\r\n\tx\b \x07'],
    ['colours', '\x1b[1;31mred\x1b[38;2;1;2;3mx\x1b[38:5:200my\x1b[0m'],
    ['cursor and erasing', '\x1b[H\x1b[2J\x1b[K\x1b[10;20H\x1b[5A\x1b[s\x1b[u\x1b7\x1b8'],
    ['the other screen, as vi and top do it', '\x1b[?1049h\x1b[1;24r\x1b[?1h\x1b=\x1b[?25l'],
    ['line drawing', '\x1b(0lqqk\x1b(B \x1b)0\x0elqk\x0f'],
    ['mouse and paste', '\x1b[?1000h\x1b[?1006h\x1b[?2004h'],
    ['scrolling and inserting', '\x1b[3L\x1b[2M\x1b[4h\x1b[4l\x1b[2S\x1bM\x1bD'],
    ['the cursor’s shape', '\x1b[2 q'],
    ['questions, answered to the guest', '\x1b[6n\x1b[c\x1b[>c'],
  ])('passes: %s', (_, text) => {
    expect(through(text)).toBe(text);
  });
});

describe('what is no guest’s business', () => {
  it.each([
    ['clipboard', 'a\x1b]52;c;ZXZpbA==\x07b'],
    ['clipboard, ended by ST', 'a\x1b]52;c;ZXZpbA==\x1b\\b'],
    ['title', 'a\x1b]0;evil\x07b'],
    ['title stack and reports', 'a\x1b[22;0t\x1b[21t\x1b[18t\x1b[3;0;0tb'],
    ['palette', 'a\x1b]4;1;#ff0000\x07\x1b]10;?\x07\x1b]104\x07b'],
    ['palette of the Linux console', 'a\x1b]P1ff0000\x1b]Rb'],
    ['links that say something else', 'a\x1b]8;;https://evil.example\x1b\\\x1b]8;;\x1b\\b'],
    ['notifications', 'a\x1b]9;x\x07\x1b]777;notify;x;y\x07\x1b]1337;File=:AAAA\x07b'],
    ['status strings', 'a\x1bP$q"p\x1b\\\x1bP+q544e\x1b\\b'],
    ['pictures', 'a\x1bPq#0;2;0;0;0~\x1b\\\x1b_Ga=T;AAAA\x1b\\b'],
    ['private messages', 'a\x1b^x\x1b\\\x1bXx\x1b\\b'],
    ['printing', 'a\x1b[5i\x1b[4ib'],
    ['mode and version reports', 'a\x1b[?2026$p\x1b[>q\x1b[x\x1b[?6n\x1b[?996nb'],
    ['keyboard modes', 'a\x1b[>4;2m\x1b[>1u\x1b[=1u\x1b[2hb'],
    ['VT52, 132 columns, highlight tracking', 'a\x1b[?2l\x1b[?3h\x1b[?1001hb'],
    ['the person’s scrollback', 'a\x1b[3Jb'],
    ['tab stops', 'a\x1bH\x1b[3gb'],
    ['answerback', 'a\x05b'],
    ['other encodings and 8-bit controls', 'a\x1b%@\x1b G\x1b%Gb'],
    ['rectangles and checksums', 'a\x1b[1;1;1;1;1;1*y\x1b[1;1$wb'],
    ['highlight mouse tracking', 'a\x1b[1;2;3;4;5Tb'],
    ['garbage', 'a\x1b[\x18\x1b[1;2\x1b[999999999zb'],
  ])('does not pass: %s', (_, text) => {
    expect(through(text)).toBe('ab');
  });

  it('is not asked where nobody can answer', () => {
    expect(through('a\x1b[6n\x1b[c\x1b[>c\x1b[5nb', false)).toBe('ab');
  });

  it('is no C1, as a byte or as a letter, and letters that hold such bytes stay', () => {
    expect(through(Uint8Array.from([0x61, 0x9b, 0x33, 0x31, 0x6d, 0x9d, 0x62]))).toBe('a\ufffd31m\ufffdb');
    expect(through('a\u009b31m\u0090b')).toBe('a\ufffd31m\ufffdb');
    // U+06DB is DB 9B, U+4E9B is E4 BA 9B, U+1F49B is F0 9F 92 9B.
    expect(through('ۛ 些 💛 £ é')).toBe('ۛ 些 💛 £ é');
  });

  it('passes what is known of several modes at once', () => {
    expect(through('\x1b[?1049;1001;2004h')).toBe('\x1b[?1049;2004h');
  });

  it('a reset clears the picture and no more', () => {
    expect(through('\x1bc')).not.toContain('\x1bc');
  });

  it('a string that never ends does not swallow the guest', () => {
    expect(through(`\x1b]0;${'x'.repeat(1024 * 1024)}visible`)).toContain('visible');
  });
});

describe('at the borders of chunks', () => {
  it('is the same however the bytes are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\x1b[31m',
        '\x1b]52;c;x\x07',
        '\x1b]0;t\x1b\\',
        '\x1bP$qm\x1b\\',
        '\x1b(0',
        '\x1b[?1049h',
        '\u009b',
        '💛',
        '\x1b',
        'é',
        '\x18',
      ),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.uint8Array({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.array(fc.nat(7), { minLength: 1, maxLength: 10 }),
        (pieces, cuts) => {
          const bytes = Buffer.concat(pieces.map((part) => Buffer.from(part as Uint8Array)));
          const whole = new TerminalFilter();
          const cut = new TerminalFilter();
          const parts: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = (cuts[turn % cuts.length] ?? 0) + 1;
            parts.push(cut.push(bytes.subarray(at, at + size), true));
            at += size;
          }
          expect(Buffer.concat(parts).equals(whole.push(bytes, true))).toBe(true);
          expect(cut.restore()).toBe(whole.restore());
        },
      ),
    );
  });

  it('passes no control but of the list, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const passed = new TerminalFilter().push(Buffer.concat([bytes, Buffer.from('\x18')]), true).toString('latin1');
        const [, ...after] = passed.split('\x1b');
        for (const rest of after) expect('[()*+#78DEM=>NO69').toContain(rest[0]);
        for (const letter of passed)
          expect(letter === '\x1b' || letter >= ' ' || (letter >= '\x07' && letter <= '\x0f')).toBe(true);
      }),
    );
  });
});

describe('what is left behind', () => {
  it('is taken back: screen, modes, letters, cursor, colours, and only what was changed', () => {
    const filter = new TerminalFilter();
    filter.push(
      Buffer.from('\x1b[?1049h\x1b[2;5r\x1b[?1h\x1b=\x1b[?25l\x1b[?2004h\x1b[?1000h\x1b[4h\x1b)0\x0e\x1b[5 q\x1b[31m'),
      true,
    );
    const text = filter.restore();
    for (const back of [
      '\x1b[?1049l',
      '\x1b[r',
      '\x1b[?1l',
      '\x1b>',
      '\x1b[?25h',
      '\x1b[?2004l',
      '\x1b[?1000l',
      '\x1b[4l',
      '\x0f',
      '\x1b(B',
      '\x1b[0 q',
      '\x1b[0m',
    ])
      expect(text).toContain(back);
    // What was never changed is not touched: leaving the other screen when one is not in it moves the cursor.
    expect(new TerminalFilter().restore()).toBe('\x1b[0m\x0f\x1b(B\x1b)B');
  });

  it('is nothing after a guest that cleaned up by itself', () => {
    const filter = new TerminalFilter();
    filter.push(Buffer.from('\x1b[?1049h\x1b[?25l\x1b[?25h\x1b[?1049l'), true);
    expect(filter.restore()).toBe('\x1b[0m\x0f\x1b(B\x1b)B');
  });
});
