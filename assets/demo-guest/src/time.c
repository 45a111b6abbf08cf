#include "time.h"
#include "interrupts.h"

enum { PIT_HZ = 1193182, PIT_CHANNEL_0 = 0x40, PIT_CHANNEL_2 = 0x42, PIT_COMMAND = 0x43, GATE = 0x61 };
enum { CALIBRATION_PARTS = 100 }; /* of a second: 10 ms */

extern u64 boot_tsc;
static u32 tsc_khz = 1000000; /* a guess that keeps time monotonic until time_calibrate() */

void time_calibrate(void) {
  const u32 count = PIT_HZ / CALIBRATION_PARTS;
  u8 gate = in8(GATE) & ~3;
  out8(GATE, gate);        /* gate low, speaker off */
  out8(PIT_COMMAND, 0xb0); /* channel 2, both bytes, one shot */
  out8(PIT_CHANNEL_2, count & 0xff);
  out8(PIT_CHANNEL_2, count >> 8);
  out8(GATE, gate | 1);
  u64 from = read_tsc();
  while (!(in8(GATE) & 0x20)) pause_cpu();
  u64 cycles = read_tsc() - from;
  u32 khz = (u32)divide(cycles * CALIBRATION_PARTS, 1000, 0);
  out8(GATE, gate);
  if (khz) tsc_khz = khz;
}

u32 time_tsc_khz(void) { return tsc_khz; }

u64 time_us(void) { return divide((read_tsc() - boot_tsc) * 1000, tsc_khz, 0); }

void time_start_ticks(void) {
  const u32 count = PIT_HZ / TICKS_PER_SECOND;
  out8(PIT_COMMAND, 0x34); /* channel 0, both bytes, rate generator */
  out8(PIT_CHANNEL_0, count & 0xff);
  out8(PIT_CHANNEL_0, count >> 8);
  interrupts_unmask(0);
}
