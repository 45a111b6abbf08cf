#include "commands.h"
#include "interrupts.h"
#include "power.h"
#include "print.h"
#include "serial.h"
#include "text.h"
#include "time.h"

enum { ESCAPE = 27 };

static void help(const char *rest) {
  (void)rest;
  for (unsigned i = 0; i < command_count; i++) {
    u32 width = text_length(commands[i].name) + 1 + text_length(commands[i].arguments);
    print("  %s %s", commands[i].name, commands[i].arguments);
    for (; width < 14; width++) print(" ");
    print("%s\n", commands[i].what);
  }
}

static void uptime(const char *rest) {
  (void)rest;
  u32 ms;
  u32 seconds = (u32)divide(divide(time_us(), 1000, 0), 1000, &ms);
  print("up %u.%03u s\n", seconds, ms);
}

static void colors(const char *rest) {
  (void)rest;
  static const struct { u32 code; const char *name; } styles[] = {
    {0, "plain"}, {1, "bold"}, {2, "faint"}, {3, "italic"}, {4, "underline"}, {5, "blink"}, {7, "inverse"}, {8, "hidden"}, {9, "struck"},
  };
  print("styles  ");
  for (u32 i = 0; i < sizeof styles / sizeof *styles; i++) print("\033[%um%s\033[0m ", styles[i].code, styles[i].name);
  print("\n16      ");
  for (u32 i = 0; i < 16; i++) print("\033[%um %02u \033[0m", i < 8 ? 40 + i : 92 + i, i);
  print("\n        ");
  for (u32 i = 0; i < 16; i++) print("\033[%um %02u \033[0m", i < 8 ? 30 + i : 82 + i, i);
  /* Six rows of the 6x6x6 cube and one of greys, two cells a colour: 72 columns fit beside the labels. */
  for (u32 row = 0; row < 6; row++) {
    print(row ? "\n        " : "\n256     ");
    for (u32 i = 0; i < 36; i++) print("\033[48;5;%um  ", 16 + (i / 6) * 36 + row * 6 + i % 6);
    print("\033[0m");
  }
  print("\n        ");
  for (u32 i = 0; i < 24; i++) print("\033[48;5;%um   ", 232 + i);
  print("\033[0m\n24-bit  ");
  for (u32 i = 0; i < 72; i++) print("\033[48;2;%u;%u;%um ", 255 - i * 255 / 71, i < 36 ? i * 7 : (71 - i) * 7, i * 255 / 71);
  print("\033[0m\n");
}

/* N KiB exactly, line ends included: 62 characters and CR LF are 64 bytes. */
static void flood(const char *rest) {
  enum { LINE = 62, LINES_PER_KIB = 16, PATTERN = 94 };
  static char pattern[PATTERN + LINE];
  u32 kib;
  if (!text_to_number(rest, &kib)) {
    print("usage: flood KIB\n");
    return;
  }
  for (u32 i = 0; i < sizeof pattern; i++) pattern[i] = (char)('!' + i % PATTERN);
  serial_flush();
  u64 from = time_us();
  u32 line = 0, lines = kib * LINES_PER_KIB;
  for (; line < lines && !serial_ctrl_c_seen(); line++) {
    serial_write(pattern + line % PATTERN, LINE);
    serial_write("\r\n", 2);
  }
  serial_flush();
  u32 ms = (u32)divide(time_us() - from, 1000, 0) + 1, sent = line / LINES_PER_KIB;
  print("flood: %u KiB in %u.%03u s, %u KiB/s\n", sent, ms / 1000, ms % 1000, (u32)divide((u64)sent * 1000, ms, 0));
}

/* Counting in text is several times faster than dividing each number anew. */
static void count(const char *rest) {
  char line[10] = {'0', '0', '0', '0', '0', '0', '0', '0', '\r', '\n'};
  u32 last = 99999999;
  if (*rest && (!text_to_number(rest, &last) || last > 99999999)) {
    print("usage: count [N]   N up to 99999999; without N until a key is pressed\n");
    return;
  }
  for (u32 i = 0; i < last && !serial_ctrl_c_seen(); i++) {
    if (!*rest && serial_has_input()) {
      serial_read(0);
      return;
    }
    int digit = 7;
    while (line[digit] == '9') line[digit--] = '0';
    line[digit]++;
    serial_write(line, sizeof line);
  }
}

/*
 * Sends the cursor far to the lower right and asks where it ended up: every terminal answers that, while the direct
 * question is often turned off. Whatever else was typed meanwhile is given back.
 */
static void size_command(const char *rest) {
  (void)rest;
  char typed[64];
  u32 count = 0, reply_at = 0, numbers[2] = {0, 0}, field = 0;
  int in_reply = 0, byte;
  u64 deadline = time_us() + 1000000;
  print("\0337\033[999;999H\033[6n\0338");
  while (count < sizeof typed && (byte = serial_read(deadline)) >= 0) {
    if (byte == ESCAPE) in_reply = 1, reply_at = count, field = numbers[0] = numbers[1] = 0;
    typed[count++] = (char)byte;
    if (!in_reply || byte == ESCAPE || byte == '[') continue;
    if (byte >= '0' && byte <= '9') {
      numbers[field] = numbers[field] * 10 + (u32)(byte - '0');
    } else if (byte == ';' && !field) {
      field = 1;
    } else if (byte == 'R' && numbers[0] && numbers[1]) {
      print("%ux%u\n", numbers[1], numbers[0]);
      serial_unread(typed, reply_at);
      return;
    } else {
      in_reply = 0;
    }
  }
  if (serial_ctrl_c_seen()) return; /* which also drops what was typed before it */
  serial_unread(typed, count);
  print("no answer: the terminal did not report its size\n");
}

static void sleep(const char *rest) {
  u32 seconds;
  if (!text_to_number(rest, &seconds)) {
    print("usage: sleep SECONDS\n");
    return;
  }
  u64 until = time_us() + (u64)seconds * 1000000;
  serial_flush();
  while (time_us() < until && !serial_ctrl_c_seen()) {
    interrupts_on_and_halt();
    power_attend();
  }
}

static void echo(const char *rest) { print("%s\n", rest); }

static void panic_command(const char *rest) {
  (void)rest;
  panic("asked for at the shell");
}

static void reboot(const char *rest) {
  (void)rest;
  power_reboot();
}

static void poweroff(const char *rest) {
  (void)rest;
  power_off();
}

const struct command commands[] = {
  {"help", "", "this list", help},
  {"uptime", "", "time since the boot", uptime},
  {"colors", "", "what the terminal can show", colors},
  {"size", "", "size of the terminal, by asking it", size_command},
  {"echo", "TEXT", "print TEXT", echo},
  {"count", "[N]", "numbered lines to N, or until a key is pressed", count},
  {"flood", "KIB", "KIB of text as fast as it goes", flood},
  {"sleep", "SECONDS", "do nothing; Ctrl-C wakes", sleep},
  {"panic", "", "crash, with registers", panic_command},
  {"reboot", "", "restart the machine", reboot},
  {"poweroff", "", "turn the machine off", poweroff},
};
const unsigned command_count = sizeof commands / sizeof *commands;
