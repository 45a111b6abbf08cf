#pragma once
#include "machine.h"

enum { LINE_CAPACITY = 256 };
/* Prints the prompt and reads one line into `line`. */
void line_edit(char line[LINE_CAPACITY]);
void line_prompt(void);
