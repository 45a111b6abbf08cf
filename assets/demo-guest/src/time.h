/* Time since the loader entered us, from the time stamp counter measured against the PIT. */
#pragma once
#include "machine.h"

void time_calibrate(void);
u32 time_tsc_khz(void);
u64 time_us(void);
/* Starts the periodic interrupt that bounds every wait in this guest. */
void time_start_ticks(void);
enum { TICKS_PER_SECOND = 50 };
