#include "print.h"
#include "serial.h"
#include "time.h"

typedef __builtin_va_list arguments;

static void put(char c) {
  if (c == '\n') serial_put('\r');
  serial_put(c);
}

static void print_number(u32 value, u32 base, u32 width, char fill) {
  char digits[16];
  u32 n = 0;
  do digits[n++] = "0123456789abcdef"[value % base];
  while (value /= base);
  for (u32 i = n; i < width; i++) put(fill);
  while (n) put(digits[--n]);
}

static void print_list(const char *format, arguments list) {
  for (; *format; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    char fill = *++format == '0' ? '0' : ' ';
    u32 width = 0;
    for (; *format >= '0' && *format <= '9'; format++) width = width * 10 + (u32)(*format - '0');
    switch (*format) {
      case 's':
        for (const char *s = __builtin_va_arg(list, const char *); *s; s++) put(*s);
        break;
      case 'c': put((char)__builtin_va_arg(list, int)); break;
      case 'u': print_number(__builtin_va_arg(list, u32), 10, width, fill); break;
      case 'x': print_number(__builtin_va_arg(list, u32), 16, width, fill); break;
      default: put(*format);
    }
  }
}

void print(const char *format, ...) {
  arguments list;
  __builtin_va_start(list, format);
  print_list(format, list);
  __builtin_va_end(list);
}

void log_stage(const char *stage, const char *format, ...) {
  u32 us;
  u32 seconds = (u32)divide(time_us(), 1000000, &us);
  arguments list;
  print("[%5u.%06u] %s: ", seconds, us, stage);
  __builtin_va_start(list, format);
  print_list(format, list);
  __builtin_va_end(list);
  print("\n");
  serial_flush();
}
