/** The words of `slipway start`: the longest page of the command line. */

export const startUsage = `slipway start GUEST [options]
slipway start PRODUCT_BUNDLE [options]   boot Fuchsia: a directory with product_bundle.json in it
slipway start NAME [options]             boot an instance again; options given here replace what it had

Returns when the guest is ready. The guest runs on by itself.
A word without an option is a PRODUCT_BUNDLE when such a directory is there, otherwise the NAME of an instance.

guest
  --demo                     the embedded demo guest
  --linux                    Debian kernel, BusyBox and ssh, built on first use
  --kernel FILE              a Linux kernel, or any ELF by multiboot or PVH
    --initrd FILE  --append TEXT   (-c TEXT adds to the command line as well)
  --disk FILE                a disk or ISO image; repeatable; with --kernel an extra disk
    --access overlay|copy|direct|read-only   (default overlay: the file is never changed)
    --uefi                   boot it by UEFI
  --firmware FILE            a firmware image (-bios)
    --firmware-vars FILE     makes it a pflash pair
    --efi DIRECTORY          a directory the firmware sees as a disk
machine
  --name NAME                name of the instance (default: after the guest; Fuchsia: fuchsia-emulator)
  --arch x86_64|aarch64|riscv64   --qemu BINARY   --qemu-machine NAME   --cpu NAME
  --memory MIB   --smp N     for Fuchsia any value of -smp: --smp 16,threads=2; memory, CPU and machine are its device's
  --serial-ports N           serial lines, 1 to 8; look at them with: slipway console NAME --line N
  --accel auto|kvm|hvf|tcg   or ffx's hyper (kvm or hvf, by host) and none (tcg)
network
  --port NAME:GUEST[:[ADDRESS:]HOST][/udp]   forward a port; repeatable. HOST is chosen when it is not
                             given; ADDRESS is 127.0.0.1 unless you expose the port with another one
  --net auto|tap|user|none   tap and auto are for Fuchsia, whose default is auto; --no-network is --net none
  --port-map NAME:HOSTPORT   host port of a port that has a name: the device's, ssh for --linux, or your own
  --additional-port-forwards NAME:GUESTPORT   one more port with a name; repeatable
debugging
  --gdb [--gdb-port N]       gdb stub: a socket, or a loopback port that every program here reaches
  --paused                   stay at the first instruction
  --debugger                 wait for a debugger before anything runs; says how to attach
  --no-reboot  --no-shutdown  --debug-log ITEM   QEMU's -d, repeatable
  --extra TEXT               more QEMU arguments, quoted as for a shell: --extra='-device edu'
waiting
  --ready-pattern REGEX      ready when a line of the serial output matches
  --timeout SECONDS          how long to wait for ready (0: return when it runs); the guest is never ended by it
  -s, --startup-timeout SECONDS   the same. Default: 60 for Fuchsia, no limit for others
  --restage                  make every staged image anew
this terminal
  --console                  the serial line, until the guest ends. Ctrl-a c goes to the monitor and back, Ctrl-a x
                             ends the guest, Ctrl-a d leaves it running, Ctrl-C is the guest's
  -m, --monitor              the same, with the monitor first
  -l, --log PATH             PATH becomes a link to the engine's log, PATH.serial to the serial output, of this boot
  -V, --verbose              say the command line, and what every automatic choice came to
without running
  --dry-run                  print the command; nothing is staged or started
  --stage                    make the images and stop there (QEMU is started paused and ended)
  --device-list              print the devices of a PRODUCT_BUNDLE
Fuchsia, all as in ffx emu start
  --zbi FILE  --fvm FILE | --fxfs FILE | --fat FILE | --gpt FILE   loose images beside --kernel, instead of a bundle
  --system a|b|r             which system of the bundle (default a)
  --device NAME|PATH         a device of the bundle, or a virtual device's JSON: with a / in it, or ending in .json
                             (default: the bundle's recommended one, else its first)
  --engine auto|qemu|femu    (crosvm is not there yet)  --gpu auto|host|swiftshader_indirect
  -H, --headless             no window (also where there is no display)  --hidpi-scaling true|false
  -c, --kernel-args TEXT     kernel command line; repeatable
  --dev-config FILE          JSON with args, kernel_args and env, added to what the template gives
  --config FILE              your own flag template: no bundle, no checks, no staging
  --edit                     stage, open the flags as JSON in $VISUAL or $EDITOR, boot with what you wrote
  --no-serial-number         --upscript FILE   program that sets the tap network up
  --uefi  --vbmeta-key PEM  --vbmeta-key-metadata BIN   one GPT disk, booted by UEFI
  --reuse                    boot the images that were staged before (without a name: of fuchsia-emulator)
  --reuse-with-check         the same, unless the bundle's images have changed
                             Neither: a PRODUCT_BUNDLE is staged anew; by NAME unchanged images are used again

A text that begins with a hyphen needs "=": --append='-x', --extra='-device edu'.
With --machine json: {"ok":{"messages":[...]}} beside the instance (see: slipway list --help), or
{"user_error":{"message"}} or {"unexpected_error":{"message"}} beside "error".
`;
