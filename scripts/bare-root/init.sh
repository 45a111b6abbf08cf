#!/bin/sh
# The first process of a bare root, in mount and process namespaces of its own: gives the root its file systems, makes
# it the only thing there is, and runs the command. When it ends the kernel ends whatever the command left running, and
# takes the mounts away.
#   init.sh ROOT COMMAND...       environment: BARE_ROOT_BINDS, lines of "source<tab>target"; BARE_ROOT_CWD
set -eu
root=$1
shift

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty kvm net/tun; do
  [ -e "/dev/$node" ] || continue
  mkdir -p "$(dirname "$root/dev/$node")"
  : >"$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"; done

printf %s "${BARE_ROOT_BINDS-}" | while IFS='	' read -r source target; do
  mkdir -p "$root/$target"
  mount --bind "$source" "$root/$target"
done

# Not chroot: in one, the kernel refuses user namespaces, and with them Chromium's sandbox.
cd "$root"
pivot_root . .
umount -l .
cd "${BARE_ROOT_CWD:-/}"
unset BARE_ROOT_BINDS BARE_ROOT_CWD

# Not exec: this shell reaps what others leave behind, as process 1 must.
code=0
"$@" || code=$?
exit "$code"
