#include "serial.h"
#include "interrupts.h"
#include "power.h"
#include "time.h"

enum { BASE = 0x3f8, DATA = BASE, IER = BASE + 1, FCR = BASE + 2, IIR = BASE + 2, LCR = BASE + 3, MCR = BASE + 4, LSR = BASE + 5, SCRATCH = BASE + 7 };
enum { IER_RECEIVED = 1, IER_TRANSMIT_EMPTY = 2, LSR_DATA_READY = 1, LSR_TRANSMIT_EMPTY = 0x20 };
enum { MCR_LINES = 0x0b /* DTR, RTS, and OUT2, which lets the interrupt through */, MCR_LOOPBACK = 0x10 };
enum { FIFO_DEPTH = 16, SPINS_BEFORE_SLEEP = 200, CTRL_C = 3 };

static int present;

/* Input ring: written by the interrupt handler, read by everyone else. Indices run free; sizes are powers of two. */
static char ring[16384];
static volatile u32 ring_written, ring_read;
static char unread[64];
static volatile u32 unread_count, unread_taken;
static volatile int watching, ctrl_c;

static char output[4096];
static u32 output_count;

static void keep(char byte) {
  if (watching && byte == CTRL_C) {
    ctrl_c = 1;
    ring_read = ring_written;
    unread_taken = unread_count;
    return;
  }
  ring[ring_written % sizeof ring] = byte;
  ring_written++;
}

static u8 wanted_interrupts(void) {
  return ring_written - ring_read < sizeof ring ? IER_RECEIVED : 0;
}

/*
 * Turning the FIFO on empties the receiver, so the byte that was typed before we were there is taken first. Taking it
 * invites the next one, which would arrive just in time to be thrown away; in loopback mode nobody is invited.
 */
static void turn_fifo_on(void) {
  enum { ON_INTERRUPT_AT_8_BYTES_OR_PAUSE = 0x81 };
  out8(MCR, MCR_LINES | MCR_LOOPBACK);
  if (in8(LSR) & LSR_DATA_READY) keep((char)in8(DATA));
  out8(FCR, ON_INTERRUPT_AT_8_BYTES_OR_PAUSE);
  out8(MCR, MCR_LINES);
  /* A read is the invitation. The FIFO is empty now and reads as zero, unless the next byte was quicker. */
  char next = (char)in8(DATA);
  if (next) keep(next);
}

void serial_init(void) {
  out8(SCRATCH, 0x5a);
  present = in8(SCRATCH) == 0x5a;
  if (!present) return;
  out8(IER, 0);
  out8(LCR, 0x80);
  out8(DATA, 1); /* divisor 1: 115200 baud */
  out8(IER, 0);
  out8(LCR, 0x03); /* 8 data bits, no parity, 1 stop bit */
  turn_fifo_on();
}

void serial_enable_interrupt(void) {
  if (!present) return;
  interrupts_unmask(4);
  out8(IER, IER_RECEIVED);
}

void serial_on_interrupt(void) {
  (void)in8(IIR);
  while (ring_written - ring_read < sizeof ring && (in8(LSR) & LSR_DATA_READY)) keep((char)in8(DATA));
  /* A full ring leaves the rest in the UART: its own flow control then holds the sender back, and nothing is lost. */
  out8(IER, wanted_interrupts());
}

/*
 * Waits until the transmit FIFO is empty. It nearly always is; when the other side stops reading, sleep until the
 * UART says so instead of burning the host's CPU.
 */
static void wait_for_transmitter(void) {
  u32 spins = 0;
  while (!(in8(LSR) & LSR_TRANSMIT_EMPTY)) {
    if (++spins < SPINS_BEFORE_SLEEP || !interrupts_are_on()) {
      pause_cpu();
      continue;
    }
    interrupts_off();
    out8(IER, wanted_interrupts() | IER_TRANSMIT_EMPTY);
    interrupts_on_and_halt();
  }
}

void serial_flush(void) {
  const char *next = output;
  u32 left = present ? output_count : 0;
  while (left) {
    u32 burst = left < FIFO_DEPTH ? left : FIFO_DEPTH;
    left -= burst;
    wait_for_transmitter();
    __asm__ volatile("rep outsb" : "+S"(next), "+c"(burst) : "d"((u16)DATA) : "memory");
  }
  output_count = 0;
  power_attend();
}

void serial_put(char byte) {
  if (output_count == sizeof output) serial_flush();
  output[output_count++] = byte;
}

void serial_write(const char *bytes, size n) {
  while (n--) serial_put(*bytes++);
}

int serial_has_input(void) { return unread_taken < unread_count || ring_read != ring_written; }

int serial_read(u64 deadline_us) {
  serial_flush();
  if (ctrl_c) return -1; /* what follows it is for the shell, not for the command that is being stopped */
  if (unread_taken < unread_count) return (u8)unread[unread_taken++];
  for (;;) {
    interrupts_off();
    if (!ctrl_c && ring_read != ring_written) {
      int byte = (u8)ring[ring_read % sizeof ring];
      ring_read++;
      if (present) out8(IER, wanted_interrupts());
      interrupts_on();
      return byte;
    }
    if (ctrl_c || (deadline_us && time_us() >= deadline_us)) {
      interrupts_on();
      return -1;
    }
    interrupts_on_and_halt();
    power_attend();
  }
}

void serial_unread(const char *bytes, size n) {
  unread_count = n < sizeof unread ? n : sizeof unread;
  unread_taken = 0;
  for (u32 i = 0; i < unread_count; i++) unread[i] = bytes[i];
}

void serial_watch_ctrl_c(int watch) {
  interrupts_off();
  ctrl_c = 0;
  watching = watch;
  /* It may have arrived together with the line that started the command. */
  for (u32 at = ring_read; watch && at != ring_written; at++)
    if (ring[at % sizeof ring] == CTRL_C) ctrl_c = 1, ring_read = at + 1, unread_taken = unread_count;
  if (present) out8(IER, wanted_interrupts());
  interrupts_on();
}
int serial_ctrl_c_seen(void) { return ctrl_c; }
