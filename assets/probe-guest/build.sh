#!/bin/sh
# Builds probe-guest.elf into the directory given (default: next to this script). On Debian 12 the result is the
# committed file, byte for byte. The object is 32-bit although most of its code is not: QEMU's Multiboot loader
# refuses 64-bit ELF files.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:-$here}" && pwd)
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

cd "$here/src"
${CC:-gcc} -m32 -g0 -c probe.S -o "$objects/probe.o"
${LD:-ld} -m elf_i386 -nostdlib -static --nmagic --build-id=none --strip-all --no-warn-rwx-segments -z noexecstack \
  -T link.ld -o "$out/probe-guest.elf" "$objects/probe.o"
chmod 644 "$out/probe-guest.elf"
