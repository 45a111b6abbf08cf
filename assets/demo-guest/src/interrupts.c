#include "interrupts.h"
#include "power.h"
#include "print.h"
#include "serial.h"
#include "time.h"

enum { VECTORS = 48, FIRST_IRQ_VECTOR = 32, IRQ_TIMER = 0, IRQ_SERIAL = 4, INVALID_OPCODE = 6 };
enum { PIC1 = 0x20, PIC2 = 0xa0, END_OF_INTERRUPT = 0x20 };

struct gate { u16 offset_low, selector; u8 zero, type; u16 offset_high; } __attribute__((packed));

extern const u32 stub_addresses[VECTORS];
static struct gate idt[VECTORS];
static const char *panic_reason;

static const char *const exception_names[] = {
  "divide error", "debug", "non-maskable interrupt", "breakpoint", "overflow", "bound range exceeded",
  "invalid opcode", "device not available", "double fault", "coprocessor overrun", "invalid TSS",
  "segment not present", "stack fault", "general protection", "page fault",
};

static void pic_remap(void) {
  out8(PIC1, 0x11), out8(PIC2, 0x11);
  out8(PIC1 + 1, FIRST_IRQ_VECTOR), out8(PIC2 + 1, FIRST_IRQ_VECTOR + 8);
  out8(PIC1 + 1, 4), out8(PIC2 + 1, 2);
  out8(PIC1 + 1, 1), out8(PIC2 + 1, 1);
  out8(PIC1 + 1, 0xff), out8(PIC2 + 1, 0xff);
}

void interrupts_init(void) {
  for (u32 i = 0; i < VECTORS; i++) {
    u32 at = stub_addresses[i];
    idt[i] = (struct gate){(u16)at, 0x08, 0, 0x8e, (u16)(at >> 16)};
  }
  struct { u16 limit; u32 base; } __attribute__((packed)) pointer = {sizeof idt - 1, (u32)idt};
  __asm__ volatile("lidt %0" : : "m"(pointer), "m"(idt));
  pic_remap();
}

void interrupts_unmask(u32 irq) { out8(PIC1 + 1, in8(PIC1 + 1) & (u8)~(1u << irq)); }

__attribute__((noreturn)) static void die(const struct trap_frame *frame) {
  u32 cr0, cr2, cr3, ds;
  __asm__("mov %%cr0, %0" : "=r"(cr0));
  __asm__("mov %%cr2, %0" : "=r"(cr2));
  __asm__("mov %%cr3, %0" : "=r"(cr3));
  __asm__("mov %%ds, %0" : "=r"(ds));
  /* The CPU pushes no ESP without a privilege change: the interrupted stack starts right after the frame. */
  const u32 *stack = (const u32 *)(frame + 1);
  const char *name = frame->vector < sizeof exception_names / sizeof *exception_names ? exception_names[frame->vector] : "exception";
  print("\n");
  log_stage("panic", "%s", panic_reason ? panic_reason : "unexpected CPU exception");
  log_stage("panic", "%s, vector %u, error code %04x", name, frame->vector, frame->error);
  log_stage("panic", "eax %08x  ebx %08x  ecx %08x  edx %08x", frame->eax, frame->ebx, frame->ecx, frame->edx);
  log_stage("panic", "esi %08x  edi %08x  ebp %08x  esp %08x", frame->esi, frame->edi, frame->ebp, (u32)stack);
  log_stage("panic", "eip %08x  efl %08x   cs %04x       ds %04x", frame->eip, frame->eflags, frame->cs, ds & 0xffff);
  log_stage("panic", "cr0 %08x  cr2 %08x  cr3 %08x", cr0, cr2, cr3);
  log_stage("panic", "stack %08x %08x %08x %08x %08x %08x", stack[0], stack[1], stack[2], stack[3], stack[4], stack[5]);
  log_stage("panic", "end of trace, system halted");
  for (;;) __asm__ volatile("cli; hlt");
}

void panic(const char *reason) {
  panic_reason = reason;
  for (;;) __asm__ volatile("ud2");
}

/* Called by the stubs, interrupts off. */
void on_trap(const struct trap_frame *frame) {
  if (frame->vector < FIRST_IRQ_VECTOR) die(frame);
  u32 irq = frame->vector - FIRST_IRQ_VECTOR;
  if (irq == IRQ_TIMER) {
    power_poll(); /* its other use is to end every halt, so that deadlines are looked at */
  } else if (irq == IRQ_SERIAL) {
    serial_on_interrupt();
  } else {
    return; /* everything else is masked, so this is spurious and must not be acknowledged */
  }
  out8(PIC1, END_OF_INTERRUPT);
}
