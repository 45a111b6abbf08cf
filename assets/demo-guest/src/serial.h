/*
 * COM1. Owns the UART and both directions of the byte stream; nothing else may touch ports 0x3f8-0x3ff.
 * Output is buffered: whoever waits for something calls serial_flush() first (serial_read does).
 */
#pragma once
#include "machine.h"

void serial_init(void);
void serial_enable_interrupt(void);
void serial_on_interrupt(void);

void serial_put(char byte);
void serial_write(const char *bytes, size n);
void serial_flush(void);

/* Next input byte, halting the CPU until there is one; -1 when `deadline_us` (0: none) passes or Ctrl-C comes. */
int serial_read(u64 deadline_us);
int serial_has_input(void);
/* Gives bytes back, to be read before anything else. */
void serial_unread(const char *bytes, size n);

/* Ctrl-C: seen by the interrupt handler while a command runs, so that it overtakes what was typed before it. */
void serial_watch_ctrl_c(int watch);
int serial_ctrl_c_seen(void);
