#include "power.h"
#include "machine.h"
#include "print.h"
#include "serial.h"
#include "text.h"
#include "time.h"

enum { STATUS_OR_ENABLE_POWER_BUTTON = 1 << 8, CONTROL_SLEEP_ENABLE = 1 << 13, CONTROL_ACPI_MODE = 1 };
enum { DEFAULT_EVENT_PORT = 0x600, DEFAULT_CONTROL_PORT = 0x604 }; /* where PC firmware for QEMU puts them */

/* Offsets in the ACPI "FACP" table. */
enum { FADT_SMI_COMMAND = 48, FADT_ACPI_ENABLE = 52, FADT_EVENT_BLOCK = 56, FADT_CONTROL_BLOCK = 64, FADT_EVENT_LENGTH = 88 };

static u16 status_port, enable_port, control_port;
static volatile int button_pressed;

static u32 word_at(u32 address) { return *(const volatile u32 *)address; }
static u8 byte_at(u32 address) { return *(const volatile u8 *)address; }

static u32 find_fadt(void) {
  for (u32 at = 0xe0000; at < 0x100000; at += 16) {
    if (!text_after((const char *)at, "RSD PTR ")) continue;
    u32 rsdt = word_at(at + 16), entries = (word_at(rsdt + 4) - 36) / 4;
    for (u32 i = 0; i < entries && i < 64; i++) {
      u32 table = word_at(rsdt + 36 + 4 * i);
      if (text_after((const char *)table, "FACP")) return table;
    }
  }
  return 0;
}

void power_init(void) {
  u32 fadt = find_fadt();
  if (!fadt) {
    log_stage("power", "no ACPI tables; poweroff tries port 0x%x", DEFAULT_CONTROL_PORT);
    control_port = DEFAULT_CONTROL_PORT;
    return;
  }
  u32 event = word_at(fadt + FADT_EVENT_BLOCK), control = word_at(fadt + FADT_CONTROL_BLOCK);
  status_port = (u16)(event ? event : DEFAULT_EVENT_PORT);
  enable_port = (u16)(status_port + (event ? byte_at(fadt + FADT_EVENT_LENGTH) / 2 : 2));
  control_port = (u16)(control ? control : DEFAULT_CONTROL_PORT);
  u32 smi = word_at(fadt + FADT_SMI_COMMAND);
  if (smi && !(in16(control_port) & CONTROL_ACPI_MODE)) out8((u16)smi, byte_at(fadt + FADT_ACPI_ENABLE));
  out16(status_port, STATUS_OR_ENABLE_POWER_BUTTON); /* writing 1 clears */
  out16(enable_port, STATUS_OR_ENABLE_POWER_BUTTON);
  log_stage("power", "ACPI, PM1a event port 0x%x, control port 0x%x, power button armed", status_port, control_port);
}

void power_poll(void) {
  if (!status_port || !(in16(status_port) & STATUS_OR_ENABLE_POWER_BUTTON)) return;
  out16(status_port, STATUS_OR_ENABLE_POWER_BUTTON);
  button_pressed = 1;
}

void power_attend(void) {
  if (!button_pressed) return;
  button_pressed = 0;
  print("\ndemo: power button pressed\n");
  power_off();
}

void power_off(void) {
  print("demo: powering off\n");
  serial_flush();
  /* Sleep type 0 is S5 on both PC chip sets that QEMU has. */
  out16(control_port, (in16(control_port) & CONTROL_ACPI_MODE) | CONTROL_SLEEP_ENABLE);
  /* The machine may run on for a moment while it is being turned off; only complain when it surely was not. */
  for (u64 until = time_us() + 2000000; time_us() < until;) pause_cpu();
  print("demo: this machine cannot be turned off from inside, halted\n");
  serial_flush();
  for (;;) __asm__ volatile("cli; hlt");
}

void power_reboot(void) {
  print("demo: restarting\n");
  serial_flush();
  interrupts_off();
  out8(0xcf9, 0x02);
  out8(0xcf9, 0x06); /* chip set reset */
  out8(0x64, 0xfe);  /* keyboard controller */
  struct { u16 limit; u32 base; } __attribute__((packed)) nothing = {0, 0};
  __asm__ volatile("lidt %0; int3" : : "m"(nothing)); /* triple fault */
  for (;;) __asm__ volatile("hlt");
}
