/**
 * Port mappings in QEMU's words and back. Pure.
 *
 * Syntax: `hostfwd_add [netdev] [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport`; the answer is text, and an empty
 * one is success (QEMU net/slirp.c: net_slirp_hostfwd_add, slirp_hostfwd).
 */
import type { PortMapping } from '../../../src-shared/model/ports.ts';
import type { UsernetRow } from './usernet-table.ts';

/** QEMU resolves no names here. */
export function bindAddress(mapping: Pick<PortMapping, 'bind'>): string {
  return mapping.bind === 'localhost' ? '127.0.0.1' : mapping.bind;
}

/** `tcp:127.0.0.1:2222-:22`. Host port 0 lets QEMU choose, up to QEMU 8. */
export function forwardRule(mapping: Pick<PortMapping, 'protocol' | 'bind' | 'guest'>, hostPort: number): string {
  return `${mapping.protocol}:${bindAddress(mapping)}:${hostPort}-:${mapping.guest}`;
}

/** `tcp:127.0.0.1:2222`, as `hostfwd_remove` wants it. */
export function removalRule(mapping: Pick<PortMapping, 'protocol' | 'bind'>, hostPort: number): string {
  return `${mapping.protocol}:${bindAddress(mapping)}:${hostPort}`;
}

/** QEMU takes the first user network when none is named; ours is named where there is another. */
export function withNetwork(networks: readonly string[], rule: string): string {
  return networks.length > 1 && networks.includes(ownNetwork) ? `${ownNetwork} ${rule}` : rule;
}

/** The id that Slipway's plans and ffx's templates give it. */
const ownNetwork = 'net0';

export type ForwardReply =
  | { readonly outcome: 'added' }
  /** The host refused the port: taken, privileged, or not an address of this host. QEMU does not say which. */
  | { readonly outcome: 'refused'; readonly text: string }
  /** QEMU refused the rule: port 0 on those that do not choose one. */
  | { readonly outcome: 'invalid'; readonly text: string }
  /** No user-mode network to add it to. */
  | { readonly outcome: 'no-network'; readonly text: string };

/** What `hostfwd_add` said. The command itself always succeeds. */
export function readForwardReply(reply: string): ForwardReply {
  const text = reply.trim();
  if (text === '') return { outcome: 'added' };
  if (/could not set up host forwarding rule/i.test(text)) return { outcome: 'refused', text };
  if (/invalid host forwarding rule/i.test(text)) return { outcome: 'invalid', text };
  return { outcome: 'no-network', text };
}

/**
 * The table's row for each mapping, by index; null where there is none. Each row serves one mapping. Mappings that
 * differ in nothing QEMU knows of get their rows in the order they were added.
 */
export function matchForwards(
  mappings: readonly PortMapping[],
  forwards: readonly UsernetRow[],
): (UsernetRow | null)[] {
  // QEMU lists the newest first.
  const free = [...forwards].reverse();
  const matches: (UsernetRow | null)[] = mappings.map(() => null);
  // A fixed host port says exactly which row is meant, so those choose first.
  for (const fixed of [true, false]) {
    for (const [index, mapping] of mappings.entries()) {
      if ((mapping.host !== null) !== fixed) continue;
      const at = free.findIndex((row) => isRowOf(mapping, row));
      if (at >= 0) matches[index] = free.splice(at, 1)[0] ?? null;
    }
  }
  return matches;
}

function isRowOf(mapping: PortMapping, row: UsernetRow): boolean {
  const address = row.sourceAddress === '*' ? '0.0.0.0' : row.sourceAddress;
  return (
    row.protocol === mapping.protocol &&
    row.destinationPort === mapping.guest &&
    address === bindAddress(mapping) &&
    (mapping.host === null || mapping.host === row.sourcePort)
  );
}
