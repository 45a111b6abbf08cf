/**
 * Which process has a port, so that "address already in use" comes with a name.
 *
 * Linux: /proc/net/{tcp,tcp6,udp,udp6} (Documentation/networking/proc_net_tcp.rst) give the socket's inode, and a
 * link `socket:[INODE]` in /proc/PID/fd gives the process, where we may read it. Elsewhere the answer is null.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Protocol } from './free-port.ts';

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
  const holder = sockets.flat().find((socket) => isInTheWay(socket, address, port));
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

/** `sshd (pid 812)`, or as much of it as can be seen. Pure. */
export function describeOwner(owner: PortOwner | null): string {
  if (owner === null) return 'another program';
  if (owner.pid === null) return `a process of another user (uid ${owner.uid})`;
  return `${owner.command ?? 'a process'} (pid ${owner.pid})`;
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
