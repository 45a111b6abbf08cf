import { describe, expect, it } from 'vitest';
import { asOneLine, harmless, mustAsk } from './paste-text.ts';

const plain = { bracketed: false, confirm: true };

describe('pasted text', () => {
  it('of several lines is asked about, unless the guest brackets it or the person does not want to be', () => {
    expect(mustAsk('a\nb', plain)).toBe(true);
    expect(mustAsk('a\r\nb\r\n', plain)).toBe(true);
    expect(mustAsk('a\rb', plain)).toBe(true);
    expect(mustAsk('a', plain)).toBe(false);
    expect(mustAsk('a\n', plain)).toBe(false);
    expect(mustAsk('a\nb', { bracketed: true, confirm: true })).toBe(false);
    expect(mustAsk('a\nb', { bracketed: false, confirm: false })).toBe(false);
  });

  it('becomes one line', () => {
    expect(asOneLine('qemu \\\n  -m 512 \\\r\n\n  -nographic\n')).toBe('qemu -m 512 -nographic');
  });

  it('has nothing in it that acts', () => {
    expect(harmless('a\x1b[201~rm\tb\r\nc\x03\x9b1m')).toBe('a[201~rm\tb\r\nc1m');
  });
});
