/*
 * A guest of one sector for up to four serial lines. On each that is there it says so, repeats what it hears on it, and
 * tells of a break. An R resets the machine. Its bytes are in serial-guest.ts:
 *
 *     as --32 serial-guest.S -o guest.o && ld -m elf_i386 -Ttext 0x7c00 --oformat binary guest.o -o guest.bin
 *     head -c 510 guest.bin | sed 's/\x00*$//' | base64 -w 100
 */
.code16
.globl _start
_start:
    cli
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %ss
    mov $0x7c00, %sp
    ljmp $0, $begin
begin:
    mov $0, %di              # index of the line, times two
1:  call line                # dx = base, al = its state, which can be read once; ZF: it is not there
    jz 2f
    mov $ready, %si
    call puts
2:  add $2, %di
    cmp $8, %di
    jne 1b
main:
    mov $0, %di
3:  call line
    jz 5f
    test $0x10, %al
    jnz broken
    test $0x01, %al
    jz 5f
    in %dx, %al
    cmp $'R', %al
    je reset
    mov %al, got
    mov $said, %si
    call puts
5:  add $2, %di
    cmp $8, %di
    jne 3b
    jmp main
broken:
    in %dx, %al
    mov $break, %si
    call puts
    jmp 5b
reset:
    mov $0xfe, %al
    out %al, $0x64
    hlt
line:
    mov bases(%di), %dx
    mov %di, %bx
    shr $1, %bx
    add $'1', %bl
    mov %bl, ready_n
    mov %bl, said_n
    mov %bl, break_n
    add $5, %dx
    in %dx, %al
    sub $5, %dx
    cmp $0xff, %al
    ret
puts:
    lodsb
    test %al, %al
    jz 7f
    mov %al, %ah
    add $5, %dx
6:  in %dx, %al
    test $0x20, %al
    jz 6b
    sub $5, %dx
    mov %ah, %al
    out %al, %dx
    jmp puts
7:  ret
bases: .word 0x3f8, 0x2f8, 0x3e8, 0x2e8
ready: .ascii "line "
ready_n: .asciz "0 is there\r\n"
said: .ascii "line "
said_n: .ascii "0 heard "
got: .asciz "?\r\n"
break: .ascii "line "
break_n: .asciz "0 saw a break\r\n"
.org 510
.word 0xaa55
