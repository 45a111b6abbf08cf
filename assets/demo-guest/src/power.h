/* Turning off, restarting, and the power button, by way of the ACPI fixed registers. */
#pragma once

/* Finds the registers; logs what was found. */
void power_init(void);
/* From the timer interrupt: remembers a pressed button. */
void power_poll(void);
/* From ordinary code: acts on a remembered button. */
void power_attend(void);
__attribute__((noreturn)) void power_off(void);
__attribute__((noreturn)) void power_reboot(void);
