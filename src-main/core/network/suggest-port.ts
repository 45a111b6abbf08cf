/** The port to offer when the one that was asked for cannot be had: near it, and free. */
import type { PortState, Protocol } from './free-port.ts';

/** Further away another number is no better than any. */
const tries = 200;

/** Where people look for what is not to be had below 1024. */
const customary: Readonly<Record<number, number>> = { 22: 2222, 80: 8080, 443: 8443 };

/** Upwards from the port; from 8000 up for those that are reserved. Pure. */
export function* nearbyPorts(port: number, firstUnprivileged = 1024): Generator<number> {
  const start = port < firstUnprivileged ? (customary[port] ?? 8000 + port) : port + 1;
  for (let step = 0; step < tries; step++) {
    const candidate = start + step;
    // The top of the range has its neighbours below it.
    yield candidate <= 65535 ? candidate : port - (candidate - 65535);
  }
}

/** null: none of those nearby. `isTaken`: by another row of the same list. */
export async function nearestFreePort(
  { protocol, address, port }: { readonly protocol: Protocol; readonly address: string; readonly port: number },
  portState: (protocol: Protocol, address: string, port: number) => Promise<PortState>,
  isTaken: (port: number) => boolean = () => false,
): Promise<number | null> {
  for (const candidate of nearbyPorts(port)) {
    if (isTaken(candidate)) continue;
    const state = await portState(protocol, address, candidate).catch(() => null);
    if (state === 'free') return candidate;
    // No port of such an address is free.
    if (state === 'no-such-address' || state === null) return null;
  }
  return null;
}
