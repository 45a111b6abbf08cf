#pragma once

struct command {
  const char *name, *arguments, *what;
  void (*run)(const char *rest);
};
extern const struct command commands[];
extern const unsigned command_count;
