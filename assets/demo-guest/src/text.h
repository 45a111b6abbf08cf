#pragma once
#include "machine.h"

size text_length(const char *text);
int text_equal(const char *a, const char *b);
/* Rest of `text` after `prefix`, or 0. */
const char *text_after(const char *text, const char *prefix);
void text_copy(char *to, const char *from, size capacity);
/* Reads a decimal number; 0 when `text` is not exactly one number below 10^9. */
int text_to_number(const char *text, u32 *number);
