import { describe, expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { deathIn, judgePanic, livesOn, type PanicEvidence, pastDeathIn } from './panic-evidence.ts';

const linux = '[    1.016060] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)';
const dump = [
  '[    1.016060] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-22-amd64 #1  Debian 6.1.94-1',
  '[    1.016060] Call Trace:',
  '[    1.016060]  <TASK>',
  '[    1.016060] ---[ end Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0) ]---',
].join('\r\n');

const judged = (output: string, more: Partial<PanicEvidence> = {}) =>
  judgePanic({ output, isQuiet: true, ageMs: 1000, typed: '', ...more }).kind;

describe('dying words are true', () => {
  it.each([
    ['and silence follows their dump', `${linux}\r\n${dump}\r\n`],
    ['without a newline', linux],
    [
      'in the middle of a line',
      `Extracting git: 98%panic: ufs_dirbad: bad dir\r\ncpuid = 0\r\nKDB: stack backtrace:\r\n`,
    ],
    ['behind a wrapper’s prefix', `[guest0/uart0] ${linux}`],
    ['and its debugger waits', 'panic: ffs_valloc: dup alloc\r\nStopped at  db_enter+0x10: popq %rbp\r\nddb{0}> '],
    ['and it waits to reboot', `${linux}\r\n[    1.02] Rebooting in 10 seconds..\r\n`],
    ['though the guest was told to by a command', 'panic: asked for at the shell\r\n', 'panic\r'],
    ['though a command of another sort caused it', linux, 'echo c > /proc/sysrq-trigger\r'],
  ])('%s', (_, output, typed = '') => {
    expect(judged(output, { typed })).toBe('dead');
  });

  it('at once when the machine is reset by it, and only then while it prints', () => {
    expect(judged(linux, { isQuiet: false, ageMs: 10 })).toBe('open');
    expect(judged(linux, { isQuiet: false, ageMs: 10, isConfirmed: true })).toBe('dead');
  });

  it('by a reset that is heard of when the next round speaks already', () => {
    const output = `${linux}\r\n[    0.000000] Linux version 6.1.0\r\n`;
    expect(judged(output, { isQuiet: false, ageMs: 10 })).toBe('open');
    expect(judged(output, { isQuiet: false, ageMs: 10, isConfirmed: true })).toBe('dead');
  });

  it('in a dump that takes long, where nobody else has such words', () => {
    expect(judged(`${linux}\r\n${dump}`, { isQuiet: false, ageMs: limits.panicDumpMs })).toBe('dead');
    expect(judged('panic: kerneltrap\r\n', { isQuiet: false, ageMs: limits.panicDumpMs })).toBe('open');
  });

  it('half a line of a dump is no prompt', () => {
    expect(judged(`${linux}\r\n[    1.01] CPU: 0 Not tainted 6.1.0 #`, { isQuiet: false, ageMs: 10 })).toBe('open');
  });
});

describe('they are somebody else’s', () => {
  it.each([
    ['typed: what the command printed', 'panic: x\r\n', 'echo panic: x\r'],
    [
      'typed with quotes',
      'Kernel panic - not syncing: test\r\n',
      "echo 'Kernel panic - not syncing: test' > /dev/console\r",
    ],
    ['the echo alone, unfinished', '~ # echo Kernel panic - not syncing: te', ''],
    ['an old log, and a prompt after it', `${linux}\r\n${dump}\r\n~ # `, ''],
    ['an old log with the next boot in it', `${linux}\r\n${dump}\r\n[    0.000000] Linux version 6.1.0\r\n`, ''],
    ['printed by a service while the system comes up', `${linux}\r\n[  OK  ] Reached target Basic System.\r\n`, ''],
    ['a store’s form', `<0>${linux}\r\n`, ''],
    ['and a login follows', `${linux}\r\n\r\nDebian GNU/Linux 12 guest ttyS0\r\n\r\nguest login: `, ''],
  ])('%s', (_, output, typed) => {
    expect(judged(output, { typed })).toBe('alive');
  });

  it('a guest that has printed more than any dump since lives on', () => {
    expect(judged(`${linux}\r\n${'tick\r\n'.repeat(limits.panicEvidenceBytes / 6 + 1)}`)).toBe('alive');
  });
});

it('a death that was told is taken back by a prompt, a next stage, or by more to say where the words are not certain', () => {
  expect(livesOn(`${linux}\r\n${dump}\r\n`, linux.length)).toBe(false);
  expect(livesOn(`${linux}\r\n~ # `, linux.length)).toBe(true);
  const go = 'panic: out of cheese\r\n';
  expect(livesOn(`${go}\r\nexit status 2\r\n`, go.length)).toBe(false);
  expect(livesOn(`${go}${'service restarted\r\n'.repeat(5)}`, go.length)).toBe(true);
  expect(livesOn(`${go}db> \r\n${'bt\r\n'.repeat(5)}db> `, go.length)).toBe(false);
});

it('of a guest that is gone the last words count', () => {
  expect(deathIn(`Linux version 6.1\r\n${linux}\r\n${dump}\r\n`)).toEqual({ line: linux, index: 19 });
  expect(deathIn(`${linux}\r\n[    9.0] reboot: Power down\r\n`)).toBeNull();
  expect(deathIn('all is well\r\n')).toBeNull();
});

describe('what the output tells of the time when nobody watched', () => {
  const round = `[    0.000000] Linux version 6.1.0\r\n${linux}\r\n${dump}\r\n[    1.02] Rebooting in 1 seconds..\r\n`;

  it('how often it died, and where it began anew', () => {
    expect(pastDeathIn(round.repeat(5))).toMatchObject({ line: linux, inARow: 5, anewAt: null });
    const now = '[    0.000000] Linux version 6.1.0\r\n[    0.3] Run /init as init process\r\n';
    expect(pastDeathIn(round.repeat(2) + now)).toMatchObject({ inARow: 2, anewAt: round.length * 2 });
  });

  it.each([
    ['a login', 'guest login: \r\n'],
    ['a clock that says it lived', '[   45.000000] random: crng init done\r\n'],
  ])('%s means it is behind it', (_, further) => {
    expect(pastDeathIn(`${round}[    0.000000] Linux version 6.1.0\r\n${further}`)).toBeNull();
  });

  it('the first of several dying words in a round', () => {
    const output = '[ 0.1] panic: asked for at the shell\r\n[ 0.2] panic: end of trace, system halted\r\n';
    expect(pastDeathIn(output)).toMatchObject({ line: '[ 0.1] panic: asked for at the shell', index: 0, inARow: 1 });
  });

  it('nothing where nothing died', () => {
    expect(pastDeathIn('[    0.000000] Linux version 6.1.0\r\nlogin: ')).toBeNull();
  });
});
