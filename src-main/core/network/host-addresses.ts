/** Under which addresses others reach this host, for a mapping that listens on every one of them. */
import { networkInterfaces } from 'node:os';

/** IPv4 and not loopback: what QEMU's user-mode network forwards. */
export function hostAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
