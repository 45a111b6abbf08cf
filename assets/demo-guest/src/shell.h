#pragma once

/* Runs the `autorun=` words of the boot command line, then whatever is typed. Never returns. */
__attribute__((noreturn)) void shell_run(const char *command_line);
