/** Port mappings in words and addresses. */
import type { PortStatus } from '../../../src-shared/model/ports.ts';

export function portWord(port: Pick<PortStatus, 'state' | 'host'>): string {
  switch (port.state) {
    case 'pending':
      return port.host === null ? 'chosen at launch' : 'not yet';
    case 'mapped':
      return 'listening, guest silent so far';
    case 'answering':
      return 'guest answers';
    case 'failed':
      return 'failed';
  }
}

export const isLoopback = (port: Pick<PortStatus, 'bind'>): boolean =>
  port.bind === 'localhost' || port.bind.startsWith('127.');

/** Where a program on this host connects; null while no port is known. */
export function hostAddress(port: Pick<PortStatus, 'bind' | 'host'>): string | null {
  if (port.host === null) return null;
  return `${port.bind === '0.0.0.0' ? '127.0.0.1' : port.bind}:${port.host}`;
}

const webPorts: ReadonlySet<number> = new Set([80, 3000, 5000, 8000, 8080, 8888]);

/** The address to open in a browser, for what is likely a web server. */
export function webAddress(port: PortStatus): string | null {
  const address = hostAddress(port);
  if (address === null || port.protocol !== 'tcp') return null;
  if (port.guest === 443 || port.guest === 8443) return `https://${address}/`;
  return webPorts.has(port.guest) || /http|web/i.test(port.name) ? `http://${address}/` : null;
}
