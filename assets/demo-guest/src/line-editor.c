#include "line-editor.h"
#include "print.h"
#include "serial.h"
#include "text.h"

enum { HISTORY = 16, CTRL_C = 3, CTRL_L = 12, CTRL_U = 21, CTRL_W = 23, BACKSPACE = 8, ESCAPE = 27, DELETE = 127 };

static char history[HISTORY][LINE_CAPACITY];
static u32 remembered; /* runs free; the slot is the remainder */
static size length;

/* The space is inside the coloured part so that "demo> " is one run of bytes to search for. */
void line_prompt(void) { print("\033[36mdemo> \033[0m"); }

static void erase_one(const char *line) {
  if (!length) return;
  /* A UTF-8 character is one cell but several bytes. */
  while (length > 1 && ((u8)line[length - 1] & 0xc0) == 0x80) length--;
  length--;
  print("\b \b");
}

static void append(char *line, char byte) {
  if (length + 1 >= LINE_CAPACITY) return;
  line[length++] = byte;
  serial_put(byte);
}

static void replace(char *line, const char *with) {
  while (length) erase_one(line);
  while (*with) append(line, *with++);
}

/* Final byte of a control sequence whose ESC was read. Its parameters do not matter here. */
static int read_sequence(void) {
  int byte = serial_read(0);
  if (byte != '[' && byte != 'O') return byte;
  do byte = serial_read(0);
  while (byte < 0x40 || byte > 0x7e);
  return byte;
}

static void remember(const char *line) {
  if (!*line || (remembered && text_equal(line, history[(remembered - 1) % HISTORY]))) return;
  text_copy(history[remembered++ % HISTORY], line, LINE_CAPACITY);
}

static u32 browse(char *line, u32 at, int key) {
  u32 oldest = remembered > HISTORY ? remembered - HISTORY : 0;
  if (key == 'A' && at > oldest) replace(line, history[--at % HISTORY]);
  if (key == 'B' && at < remembered) {
    at++;
    replace(line, at == remembered ? "" : history[at % HISTORY]);
  }
  return at;
}

void line_edit(char line[LINE_CAPACITY]) {
  u32 at = remembered;
  length = 0;
  line_prompt();
  for (;;) {
    static int after_return; /* a terminal that sends CR LF means one line end */
    int byte = serial_read(0);
    int skip = byte == '\n' && after_return;
    after_return = byte == '\r';
    if (skip) continue;
    line[length] = 0;
    switch (byte) {
      case '\r':
      case '\n':
        print("\n");
        remember(line);
        return;
      case CTRL_C:
        print("^C\n");
        length = 0, at = remembered;
        line_prompt();
        break;
      case CTRL_L:
        print("\033[H\033[2J");
        line_prompt();
        print("%s", line);
        break;
      case CTRL_U:
        replace(line, "");
        break;
      case CTRL_W:
        while (length && line[length - 1] == ' ') erase_one(line);
        while (length && line[length - 1] != ' ') erase_one(line);
        break;
      case BACKSPACE:
      case DELETE:
        erase_one(line);
        break;
      case ESCAPE:
        at = browse(line, at, read_sequence());
        break;
      default:
        if (byte >= ' ') append(line, (char)byte);
    }
  }
}
