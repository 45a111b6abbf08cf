/** Where in a command the emulator is: behind `sudo`, `env`, `taskset` and whatever else is put before it. */
import { basename } from 'node:path';

export interface EmulatorCommand {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** What stood before the program. */
  readonly before: readonly string[];
}

const program = /^(qemu-system-[a-z0-9_]+|qemu-kvm|kvm|qemu)(\.exe|\.bin)?$/;
const certain = /^(qemu-system-[a-z0-9_]+|qemu-kvm)(\.exe|\.bin)?$/;

/** Commands that name a program without running it. */
const mentions: ReadonlySet<string> = new Set([
  ...['echo', 'printf', 'which', 'type', 'hash', 'whereis', 'man', 'ls', 'test', '[', '[[', 'cat', 'grep', 'cd'],
  ...['apt', 'apt-get', 'dnf', 'yum', 'pacman', 'apk', 'zypper', 'brew', 'port', 'nix-env', 'pip', 'make', 'cargo'],
  ...['kill', 'pkill', 'killall', 'pgrep', 'pidof', 'ps', 'cp', 'mv', 'rm', 'ln', 'mkdir', 'install', 'file', 'ldd'],
  ...['export', 'local', 'declare', 'typeset', 'readonly', 'alias', 'die', 'log', 'info', 'error', 'fail', 'require'],
]);

/** null: this command runs no emulator. */
export function findEmulatorCommand(words: readonly string[]): EmulatorCommand | null {
  const [first, second] = words;
  if (first === undefined || mentions.has(first)) return null;
  if (first === 'command' && /^-[vV]$/.test(second ?? '')) return null;
  const at = words.findIndex((word, index) => {
    const name = basename(word.replace(/^@+/, ''));
    // Far from the start `kvm` and `qemu` are users, groups or directories.
    return (
      certain.test(name) ||
      ((index === 0 || isPrompt(words[index - 1])) && program.test(name)) ||
      (index > 0 && program.test(name) && wrappers.has(words[0] ?? ''))
    );
  });
  if (at < 0) return null;
  const argv = words.slice(at);
  return { argv: [argv[0]?.replace(/^@+/, '') ?? '', ...argv.slice(1)], before: words.slice(0, at) };
}

const wrappers: ReadonlySet<string> = new Set([
  ...[
    'exec',
    'sudo',
    'doas',
    'env',
    'nohup',
    'time',
    'taskset',
    'nice',
    'ionice',
    'setsid',
    'stdbuf',
    'timeout',
    'chrt',
  ],
  ...['numactl', 'strace', 'gdb', 'command', 'unbuffer', 'systemd-run', 'script', 'xvfb-run', 'firejail'],
]);

function isPrompt(word: string | undefined): boolean {
  return word !== undefined && /[$%>]$/.test(word);
}

/** Options no guest could do without, to know an emulator whose name is in a variable. */
const telling: ReadonlySet<string> = new Set([
  ...[
    'm',
    'M',
    'machine',
    'smp',
    'cpu',
    'kernel',
    'drive',
    'hda',
    'cdrom',
    'nographic',
    'device',
    'netdev',
    'bios',
    'accel',
  ],
  ...['enable-kvm', 'serial', 'append', 'display', 'monitor', 'boot'],
]);

/** Whether words can only be arguments of QEMU. */
export function looksLikeArguments(words: readonly string[]): boolean {
  return words.filter((word) => telling.has(/^--?([A-Za-z-]+)$/.exec(word)?.[1] ?? '')).length >= 2;
}
