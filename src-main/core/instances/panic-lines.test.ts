import { describe, expect, it } from 'vitest';
import { dyingWords, panicWords } from './panic-lines.ts';

describe('lines that say a guest died', () => {
  it.each([
    '[    1.234567] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100',
    '[    0.000000][    T0] Kernel panic - not syncing: System is deadlocked on memory',
    'PANIC: early exception 0x0e IP 10:ffffffff81b3d2a4 error 0 cr2 0xffffffffff240014',
    '[00001.234] 01024:01026> ZIRCON KERNEL PANIC',
    '*** ZIRCON KERNEL OOPS: UNEXPECTED PAGE FAULT',
    '[Kernel]: KERNEL PANIC! :^(',
    '[#0 Colonel(0:0)]: KERNEL PANIC! :^(',
    'KERNEL PANIC: panicked at src/arch/x86_64/start.rs:91:9:',
    'panic(cpu 0 caller 0xffffff8000a3f2e5): Kernel trap at',
    'panic: ffs_valloc: dup alloc',
    'panic: kerneltrap',
    '[    0.000214] panic: asked for at the shell',
    '[   3.2500030] panic: kernel diagnostic assertion "solocked(so)" failed',
    'Fatal trap 12: page fault while in kernel mode',
    'fatal page fault in supervisor mode',
    'uvm_fault(0xffffffff822b3c38, 0x8, 0, 1) -> e',
    'PANIC: did not find any boot partitions!',
    'Welcome to Kernel Debugging Land...',
    'PANIC in EL3.',
    '!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!',
    '!!!! RISCV64 Exception Type - 00000005(EXCEPT_RISCV_LOAD_ACCESS_FAULT) !!!!',
    'Synchronous Exception at 0x000000005E3B2C14',
    'ASSERT [DxeCore] /build/edk2/MdeModulePkg/Core/Dxe/DxeMain/DxeMain.c(591): !(((INTN)(RETURN_STATUS)(Status)) < 0)',
    '### ERROR ### Please RESET the board ###',
    '"Synchronous Abort" handler, esr 0x96000010, far 0x0',
    'Unhandled exception: Load access fault',
    'E: Halting system',
    '[00:00:00.000,000] <err> os: Halting system',
    'Caught cap fault in send phase at address 0',
    '( 700 ) Program Exception [ 3dbe04c4 ]',
    'sbi_trap_error: hart0: trap0: illegal instruction handler failed (error -2)',
    '[rustsbi-panic] hart 0 panicked at src/main.rs:1',
    'kernel panicked at src/main.rs:12:5: not yet',
    '[kernel] Panicked at src/trap/mod.rs:38 unsupported trap',
    // In mid-line, where they interrupt others.
    'MEM!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!',
    'Net:   ### ERROR ### Please RESET the board ###',
    'Extracting git-2.14.1:  98%panic: ufs_dirbad: /: bad dir ino 641283 at offset 12',
    'Loading: "Synchronous Abort" handler, esr 0x96000005',
    // Behind what a wrapper puts before them.
    '[guest0/uart0] [    1.0] Kernel panic - not syncing: x',
    '[16:47:58:162] panic: kerneltrap',
    'Feb 16 11:00:22 host prog[31]: UART: panic: kerneltrap',
    'orange-os login: [   32.006402] Kernel panic - not syncing: Fatal exception in interrupt',
  ])('%s', (line) => {
    expect(dyingWords(line)).not.toBeNull();
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
    'sh: panic: not found',
    '-sh: panic: command not found',
    '# echo panic: x',
    'ZIRCON REBOOT REASON (KERNEL PANIC)',
    'E: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0',
    '<<seL4(CPU 0) [decodeUntypedInvocation/205 T0xff "rootserver" @4006d4]: Untyped Retype: Requested>>',
    'WARNING: CPU: 0 PID: 1 at kernel/panic.c:12',
    '[    1.0] BUG: kernel NULL pointer dereference, address: 0000000000000000',
  ])('not: %s', (line) => {
    expect(dyingWords(line)).toBeNull();
  });
});
