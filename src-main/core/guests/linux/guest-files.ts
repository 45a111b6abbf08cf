/**
 * The text files of the Linux guest: what runs from the kernel's hand-over to the login shell.
 *
 * Pure text, no decisions. Everything here runs inside the guest under BusyBox; nothing of it runs on the host.
 */
import type { CpioEntry } from './cpio.ts';

/** The first words of the line that says the login shell is there. A readiness pattern can be built on it. */
export const loginReadyText = 'Slipway Linux guest: ';

/** The Debian packages the guest is made of: one that names the newest kernel, and the programs (with their libraries). */
export const guestPackages = { kernel: 'linux-image-cloud-amd64', user: ['busybox-static', 'dropbear-bin'] } as const;

/** Loaded at boot, in this order, whether or not the device is there: each costs a few milliseconds. */
export const bootModules: readonly string[] = [
  'virtio_pci',
  'virtio_blk',
  'virtio_net',
  'virtio_rng',
  'virtio_console',
  // The ACPI power button is a key of an input device; evdev lets acpid read it.
  'button',
  'evdev',
];

/** In the image for modprobe and for the kernel to ask for; not loaded unless something needs them. */
export const optionalModules: readonly string[] = [
  'virtio_mmio',
  'virtio_scsi',
  'sd_mod',
  'sr_mod',
  'virtio_balloon',
  'virtio_input',
  'vmw_vsock_virtio_transport',
  'virtiofs',
  'qemu_fw_cfg',
  'loop',
  'vfat',
  'nls_cp437',
  'nls_ascii',
  'nls_iso8859-1',
  'nls_utf8',
  'isofs',
  'squashfs',
  'overlay',
];

const inittab = `::sysinit:/etc/init.d/boot
::respawn:/bin/serial-shell
::ctrlaltdel:/bin/reboot
::shutdown:/etc/init.d/halt
`;

// Stage lines go through the kernel's log: they get its time stamps, keep their order with its lines, and stay in dmesg.
const boot = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
ln -s /proc/self/fd /dev/fd
echo on > /proc/sys/kernel/printk_devkmsg
# What is logged without a level (the ssh server does) counts as information, so that it stays off the console later on.
echo "7 6" > /proc/sys/kernel/printk
stage() { echo "<5>slipway: $*" > /dev/kmsg; }
stage "file systems mounted"

hostname slipway
failed=
while read -r module; do
  insmod "/lib/modules/$(uname -r)/$module" 2> /run/insmod.err || failed="$failed $module"
done < /etc/slipway/modules
stage "modules loaded\${failed:+, except$failed}"

acpid -l /dev/null -p /run/acpid.pid

ip link set lo up
interface=
for path in /sys/class/net/*; do
  [ "\${path##*/}" = lo ] || { interface=\${path##*/}; break; }
done
if [ -n "$interface" ]; then
  ip link set "$interface" up
  # Two tries in the foreground, so that the address is known before the shell is there; then in the background.
  udhcpc -i "$interface" -s /etc/udhcpc.script -p /run/udhcpc.pid -x hostname:slipway -t 2 -T 1 -A 5 -b > /dev/null 2>&1
else
  stage "no network interface"
fi

if [ -s /root/.ssh/authorized_keys ]; then
  # Waits for the kernel's random numbers: a second, unless the guest has a virtio-rng device or RDRAND.
  dropbearkey -t ed25519 -f /etc/dropbear/host_ed25519 > /dev/null 2>&1
  dropbear -E -s -r /etc/dropbear/host_ed25519 -P /run/dropbear.pid 2> /dev/kmsg && stage "ssh on port 22"
else
  stage "no authorized key, so no ssh"
fi

# From here on only warnings and worse break into the shell's lines; everything stays in dmesg.
stage "boot finished"
dmesg -n 5
`;

const udhcpcScript = `#!/bin/sh
stage() { echo "<5>slipway: $*" > /dev/kmsg; }
case $1 in
  deconfig)
    ip addr flush dev "$interface"
    ip link set "$interface" up
    ;;
  bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/\${mask:-24}" dev "$interface"
    for gateway in $router; do
      ip route add default via "$gateway" dev "$interface"
      break
    done
    : > /run/resolv.conf
    [ -z "$domain" ] || echo "search $domain" >> /run/resolv.conf
    for server in $dns; do echo "nameserver $server" >> /run/resolv.conf; done
    [ "$1" = renew ] || stage "$interface has $ip/\${mask:-24}\${gateway:+, gateway $gateway}"
    ;;
  leasefail)
    stage "$interface: no DHCP answer yet"
    ;;
esac
`;

// cttyhack gives the shell the console's real terminal, without which there is no Ctrl-C and no job control.
const serialShell = `#!/bin/sh
export HOME=/root USER=root LOGNAME=root SHELL=/bin/sh TERM=xterm-256color PATH=/bin
cd /root
read -r consoles < /sys/class/tty/console/active
address=$(ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
ssh=
[ ! -e /run/dropbear.pid ] || ssh=", ssh on port 22 as root"
echo
echo "${loginReadyText}Linux $(uname -r), shell on \${consoles##* }\${address:+, address $address}$ssh. 'poweroff' ends it."
exec cttyhack /bin/sh -l
`;

const profile = `export PATH=/bin
export PS1='\\h:\\w\\$ '
alias ll='ls -l'
# A serial line has no size of its own, which confuses vi and less; stty prints none then.
[ -n "$(stty size 2> /dev/null)" ] || stty rows 24 cols 80
`;

const powerButton = `#!/bin/sh
echo "<1>slipway: power button, shutting down" > /dev/kmsg
exec poweroff
`;

const halt = `#!/bin/sh
sync
tac /proc/mounts | while read -r device directory _; do
  case $device in /dev/*) umount "$directory" ;; esac
done
`;

/** Folders, devices and text files of the guest, in an order an archive can have; programs and modules come after. */
export function guestFiles(): CpioEntry[] {
  const directory = (path: string, mode = 0o755): CpioEntry => ({ kind: 'directory', path, mode });
  const text = (path: string, data: string, mode = 0o644): CpioEntry => ({ kind: 'file', path, data, mode });
  const link = (path: string, target: string): CpioEntry => ({ kind: 'symlink', path, target });
  return [
    ...['bin', 'dev', 'etc', 'lib', 'lib64', 'mnt', 'proc', 'run', 'sys', 'usr', 'var'].map((path) => directory(path)),
    ...['etc/acpi', 'etc/acpi/PWRF', 'etc/dropbear', 'etc/init.d', 'etc/slipway', 'lib/modules'].map((path) =>
      directory(path),
    ),
    directory('root', 0o700),
    directory('tmp', 0o1777),
    directory('var/log'),
    link('sbin', 'bin'),
    link('usr/bin', '/bin'),
    link('usr/sbin', '/sbin'),
    link('usr/lib', '/lib'),
    link('var/run', '/run'),
    // The kernel opens /dev/console before anything of ours runs; without it the first program has no output.
    { kind: 'character-device', path: 'dev/console', major: 5, minor: 1, mode: 0o600 },
    { kind: 'character-device', path: 'dev/null', major: 1, minor: 3, mode: 0o666 },
    link('init', 'bin/busybox'),
    text('etc/inittab', inittab),
    text('etc/init.d/boot', boot, 0o755),
    text('etc/init.d/halt', halt, 0o755),
    text('etc/acpi/PWRF/00000080', powerButton, 0o755),
    text('etc/udhcpc.script', udhcpcScript, 0o755),
    text('bin/serial-shell', serialShell, 0o755),
    text('etc/profile', profile),
    text('etc/hostname', 'slipway\n'),
    text('etc/hosts', '127.0.0.1 localhost slipway\n::1 localhost\n'),
    text('etc/passwd', 'root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/:/bin/false\n'),
    text('etc/group', 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n'),
    // mount without a type tries these in turn; the kernel loads the module of each.
    text('etc/filesystems', 'ext4\nvfat\niso9660\nsquashfs\n'),
    text('etc/shells', '/bin/sh\n'),
    link('etc/resolv.conf', '/run/resolv.conf'),
    link('etc/mtab', '/proc/mounts'),
  ];
}
