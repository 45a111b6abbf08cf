/*
 * A guest of one sector that says what stands in its second sector, up to a zero byte, and then does what the first byte
 * there says: h halts for ever, r resets the machine by a triple fault. Its bytes are in dying-guest.ts:
 *
 *     as --32 dying-guest.S -o guest.o && ld -m elf_i386 -Ttext 0x7c00 --oformat binary guest.o -o guest.bin
 *     head -c 510 guest.bin | sed 's/\x00*$//' | base64 -w 100
 */
.code16
.globl _start
_start:
    cli
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $0x7c00, %sp
    mov $0x0204, %ax         # four sectors behind this one, to 0x7e00
    mov $0x7e00, %bx
    mov $2, %cx
    mov $0, %dh
    int $0x13
    mov $0x7e01, %si
    mov $0x3f8, %dx
1:  add $5, %dx
2:  in %dx, %al
    test $0x20, %al
    jz 2b
    sub $5, %dx
    lodsb
    test %al, %al
    jz 3f
    out %al, %dx
    jmp 1b
3:  cmpb $'r', 0x7e00
    jne 4f
    lidt nothing
    int3
4:  hlt
    jmp 4b
nothing: .word 0, 0, 0
.org 510
.word 0xaa55
