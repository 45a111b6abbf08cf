/* Order of the boot, and nothing else. */
#include "interrupts.h"
#include "inventory.h"
#include "power.h"
#include "print.h"
#include "serial.h"
#include "shell.h"
#include "time.h"

enum { LOADER_MAGIC = 0x2badb002 };

void kernel_main(u32 magic, const struct multiboot_info *info) {
  serial_init();
  /* Fixed text, no time stamp: a reader can check that not even the first byte was lost. */
  print("Slipway demo guest 1.0\n");
  serial_flush();
  time_calibrate();
  if (magic != LOADER_MAGIC) {
    log_stage("boot", "not started by a Multiboot loader (0x%08x), halted", magic);
    return;
  }
  const char *command_line = info->flags & MULTIBOOT_HAS_COMMAND_LINE ? (const char *)info->command_line : "";
  log_stage("boot", "firmware handed over by %s",
            info->flags & MULTIBOOT_HAS_LOADER_NAME ? (const char *)info->loader_name : "a Multiboot loader");
  log_stage("boot", "command line: %s", *command_line ? command_line : "(none)");
  log_stage("console", "COM1 at 0x3f8, 115200 8n1, 16-byte FIFO");
  inventory_memory(info);
  inventory_cpu();
  interrupts_init();
  log_stage("interrupts", "48 vectors, 8259 pair at 0x20");
  log_stage("timer", "TSC %u.%03u MHz measured against the PIT, %u ticks per second", time_tsc_khz() / 1000,
            time_tsc_khz() % 1000, TICKS_PER_SECOND);
  inventory_pci();
  power_init();
  time_start_ticks();
  serial_enable_interrupt();
  interrupts_on();
  log_stage("demo", "ready");
  shell_run(command_line);
}
