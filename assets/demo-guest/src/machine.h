/* The few instructions C has no words for. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u32 size;

static inline void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out16(u16 port, u16 value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out32(u16 port, u32 value) { __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }

static inline u8 in8(u16 port) {
  u8 value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static inline u16 in16(u16 port) {
  u16 value;
  __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static inline u32 in32(u16 port) {
  u32 value;
  __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline u64 read_tsc(void) {
  u64 value;
  __asm__ volatile("rdtsc" : "=A"(value));
  return value;
}

static inline void interrupts_off(void) { __asm__ volatile("cli" : : : "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("sti" : : : "memory"); }
static inline int interrupts_are_on(void) {
  u32 flags;
  __asm__ volatile("pushf; pop %0" : "=r"(flags));
  return (flags >> 9) & 1;
}
/* `sti` takes effect after the next instruction, so nothing can slip in between it and `hlt`. */
static inline void interrupts_on_and_halt(void) { __asm__ volatile("sti; hlt" : : : "memory"); }
static inline void pause_cpu(void) { __asm__ volatile("pause"); }

/* The compiler would call libgcc for a 64-bit division, and a freestanding 32-bit libgcc is not always installed. */
static inline u64 divide(u64 value, u32 by, u32 *remainder) {
  u32 high = (u32)(value >> 32), low = (u32)value, quotient_high = high / by, rest = high % by, quotient_low;
  __asm__("divl %4" : "=a"(quotient_low), "=d"(rest) : "a"(low), "d"(rest), "r"(by));
  if (remainder) *remainder = rest;
  return ((u64)quotient_high << 32) | quotient_low;
}
