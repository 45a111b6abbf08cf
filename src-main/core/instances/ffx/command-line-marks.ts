/**
 * Whether a command line is that of one particular emulator of ffx's, and what it says of the emulator's sockets. Pure.
 *
 * ffx itself believes the pid it wrote down. A pid that belongs to another program by now must fail here, and so must a
 * program that merely has one of the instance's files open (`tail -f …/emulator.log`, `socat - UNIX-CONNECT:…/monitor`).
 */
import { basename, join } from 'node:path';

export interface EmulatorMarks {
  /** The instance's directory, under every name it is known by. */
  readonly directories: readonly string[];
  readonly name: string;
  /** The program ffx says it started; empty when it does not say. */
  readonly binary: string;
}

export const socketNames = ['qmp', 'monitor', 'serial', 'control.sock'] as const;

interface ServedSocket {
  readonly path: string;
  /** Where the emulator itself writes down what the guest says there. */
  readonly logfile: string | null;
}

const socketOptions = new Set(['-qmp', '-qmp-pretty', '-monitor', '-serial', '-chardev']);

/** Sockets the program was told to serve: `unix:PATH,server,…`, `socket,path=PATH,server=on,…`, crosvm's `-s PATH`. */
export function servedSockets(commandLine: readonly string[]): ServedSocket[] {
  return commandLine.flatMap((word, index): ServedSocket[] => {
    const option = (commandLine[index - 1] ?? '').replace(/^--/, '-');
    if (option === '-s' && basename(word) === 'control.sock') return [{ path: word, logfile: null }];
    if (!socketOptions.has(option) || !/,server\b(?!=off)/.test(word)) return [];
    const path = /^unix:([^,]+)/.exec(word)?.[1] ?? /^socket,(?:.*,)?path=([^,]+)/.exec(word)?.[1];
    return path === undefined ? [] : [{ path, logfile: /,logfile=([^,]+)/.exec(word)?.[1] ?? null }];
  });
}

/** It serves a socket in the instance's directory. Nothing else does, so the emulator can even be found by it. */
export function servesItsSockets(commandLine: readonly string[], { directories }: EmulatorMarks): boolean {
  const own = new Set(directories.flatMap((directory) => socketNames.map((name) => join(directory, name))));
  return servedSockets(commandLine).some(({ path }) => own.has(path));
}

/**
 * The same of the process that ffx recorded, where less will do: a flag template of the user's own may have no sockets.
 * Then it must be the recorded program, with the instance's files or node name, and serve no other instance's sockets.
 */
export function isRecordedEmulator(commandLine: readonly string[], marks: EmulatorMarks): boolean {
  if (servesItsSockets(commandLine, marks)) return true;
  const [program = '', ...words] = commandLine;
  if (marks.binary === '' || basename(program) !== basename(marks.binary)) return false;
  if (servedSockets(commandLine).length > 0) return false;
  const nodeName = `zircon.nodename=${marks.name}`;
  return words.some(
    (word) =>
      word.split(/\s+/).includes(nodeName) || marks.directories.some((directory) => word.includes(`${directory}/`)),
  );
}

/** The serial line: null when the program serves none there (its console is the terminal it was started in). */
export function serialLineOf(commandLine: readonly string[], directories: readonly string[]): ServedSocket | null {
  const paths = new Set(directories.map((directory) => join(directory, 'serial')));
  return servedSockets(commandLine).find(({ path }) => paths.has(path)) ?? null;
}

export interface HostForwardRule {
  readonly protocol: 'tcp' | 'udp';
  /** As QEMU is told; empty means every address of the host. */
  readonly address: string;
  /** null: QEMU chose one. */
  readonly host: number | null;
  readonly guest: number;
}

/** The `hostfwd` rules of every `-netdev`. */
export function hostForwardRules(commandLine: readonly string[]): HostForwardRule[] {
  const networks = commandLine.filter((_, index) => /^--?(netdev|nic)$/.test(commandLine[index - 1] ?? ''));
  return networks.flatMap((network) =>
    [...network.matchAll(/,hostfwd=(tcp|udp)?:([^:,]*):(\d*)-[^:,]*:(\d+)/g)].map(
      ([, protocol, address = '', host = '', guest]) => ({
        protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
        address,
        host: Number(host) === 0 ? null : Number(host),
        guest: Number(guest),
      }),
    ),
  );
}
