#include "shell.h"
#include "commands.h"
#include "line-editor.h"
#include "print.h"
#include "serial.h"
#include "text.h"

static void run_line(char *line) {
  while (*line == ' ') line++;
  size end = text_length(line);
  while (end && line[end - 1] == ' ') line[--end] = 0;
  if (!*line) return;
  char *rest = line;
  while (*rest && *rest != ' ') rest++;
  if (*rest) *rest++ = 0;
  while (*rest == ' ') rest++;
  for (unsigned i = 0; i < command_count; i++) {
    if (!text_equal(line, commands[i].name)) continue;
    serial_watch_ctrl_c(1);
    commands[i].run(rest);
    if (serial_ctrl_c_seen()) print("^C\n");
    serial_watch_ctrl_c(0);
    return;
  }
  print("%s: no such command; `help` lists the ones there are\n", line);
}

/* "autorun=count:300000" stands for "count 300000": a boot command line is split at spaces, so a colon is one. */
static void run_automatically(const char *word) {
  char line[LINE_CAPACITY];
  size n = 0;
  for (; word[n] && word[n] != ' ' && n + 1 < sizeof line; n++) line[n] = word[n] == ':' ? ' ' : word[n];
  line[n] = 0;
  line_prompt();
  print("%s\n", line);
  run_line(line);
}

void shell_run(const char *command_line) {
  for (const char *at = command_line; *at; at++) {
    const char *word = at == command_line || at[-1] == ' ' ? text_after(at, "autorun=") : 0;
    if (word) run_automatically(word);
  }
  for (;;) {
    static char line[LINE_CAPACITY];
    line_edit(line);
    run_line(line);
  }
}
