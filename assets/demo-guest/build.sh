#!/bin/sh
# Builds demo-guest.elf into the directory given (default: next to this script). On Debian 12 the result is the
# committed file, byte for byte: the flags, their order and the order of the objects are part of the recipe.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:-$here}" && pwd)
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# Sources are compiled by relative name, so that the place of the checkout cannot leak into an object.
cd "$here/src"
modules='start.S main.c serial.c print.c text.c time.c interrupts.c inventory.c power.c line-editor.c shell.c commands.c'
list=''
for module in $modules; do
  object=$objects/${module%.*}.o
  ${CC:-gcc} -m32 -march=i586 -mtune=generic -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -nostdinc -fno-builtin \
    -fno-pic -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing \
    -fno-delete-null-pointer-checks -mgeneral-regs-only -fno-ident -frandom-seed=demo -g0 -c "$module" -o "$object"
  list="$list $object"
done
# shellcheck disable=SC2086 # a list of file names that we made ourselves
${LD:-ld} -m elf_i386 -nostdlib -static --nmagic --build-id=none --strip-all --no-warn-rwx-segments -z noexecstack \
  -T link.ld -o "$out/demo-guest.elf" $list
chmod 644 "$out/demo-guest.elf"
