/** The words of the command line: one place for what there is and what each option means. */
export class UsageError extends Error {}

export const usage = `slipway: boot images in QEMU, watch them and talk to them

  slipway start --demo | --linux | --kernel FILE | --disk FILE | --firmware FILE   make an instance and boot it
  slipway start --name NAME                boot an instance again
  slipway stop NAME | --all                ask the guest, then QEMU, then the kernel
  slipway restart NAME                     stop, stage what changed, boot
  slipway reset NAME                       press the reset button
  slipway pause NAME, slipway resume NAME
  slipway list                             every instance and its state
  slipway show NAME                        everything known about one
  slipway console NAME                     a terminal on it; Ctrl-] leaves
  slipway logs NAME                        the serial output of a boot, from its first byte
  slipway delete NAME                      move it to the trash
  slipway serve                            the window as a web page on loopback

Every command takes  --machine json  (stdout is JSON only)  and  --help.
SLIPWAY_HOME moves everything Slipway writes.
Exit codes: 0 done, 1 failed or timed out, 2 usage.
`;

export const commandUsage: Record<string, string> = {
  start: `slipway start GUEST [options]

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
  --name NAME                name of the instance; without a guest: boot that instance again
  --arch x86_64|aarch64|riscv64   --qemu BINARY   --qemu-machine NAME   --cpu NAME
  --memory MIB   --smp N   --accel auto|kvm|hvf|tcg
network
  --port NAME:GUEST[:HOST]   forward a port; HOST is chosen when it is not given; repeatable
  --no-network
debugging
  --gdb [--gdb-port N]       gdb stub on loopback      --paused   stay at the first instruction
  --no-reboot  --no-shutdown  --debug-log ITEM   QEMU's -d, repeatable
  --extra TEXT               more QEMU arguments, quoted as for a shell
waiting
  --ready-pattern REGEX      ready when a line of the serial output matches
  --timeout SECONDS          how long to wait for ready (0: return when it runs)
  --restage                  make every staged image anew
`,
  stop: 'slipway stop NAME | --all [--now]\n\n  --now   do not ask the guest, end QEMU at once\n',
  console:
    'slipway console NAME [--serial | --monitor | --qmp | --log] [--boot N]\n\nEverything you type goes to the guest. Ctrl-] leaves.\n',
  logs: 'slipway logs NAME [--engine] [--boot N] [--follow]\n',
  delete: 'slipway delete NAME [--yes]\n',
  serve:
    'slipway serve [--port N] [--allow-power]\n\n  --port N        0: a free one (default)\n  --allow-power   allow from the page what the window would confirm natively\n',
};
