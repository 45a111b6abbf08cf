import { describe, expect, it } from 'vitest';
import { isTerminalReply } from './terminal-reply.ts';

const is = (text: string) => isTerminalReply(new TextEncoder().encode(text));

describe('isTerminalReply', () => {
  it.each([
    ['device attributes', '\x1b[?1;2c'],
    ['secondary device attributes', '\x1b[>0;276;0c'],
    ['status', '\x1b[0n'],
    ['cursor position', '\x1b[24;80R'],
    ['mode report', '\x1b[?2026;2$y'],
    ['window size', '\x1b[8;24;80t'],
    ['colour', '\x1b]10;rgb:ffff/ffff/ffff\x1b\\'],
    ['name', '\x1bP>|xterm.js(6.0.0)\x1b\\'],
    ['focus', '\x1b[I'],
    ['two at once', '\x1b[0n\x1b[1;1R'],
  ])('knows a %s', (_, text) => expect(is(text)).toBe(true));

  it.each([
    ['letters', 'cn'],
    ['escape', '\x1b'],
    ['cursor key', '\x1b[A'],
    ['application cursor key', '\x1bOA'],
    ['F5', '\x1b[15~'],
    ['Alt-c', '\x1bc'],
    ['mouse', '\x1b[<0;10;10M'],
    ['bracketed paste', '\x1b[200~\x1b[0n\x1b[201~'],
    ['an answer and a key', '\x1b[0nx'],
  ])('knows that %s is typed', (_, text) => expect(is(text)).toBe(false));
});
