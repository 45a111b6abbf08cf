/**
 * Which process has a port, so that "address already in use" comes with a name.
 *
 * Linux: /proc/net/{tcp,tcp6,udp,udp6} (Documentation/networking/proc_net_tcp.rst) give the socket's inode, and a
 * link `socket:[INODE]` in /proc/PID/fd gives the process, where we may read it. Elsewhere the answer is null.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { PortOwner as ShownOwner } from '../../../src-shared/model/ports.ts';
import type { Protocol } from './free-port.ts';

/** The instance that a process is the engine of, where it is one of this home's. */
export type InstanceOf = (pid: number) => { readonly id: string; readonly name: string } | null;

export interface PortOwner {
  /** null: the process belongs to another user, who alone (and root) can see it. */
  readonly pid: number | null;
  /** The program's name, as `ps -o comm` has it; null with an unknown pid. */
  readonly command: string | null;
  readonly commandLine: readonly string[];
  readonly uid: number;
}

interface ProcSocket {
  readonly address: string;
  readonly port: number;
  readonly isListening: boolean;
  readonly uid: number;
  readonly inode: string;
}

/** Never throws: it is asked while something else is being explained. */
export async function findPortOwner(protocol: Protocol, address: string, port: number): Promise<PortOwner | null> {
  if (process.platform !== 'linux') return null;
  const sockets = await Promise.all(
    [protocol, `${protocol}6`].map(async (name) => parseProcSockets(await readIfThere(`/proc/net/${name}`))),
  );
  const [holder] = sockets
    .flat()
    .filter((socket) => isInTheWay(socket, address, port))
    .sort((a, b) => distance(a, address) - distance(b, address));
  if (holder === undefined) return null;
  const pid = await processWithSocket(holder.inode);
  if (pid === null) return { pid: null, command: null, commandLine: [], uid: holder.uid };
  const [command, commandLine] = await Promise.all([
    readIfThere(`/proc/${pid}/comm`),
    readIfThere(`/proc/${pid}/cmdline`),
  ]);
  return {
    pid,
    command: command.trim() || null,
    commandLine: commandLine.split('\0').slice(0, -1),
    uid: holder.uid,
  };
}

/** `sshd (pid 812)`, `the guest build (qemu-system-x86, pid 812)`, or as much of it as can be seen. Pure. */
export function describeOwner(owner: PortOwner | null, instanceOf: InstanceOf = () => null): string {
  if (owner === null) return 'another program';
  if (owner.pid === null) return `a process of another user (uid ${owner.uid})`;
  const program = owner.command ?? 'a process';
  const guest = guestOf(owner, instanceOf);
  return guest === null ? `${program} (pid ${owner.pid})` : `the guest "${guest.name}" (${program}, pid ${owner.pid})`;
}

/** The owner as everybody is shown it. Pure. */
export function shownOwner(owner: PortOwner | null, instanceOf: InstanceOf = () => null): ShownOwner | null {
  if (owner === null) return null;
  const { pid, command: program, uid } = owner;
  return { pid, program, commandLine: owner.commandLine.join(' '), uid, instance: guestOf(owner, instanceOf) };
}

/** One of this home's; else what QEMU and the Android emulator are told to call their guest. */
function guestOf({ pid, commandLine }: PortOwner, instanceOf: InstanceOf): ShownOwner['instance'] {
  const known = pid === null ? null : instanceOf(pid);
  if (known !== null) return known;
  if (!/(^|\/)(qemu-system-|qemu-kvm$|aemu$)/.test(commandLine[0] ?? '')) return null;
  const value = commandLine[commandLine.findIndex((word) => word === '-name' || word === '--name') + 1] ?? '';
  if (!commandLine.some((word) => word === '-name' || word === '--name')) return null;
  const [first = ''] = value.replaceAll(',,', '\0').split(',');
  const name = first.replaceAll('\0', ',').replace(/^guest=/, '');
  return name === '' ? null : { id: null, name };
}

/** Rows of /proc/net/tcp and its siblings. Pure; a row that is cut is left out. */
export function parseProcSockets(text: string): ProcSocket[] {
  const sockets: ProcSocket[] = [];
  for (const line of text.split('\n')) {
    const found = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) \S+ \S+ \S+\s+(\d+)\s+\d+ (\d+)/.exec(line);
    const [, address, port, state, uid, inode] = found ?? [];
    if (address === undefined || port === undefined || inode === undefined) continue;
    sockets.push({
      address: addressOf(address),
      port: Number.parseInt(port, 16),
      // 0A is TCP_LISTEN; an unconnected UDP socket is 07 (TCP_CLOSE).
      isListening: state === '0A' || state === '07',
      uid: Number(uid),
      inode,
    });
  }
  return sockets;
}

/** The kernel prints each 32-bit word of an address in the machine's byte order, which is little-endian wherever we run. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let offset = 0; offset < bytes.length; offset += 4) bytes.subarray(offset, offset + 4).reverse();
  if (bytes.length === 4) return [...bytes].join('.');
  const mapped = bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff';
  if (mapped) return [...bytes.subarray(12)].join('.');
  return bytes.every((byte) => byte === 0) ? '::' : (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
}

function isInTheWay(socket: ProcSocket, address: string, port: number): boolean {
  if (socket.port !== port || !socket.isListening) return false;
  const everywhere = ['0.0.0.0', '::'];
  return socket.address === address || everywhere.includes(socket.address) || everywhere.includes(address);
}

/** A socket of the other family can be in the way too, and mostly is not: it is named last. */
function distance(socket: ProcSocket, address: string): number {
  if (socket.address === address) return 0;
  return socket.address.includes(':') ? 2 : 1;
}

async function processWithSocket(inode: string): Promise<number | null> {
  const wanted = `socket:[${inode}]`;
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    // Processes come and go, and those of others are closed to us.
    for (const descriptor of await readdir(`/proc/${name}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${name}/fd/${descriptor}`).catch(() => '');
      if (target === wanted) return Number(name);
    }
  }
  return null;
}

async function readIfThere(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
