import { describe, expect, it } from 'vitest';
import { controlAKeys, escapeKey } from './console-keys.ts';

function pressed(keys: ReturnType<typeof controlAKeys>, ...pieces: string[]): string {
  return pieces
    .map((piece) => keys.take(Buffer.from(piece, 'latin1')))
    .map(({ typed, action }) => typed.toString('latin1') + (action === null ? '' : `<${action}>`))
    .join('');
}

describe('QEMU’s keys', () => {
  it.each<[string, string[], string]>([
    ['everything else is the guest’s, Ctrl-C too', ['ls\r\x03\x1a\x04'], 'ls\r\x03\x1a\x04'],
    ['c: the other console', ['ls\x01c'], 'ls<toggle>'],
    ['x: the end', ['\x01x'], '<kill>'],
    ['d and Ctrl-]: leave', ['a\x01d', 'b\x1d'], 'a<leave>b<leave>'],
    ['b: a break', ['a\x01bc'], 'a<break>'],
    ['h: help', ['\x01h', '\x01?'], '<help><help>'],
    ['Ctrl-a Ctrl-a: one Ctrl-a', ['\x01\x01c'], '\x01c'],
    ['a letter that means nothing is dropped with it', ['a\x01zb'], 'ab'],
    ['the two may come apart', ['a\x01', 'c'], 'a<toggle>'],
    ['Ctrl-] behind Ctrl-a is not the one that leaves', ['\x01\x1da'], 'a'],
    ['bytes beyond ASCII pass', ['\xc3\xa9\xff'], '\xc3\xa9\xff'],
  ])('%s', (_, pieces, outcome) => {
    expect(pressed(controlAKeys(), ...pieces)).toBe(outcome);
  });
});

it('what was typed behind a key is kept for what comes next', () => {
  expect(controlAKeys().take(Buffer.from('a\x01cinfo'))).toMatchObject({ action: 'toggle', rest: Buffer.from('info') });
});

describe('the escape key', () => {
  it.each<[string, string[], string]>([
    ['~B at the beginning of a line: a break', ['~B', 'ls\r', '~', 'B'], '<break>ls\r<break>'],
    ['behind a break comes another', ['~B', '~B'], '<break><break>'],
    ['anywhere else it is text', ['ls ~B'], 'ls ~B'],
    ['~~: one ~', ['~~B'], '~B'],
    ['~ and anything else is both', ['~/bin\r~\r'], '~/bin\r~\r'],
    ['Ctrl-] leaves behind it, too', ['~\x1d'], '~<leave>'],
  ])('%s', (_, pieces, outcome) => {
    expect(pressed(escapeKey(), ...pieces)).toBe(outcome);
  });
});

it('the escape key alone leaves Ctrl-a to the guest', () => {
  expect(pressed(escapeKey(), 'a\x01x', 'b\x1dc')).toBe('a\x01xb<leave>');
});
