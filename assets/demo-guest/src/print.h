#pragma once

/* %s %c %u %x %%, with a width and an optional leading 0 for numbers. "\n" goes out as "\r\n". */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
/* One boot-log line: "[    0.012345] stage: text". */
__attribute__((format(printf, 2, 3))) void log_stage(const char *stage, const char *format, ...);
