#pragma once
#include "machine.h"

struct trap_frame {
  u32 edi, esi, ebp, esp_at_pusha, ebx, edx, ecx, eax;
  u32 vector, error, eip, cs, eflags;
};

void interrupts_init(void);
void interrupts_unmask(u32 irq);
/* Dies with `reason` and the registers of this very place. */
__attribute__((noreturn)) void panic(const char *reason);
