#include "text.h"

/* GCC may emit calls to these two even in freestanding code. */
void *memcpy(void *to, const void *from, size n) {
  void *start = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return start;
}
void *memset(void *to, int value, size n) {
  void *start = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
  return start;
}

size text_length(const char *text) {
  size n = 0;
  while (text[n]) n++;
  return n;
}

int text_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

const char *text_after(const char *text, const char *prefix) {
  while (*prefix)
    if (*text++ != *prefix++) return 0;
  return text;
}

void text_copy(char *to, const char *from, size capacity) {
  size n = 0;
  while (from[n] && n + 1 < capacity) to[n] = from[n], n++;
  to[n] = 0;
}

int text_to_number(const char *text, u32 *number) {
  u32 value = 0;
  size digits = 0;
  for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
    if (digits == 9) return 0;
    value = value * 10 + (u32)(text[digits] - '0');
  }
  if (digits == 0 || text[digits]) return 0;
  *number = value;
  return 1;
}
