/** The words of the command line: one place for what there is and what each option means. */
export class UsageError extends Error {}

export const usage = `slipway: boot images in QEMU, watch them and talk to them

  slipway start --demo | --linux | --kernel FILE | --disk FILE | --firmware FILE   make an instance and boot it
  slipway start NAME                       boot an instance again
  slipway stop NAME | --all                ask the guest, then QEMU, then the kernel
  slipway restart NAME                     stop, stage what changed, boot
  slipway reset NAME                       press the reset button
  slipway pause NAME, slipway resume NAME
  slipway list                             every instance and its state
  slipway show NAME                        everything known about one
  slipway console NAME                     a terminal on it; Ctrl-] leaves
  slipway logs NAME                        the serial output of a boot, from its first byte
  slipway delete NAME                      move it to the trash
  slipway restore TRASH                    take it out again
  slipway serve                            the window as a web page on loopback

NAME is an instance's name or id. Guests run on when slipway ends, however it ends.
Every command takes  --machine json  (stdout is JSON only)  and  --help.
SLIPWAY_HOME moves everything Slipway writes.
Exit codes: 0 done, 1 failed or timed out, 2 usage.
`;

export const commandUsage: Readonly<Record<string, string>> = {
  start: `slipway start GUEST [options]
slipway start NAME [options]     boot an instance again; options given here replace what it had

Returns when the guest is ready. The guest runs on by itself.

guest
  --demo                     the embedded demo guest
  --linux                    Debian kernel, BusyBox and ssh, built on first use
  --kernel FILE              a Linux kernel, or any ELF by multiboot or PVH
    --initrd FILE  --append TEXT
  --disk FILE                a disk or ISO image; repeatable; with --kernel an extra disk
    --access overlay|copy|direct|read-only   (default overlay: the file is never changed)
    --uefi                   boot it by UEFI
  --firmware FILE            a firmware image (-bios)
    --firmware-vars FILE     makes it a pflash pair
    --efi DIRECTORY          a directory the firmware sees as a disk
machine
  --name NAME                name of the instance (default: after the guest)
  --arch x86_64|aarch64|riscv64   --qemu BINARY   --qemu-machine NAME   --cpu NAME
  --memory MIB   --smp N   --accel auto|kvm|hvf|tcg
network
  --port NAME:GUEST[:[ADDRESS:]HOST][/udp]   forward a port; repeatable. HOST is chosen when it is not
                             given; ADDRESS is 127.0.0.1 unless you expose the port with another one
  --no-network
debugging
  --gdb [--gdb-port N]       gdb stub on loopback      --paused   stay at the first instruction
  --no-reboot  --no-shutdown  --debug-log ITEM   QEMU's -d, repeatable
  --extra TEXT               more QEMU arguments, quoted as for a shell: --extra='-device edu'
waiting
  --ready-pattern REGEX      ready when a line of the serial output matches
  --timeout SECONDS          how long to wait for ready (0: return when it runs)
  --restage                  make every staged image anew

A text that begins with a hyphen needs "=": --append='-x', --extra='-device edu'.
`,
  stop: `slipway stop NAME | --all [--now]

Asks the guest to power off, then QEMU to quit, then the kernel to end it. Stopping what is stopped is no failure.

  --all   everything that runs
  --now   do not wait for the guest: tell QEMU to quit at once
`,
  restart: `slipway restart NAME [--timeout SECONDS]

Stops it, stages what changed, boots it, and returns when it is ready (--timeout 0: when it runs).
`,
  reset: 'slipway reset NAME\n\nPresses the reset button: same process, same images.\n',
  pause: 'slipway pause NAME\n\nThe virtual CPUs stand still until: slipway resume NAME\n',
  resume: 'slipway resume NAME\n',
  list: `slipway list [--only-running]

One line per instance: state, name, guest, forwarded ports.
`,
  show: 'slipway show NAME\n\nState, conditions, ports, endpoints, timeline, QEMU command, boots.\n',
  console: `slipway console NAME [--serial | --monitor | --qmp | --log] [--boot N]

Everything you type goes to the guest, Ctrl-C too. Ctrl-] leaves; the guest runs on.

  --serial    the serial line (default)       --monitor   QEMU's monitor
  --qmp       QMP, on a socket of its own     --log       what QEMU itself said
  --boot N    an old boot, to look at

When what you type comes from a pipe (printf 'uptime\\r' | slipway console demo), all of it is sent; at its end
output is shown until the guest was quiet for a second, or ended. Up to 1 MiB can wait for a guest that does not read.
When the output goes to a pipe it begins with what comes next; what was before is in: slipway logs NAME
`,
  logs: `slipway logs NAME [--engine] [--boot N] [--follow]

The serial output of a boot, byte for byte, from its first.

  --engine       what QEMU itself said instead
  --boot N       of an older boot; slipway show lists them (default: the current or last one)
  -f, --follow   go on until the boot is over
`,
  delete: `slipway delete NAME [--yes]

Lists what goes, asks, and moves it to the trash. It can be taken out again with: slipway restore

  -y, --yes   do not ask
`,
  restore: 'slipway restore TRASH\n\nTRASH is what slipway delete printed.\n',
  serve: `slipway serve [--port N] [--allow-power]

Serves until it is stopped; guests run on. The address has a token in it: whoever has it has your guests.

  --port N        default 0: a free one
  --allow-power   allow from the page what the window would confirm natively
`,
};

/** What people who come from ffx, virsh, docker or ip type. */
export const wordsOfOthers: Readonly<Record<string, string>> = {
  ls: 'list',
  ps: 'list',
  run: 'start',
  boot: 'start',
  create: 'start',
  launch: 'start',
  kill: 'stop',
  destroy: 'stop',
  shutdown: 'stop',
  poweroff: 'stop',
  reboot: 'restart',
  unpause: 'resume',
  continue: 'resume',
  suspend: 'pause',
  attach: 'console',
  log: 'logs',
  status: 'show',
  info: 'show',
  inspect: 'show',
  rm: 'delete',
  remove: 'delete',
  undelete: 'restore',
  ui: 'serve',
  web: 'serve',
};
