/*
 * Entry point and interrupt stubs. The firmware hands over in 32-bit protected mode with paging and interrupts off
 * (Multiboot 1); everything after `call kernel_main` is C.
 */
        .set MAGIC, 0x1BADB002
        .set FLAGS, 0x00000002          /* bit 1: we want the memory map */

        .section .multiboot, "a"
        .balign 4
        .long MAGIC, FLAGS, -(MAGIC + FLAGS)

        .section .text
        .globl _start
_start: cli
        cld
        /* EAX is the loader's magic: the time stamp must be taken first, so park it in EBP. */
        mov     %eax, %ebp
        rdtsc
        mov     %eax, boot_tsc
        mov     %edx, boot_tsc + 4
        mov     $stack_top, %esp
        lgdt    gdt_pointer
        ljmp    $0x08, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %fs
        mov     %eax, %gs
        mov     %eax, %ss
        push    %ebx                    /* Multiboot information */
        push    %ebp                    /* loader magic */
        xor     %ebp, %ebp
        call    kernel_main
2:      cli
        hlt
        jmp     2b

/*
 * One stub per vector. The CPU pushes an error code for some exceptions only; the others push a zero so that
 * `struct trap_frame` has one shape.
 */
        .altmacro
        .macro STUB vector
stub_\vector:
        .if !((\vector == 8) || ((\vector >= 10) && (\vector <= 14)) || (\vector == 17) || (\vector == 21) || (\vector == 29) || (\vector == 30))
        push    $0
        .endif
        push    $\vector
        jmp     common
        .endm

        .set i, 0
        .rept 48
        STUB %i
        .set i, i + 1
        .endr

common: pusha
        cld
        push    %esp
        call    on_trap
        add     $4, %esp
        popa
        add     $8, %esp                /* vector and error code */
        iret

        .macro STUB_ADDRESS vector
        .long stub_\vector
        .endm

        .section .rodata
        .globl stub_addresses
        .balign 4
stub_addresses:
        .set i, 0
        .rept 48
        STUB_ADDRESS %i
        .set i, i + 1
        .endr

        .balign 8
gdt:    .quad 0
        .quad 0x00CF9A000000FFFF        /* 0x08: flat code */
        .quad 0x00CF92000000FFFF        /* 0x10: flat data */
gdt_pointer:
        .word gdt_pointer - gdt - 1
        .long gdt

        .bss
        .balign 16
        .skip 16384
stack_top:
        .globl boot_tsc
boot_tsc:
        .skip 8

        .section .note.GNU-stack, "", @progbits
