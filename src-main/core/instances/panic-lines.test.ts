import { describe, expect, it } from 'vitest';
import { isPanic, panicWords } from './panic-lines.ts';

describe('lines that say a guest died', () => {
  it.each([
    '[    1.234567] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100',
    '[00001.234] 01024:01026> ZIRCON KERNEL PANIC',
    '*** ZIRCON KERNEL OOPS: UNEXPECTED PAGE FAULT',
    '[#0 Colonel(0:0)]: KERNEL PANIC! :^(',
    'panic(cpu 0 caller 0xffffff8000a3f2e5): Kernel trap at',
    'panic: ffs_valloc: dup alloc',
    'panic: kerneltrap',
    '[    0.000214] panic: asked for at the shell',
    '!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!',
    '### ERROR ### Please RESET the board ###',
    'kernel panicked at src/main.rs:12:5: not yet',
  ])('%s', (line) => {
    expect(isPanic(line)).toBe(true);
    expect(panicWords.some((word) => line.includes(word))).toBe(true);
  });

  it.each([
    '[    0.000000] Command line: console=ttyS0 panic=-1 panic_on_oops=1',
    'panic: runtime error: index out of range [3] with length 3',
    "thread 'main' panicked at src/main.rs:2:5:",
    'kernel.panic = 10',
    'Do not panic: everything is fine',
    'sysctl: setting key "kernel.panic_on_warn"',
    '[    2.0] pvpanic: registered',
    'Kernel panic timeout is 5 s',
  ])('not: %s', (line) => {
    expect(isPanic(line)).toBe(false);
  });
});
