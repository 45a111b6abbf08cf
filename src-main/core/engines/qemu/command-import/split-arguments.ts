/** A command's words as options with their values. Knows every option of QEMU that takes none. */
import type { Unknowns } from './shell/unknowns.ts';

export interface CommandArgument {
  /** Without its hyphens; empty for a disk image that stands alone. */
  readonly option: string;
  readonly value: string | null;
  /** As in the text, after the shell's quoting; `$NAME` for what is not known. */
  readonly words: readonly string[];
  /** Variables it needs and nobody gave. */
  readonly lacks: readonly string[];
}

const withoutValue: ReadonlySet<string> = new Set([
  ...['h', 'help', 'version', 'nodefaults', 'no-user-config', 'nodefconfig', 'no-fd-bootchk', 'no-acpi', 'no-hpet'],
  ...['no-reboot', 'no-shutdown', 'nographic', 'snapshot', 'S', 's', 'daemonize', 'enable-kvm', 'usb', 'full-screen'],
  ...[
    'alt-grab',
    'ctrl-grab',
    'no-quit',
    'no-frame',
    'sdl',
    'curses',
    'portrait',
    'win2k-hack',
    'rtc-td-hack',
    'no-kvm',
  ],
  ...['no-kvm-irqchip', 'no-kvm-pit', 'no-kvm-pit-reinjection', 'no-kvm-irqchip', 'enable-hax', 'mem-prealloc', 'tdf'],
  ...['only-migratable', 'preconfig', 'semihosting', 'old-param', 'singlestep', 'one-insn-per-tb', 'enable-fips'],
  ...[
    'xen-attach',
    'xen-domid-restrict',
    'async-teardown',
    'enable-sync-profile',
    'localtime',
    'std-vga',
    'audio-help',
  ],
  ...['perfmap', 'jitdump', 'enable-nesting', 'enable-tcg'],
]);

/** Every option of QEMU 2.0 to 10 with a value: what follows belongs to it even if it begins with a hyphen. */
const withValue: ReadonlySet<string> = new Set([
  ...['machine', 'M', 'cpu', 'accel', 'smp', 'numa', 'add-fd', 'set', 'global', 'boot', 'm', 'mem-path', 'k', 'audio'],
  ...['audiodev', 'soundhw', 'device', 'name', 'uuid', 'fda', 'fdb', 'hda', 'hdb', 'hdc', 'hdd', 'cdrom', 'blockdev'],
  ...[
    'drive',
    'mtdblock',
    'sd',
    'pflash',
    'fsdev',
    'virtfs',
    'iscsi',
    'usbdevice',
    'display',
    'spice',
    'rotate',
    'vga',
  ],
  ...[
    'g',
    'vnc',
    'acpitable',
    'smbios',
    'netdev',
    'nic',
    'net',
    'chardev',
    'tpmdev',
    'bios',
    'pflash',
    'kernel',
    'shim',
  ],
  ...['append', 'initrd', 'dtb', 'compat', 'fw_cfg', 'serial', 'parallel', 'monitor', 'qmp', 'qmp-pretty', 'mon'],
  ...['debugcon', 'pidfile', 'd', 'D', 'dfilter', 'seed', 'L', 'option-rom', 'rtc', 'icount', 'watchdog'],
  ...['watchdog-action', 'action', 'echr', 'incoming', 'chroot', 'runas', 'run-with', 'prom-env', 'semihosting-config'],
  ...[
    'sandbox',
    'readconfig',
    'writeconfig',
    'trace',
    'plugin',
    'msg',
    'dump-vmstate',
    'object',
    'gdb',
    'loadvm',
    'redir',
  ],
  ...[
    'tftp',
    'bootp',
    'smb',
    'balloon',
    'clock',
    'startdate',
    'kvm-shadow-memory',
    'tb-size',
    'xen-domid',
    'bt',
    'qtest',
  ],
  ...['qtest-log', 'virtioconsole', 'smp', 'igd-passthru', 'semihosting-config', 'tdf', 'pcidevice', 'drive-opts'],
]);

export function splitArguments(words: readonly string[], unknowns: Unknowns): CommandArgument[] {
  const found: CommandArgument[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const option = /^--?([A-Za-z].*)$/.exec(word)?.[1] ?? null;
    const next = words[at + 1];
    const takesNext =
      option !== null &&
      next !== undefined &&
      !withoutValue.has(option) &&
      (withValue.has(option) || !next.startsWith('-'));
    const own = takesNext ? [word, next] : [word];
    if (takesNext) at++;
    const lacks = own.flatMap((one) => unknowns.namesIn(one));
    const spelled = own.map((one) => unknowns.spell(one));
    const value = takesNext ? (spelled[1] ?? null) : null;
    if (option !== null) found.push({ option, value, words: spelled, lacks });
    // A variable that stands alone and is not set gives no word at all.
    else if (unknowns.isOnlyMarks(word)) found.push({ option: onlyUnknown, value: null, words: spelled, lacks });
    else found.push({ option: '', value: spelled[0] ?? null, words: spelled, lacks });
  }
  return joinLostQuotes(found);
}

export const onlyUnknown = '$';

/** `-append console=ttyS0 root=/dev/vda rw`: where quotes were lost, the rest of a kernel's command line stands alone. */
function joinLostQuotes(list: readonly CommandArgument[]): CommandArgument[] {
  const joined: CommandArgument[] = [];
  for (const argument of list) {
    const before = joined.at(-1);
    const isRest =
      argument.option === '' &&
      before?.option === 'append' &&
      /^[A-Za-z_][\w.-]*=|^(rw|ro|quiet|debug|splash|single|nokaslr|nomodeset|ignore_loglevel|--)$/.test(
        argument.value ?? '',
      );
    if (!isRest || before === undefined) {
      joined.push(argument);
      continue;
    }
    const value = `${before.value ?? ''} ${argument.value ?? ''}`;
    joined[joined.length - 1] = {
      ...before,
      value,
      words: [before.words[0] ?? '-append', value],
      lacks: [...before.lacks, ...argument.lacks],
    };
  }
  return joined;
}
