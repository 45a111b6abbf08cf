/*
 * Does this accelerator run a kernel? Some open, create a machine, say "enabled", and then hang the first real guest.
 * So do in miniature what a 64-bit kernel does: long mode with paging, touch pages, an interrupt from a timer,
 * instructions that trap to the hypervisor, and leave through isa-debug-exit.
 *
 * isa-debug-exit makes QEMU's exit status (value << 1) | 1:
 *   42 -> 85  all well
 *   1  -> 3   not loaded by Multiboot
 *   2  -> 5   the CPU has no long mode
 *   3  -> 7   a touched page did not keep its value
 *   4  -> 9   no timer interrupt in about a second of polling
 *   16 + vector -> 33 + 2 * vector   CPU exception (page fault: 61)
 * A hang inside the hypervisor is not ours to report: the caller needs a deadline. A triple fault with -no-reboot is
 * status 0, which is not 85 either.
 * The lines on COM1 tell how far it came: each is printed after the thing it names has worked.
 */
        .set EXIT_PORT, 0xf4
        .set EXIT_OK, 42
        .set EXIT_NO_MULTIBOOT, 1
        .set EXIT_NO_LONG_MODE, 2
        .set EXIT_PAGES, 3
        .set EXIT_NO_TIMER, 4
        .set EXIT_EXCEPTION, 16
        .set COM1, 0x3f8
        .set TIMER_VECTOR, 32
        .set SOFT_VECTOR, 40            /* any that the timer will not use */
        .set STUB_BYTES, 16             /* one exception stub, padded */

        .macro SAY message
        mov     $\message, %esi
        call    say
        .endm

        .section .multiboot, "a"
        .balign 4
        .long 0x1BADB002, 0, -0x1BADB002

        .section .text
        .code32
        .globl _start
_start: cli
        cld
        mov     $stack_top, %esp
        mov     $EXIT_NO_MULTIBOOT, %edi
        cmp     $0x2BADB002, %eax
        jne     leave32

        /*
         * An interrupt and its return in 32-bit protected mode. Boot loaders and small kernels live here, and a host
         * that emulates this mode in software may run 64-bit code well and still stop at this very IRET.
         */
        SAY     text_started
        lgdt    gdt_pointer
        ljmp    $0x18, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $on_soft_interrupt, %eax
        mov     %ax, idt + 8 * SOFT_VECTOR
        movw    $0x18, idt + 8 * SOFT_VECTOR + 2
        movw    $0x8e00, idt + 8 * SOFT_VECTOR + 4
        shr     $16, %eax
        mov     %ax, idt + 8 * SOFT_VECTOR + 6
        lidt    idt_pointer
        int     $SOFT_VECTOR
        SAY     text_protected_mode

        mov     $0x80000000, %eax
        cpuid
        mov     $EXIT_NO_LONG_MODE, %edi
        cmp     $0x80000001, %eax
        jb      leave32
        mov     $0x80000001, %eax
        cpuid
        test    $(1 << 29), %edx
        jz      leave32

        /* Identity map of the first 16 MiB: 8 large pages, present and writable. */
        movl    $(directory_pointers + 3), level4
        movl    $(directory + 3), directory_pointers
        mov     $directory, %edi
        mov     $0x83, %eax
        mov     $8, %ecx
1:      mov     %eax, (%edi)
        add     $0x200000, %eax
        add     $8, %edi
        loop    1b
        /* And 16 pages of 4 KiB at 1 GiB, on top of scratch memory, so that a table walk has all four levels. */
        movl    $(high_directory + 3), directory_pointers + 8
        movl    $(high_table + 3), high_directory
        mov     $high_table, %edi
        mov     $(scratch + 3), %eax
        mov     $16, %ecx
2:      mov     %eax, (%edi)
        add     $0x1000, %eax
        add     $8, %edi
        loop    2b

        mov     %cr4, %eax
        or      $(1 << 5), %eax         /* PAE */
        mov     %eax, %cr4
        mov     $level4, %eax
        mov     %eax, %cr3
        mov     $0xC0000080, %ecx       /* EFER */
        rdmsr
        or      $(1 << 8), %eax         /* long mode enable */
        wrmsr
        mov     %cr0, %eax
        or      $(1 << 31), %eax        /* paging */
        mov     %eax, %cr0
        ljmp    $0x08, $long_mode

on_soft_interrupt:
        iret

leave32:
        mov     %edi, %eax
        mov     $EXIT_PORT, %dx
        outl    %eax, %dx
3:      hlt
        jmp     3b

        .code64
long_mode:
        mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        call    make_idt
        SAY     text_long_mode

        /* Each high page must hold its own value, and the same must be seen through the identity map. */
        mov     $0x40000000, %ebx
        mov     $16, %ecx
1:      mov     %rbx, (%rbx)
        add     $0x1000, %rbx
        loop    1b
        mov     $0x40000000, %ebx
        mov     $scratch, %edx
        mov     $16, %ecx
        mov     $EXIT_PAGES, %edi
2:      cmp     %rbx, (%rbx)
        jne     leave
        cmp     %rbx, (%rdx)
        jne     leave
        add     $0x1000, %rbx
        add     $0x1000, %rdx
        loop    2b
        SAY     text_pages

        mov     $0x40000000, %eax       /* the hypervisor's own leaf: always leaves the guest */
        xor     %ecx, %ecx
        cpuid

        call    start_timer
        /* The first tick is polled for, because `hlt` would sleep for ever if interrupts are lost. */
        mov     $EXIT_NO_TIMER, %edi
        mov     $1000000, %ecx
        sti
3:      cmpl    $0, ticks(%rip)
        jne     4f
        in      $0x61, %al              /* a port read takes about a microsecond on a real bus, and more here */
        loop    3b
        jmp     leave
4:      mov     ticks(%rip), %eax
        hlt                             /* the first came while running; the second must wake a halted CPU */
        cmp     %eax, ticks(%rip)
        je      leave
        cli
        SAY     text_timer
        SAY     text_ok
        mov     $EXIT_OK, %edi

leave:  mov     %edi, %eax
        mov     $EXIT_PORT, %dx
        outl    %eax, %dx
5:      hlt
        jmp     5b

start_timer:
        mov     $0x11, %al              /* both interrupt controllers: initialise */
        out     %al, $0x20
        out     %al, $0xa0
        mov     $TIMER_VECTOR, %al
        out     %al, $0x21
        mov     $(TIMER_VECTOR + 8), %al
        out     %al, $0xa1
        mov     $4, %al
        out     %al, $0x21
        mov     $2, %al
        out     %al, $0xa1
        mov     $1, %al
        out     %al, $0x21
        out     %al, $0xa1
        mov     $0xfe, %al              /* only the timer */
        out     %al, $0x21
        mov     $0xff, %al
        out     %al, $0xa1
        mov     $0x34, %al              /* channel 0, rate generator, 1193182 / 11932 = 100 Hz */
        out     %al, $0x43
        mov     $(11932 & 0xff), %al
        out     %al, $0x40
        mov     $(11932 >> 8), %al
        out     %al, $0x40
        ret

/* Vectors 0-31 report themselves; the rest is the timer. All gates have 16 bytes. */
make_idt:
        mov     $idt, %edi
        xor     %ecx, %ecx
1:      imul    $STUB_BYTES, %ecx, %eax
        add     $exceptions, %eax
        cmp     $TIMER_VECTOR, %ecx
        jb      2f
        mov     $on_timer, %eax
2:      mov     %ax, (%rdi)
        movw    $0x08, 2(%rdi)
        movw    $0x8e00, 4(%rdi)
        shr     $16, %eax
        mov     %ax, 6(%rdi)
        add     $16, %edi
        inc     %ecx
        cmp     $48, %ecx
        jb      1b
        lidt    idt_pointer(%rip)
        ret

on_timer:
        push    %rax
        incl    ticks(%rip)
        mov     $0x20, %al
        out     %al, $0x20
        pop     %rax
        iretq

        .balign 16
exceptions:
        .set vector, 0
        .rept 32
        mov     $(EXIT_EXCEPTION + vector), %edi
        jmp     leave
        .balign STUB_BYTES
        .set vector, vector + 1
        .endr

/*
 * ESI: text ending in zero. Gives up on a UART that never drains. Uses EAX, EBX, ECX, EDX. Called from both modes:
 * every instruction in it has the same encoding and meaning in 32 and 64 bits.
 */
say:
1:      lodsb
        test    %al, %al
        jz      3f
        mov     %eax, %ebx
        mov     $100000, %ecx
        mov     $(COM1 + 5), %dx
2:      in      %dx, %al
        test    $0x20, %al
        loopz   2b
        mov     %ebx, %eax
        mov     $COM1, %dx
        out     %al, %dx
        jmp     1b
3:      ret

        .section .rodata
text_started:
        .asciz "probe: started\r\n"
text_protected_mode:
        .asciz "probe: protected mode\r\n"
text_long_mode:
        .asciz "probe: long mode\r\n"
text_pages:
        .asciz "probe: pages\r\n"
text_timer:
        .asciz "probe: timer\r\n"
text_ok:
        .asciz "probe: ok\r\n"
        .balign 8
gdt:    .quad 0
        .quad 0x00AF9A000000FFFF        /* 0x08: 64-bit code */
        .quad 0x00CF92000000FFFF        /* 0x10: data */
        .quad 0x00CF9A000000FFFF        /* 0x18: 32-bit code */
gdt_pointer:
        .word gdt_pointer - gdt - 1
        .long gdt, 0
idt_pointer:
        .word 48 * 16 - 1
        .long idt, 0

        .bss
        .balign 4096
level4: .skip 4096
directory_pointers:
        .skip 4096
directory:
        .skip 4096
high_directory:
        .skip 4096
high_table:
        .skip 4096
scratch:
        .skip 16 * 4096
idt:    .skip 48 * 16
        .skip 4096
        .balign 16
stack_top:
ticks:  .skip 4

        .section .note.GNU-stack, "", @progbits
