/**
 * Reads what `info usernet` prints: the table of QEMU's user-mode network. Pure.
 *
 * Format: libslirp `slirp_connection_info` (src/misc.c), under a heading per network that QEMU's net/slirp.c adds
 * (`VLAN -1 (net0):` up to 2.12, `Hub -1 (net0):` since). Line ends are CRLF over QMP.
 */

export interface UsernetRow {
  /** Id of the `-netdev`; null when no heading came before. */
  readonly netdev: string | null;
  readonly protocol: 'tcp' | 'udp';
  /** `HOST_FORWARD`, `ESTABLISHED`, `SYN_SENT` … */
  readonly state: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
}

const heading = /^(?:Hub|VLAN)\s+-?\d+\s+\((.+)\):/;
const row = /^(TCP|UDP)\[([A-Z_0-9]+)\]\s+-?\d+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+\d+\s+\d+/;

/**
 * Rows of connections in a known state, in QEMU's order: the newest forward first. Rows that are cut, and those of
 * datagram flows (`UDP[236 sec]`) and pings, which have no port of their own to speak of, are left out.
 */
export function parseUsernetTable(text: string): UsernetRow[] {
  const rows: UsernetRow[] = [];
  let netdev: string | null = null;
  for (const line of text.split('\n')) {
    const found = heading.exec(line.trim());
    if (found?.[1] !== undefined) {
      netdev = found[1];
      continue;
    }
    const parsed = parseRow(line.trim(), netdev);
    if (parsed !== null) rows.push(parsed);
  }
  return rows;
}

/** Ids of the user-mode networks there are, also of those without a connection. */
export function usernetNetworks(text: string): string[] {
  return text.split('\n').flatMap((line) => heading.exec(line.trim())?.[1] ?? []);
}

export function hostForwards(rows: readonly UsernetRow[]): UsernetRow[] {
  return rows.filter((candidate) => candidate.state === 'HOST_FORWARD');
}

function parseRow(line: string, netdev: string | null): UsernetRow | null {
  const [, protocol, state, sourceAddress, sourcePort, destinationAddress, destinationPort] = row.exec(line) ?? [];
  if (state === undefined || sourceAddress === undefined || destinationAddress === undefined) return null;
  const ports = [Number(sourcePort), Number(destinationPort)] as const;
  if (!ports.every((port) => port <= 65535)) return null;
  return {
    netdev,
    protocol: protocol === 'UDP' ? 'udp' : 'tcp',
    state,
    sourceAddress,
    sourcePort: ports[0],
    destinationAddress,
    destinationPort: ports[1],
  };
}
