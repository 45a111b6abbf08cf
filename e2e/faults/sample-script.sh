#!/bin/sh
# What somebody might paste.
MEM=${MEM:-256}
exec qemu-system-x86_64 -m "$MEM" -kernel ./vmlinuz \
  -append "console=ttyS0 $EXTRA" -nographic
