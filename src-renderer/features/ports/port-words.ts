/** Port mappings in words and addresses. Pure. */
import {
  isMapped,
  type PortMapping,
  type PortOwner,
  type PortStatus,
  webScheme,
} from '../../../src-shared/model/ports.ts';
import { portStrings } from '../../strings/ports.ts';

const strings = portStrings.states;

export function ownerWord(owner: PortOwner | null | undefined): string {
  const words = portStrings.owner;
  if (owner == null) return words.unknown;
  if (owner.pid === null) return words.otherUser(owner.uid);
  const program = owner.program ?? words.nameless;
  return owner.instance === null
    ? words.program(program, owner.pid)
    : words.guest(owner.instance.name, program, owner.pid);
}

export function portWord(
  port: Pick<PortStatus, 'state' | 'host' | 'protocol' | 'answer' | 'owner' | 'failure'>,
): string {
  switch (port.state) {
    case 'pending':
      return port.host === null ? strings.chosenAtLaunch : strings.atLaunch;
    case 'mapped':
      return port.protocol === 'udp' ? strings.udp : strings.mapped;
    case 'answering':
      return port.answer == null || port.answer === '' ? strings.answers : strings.answersWith(port.answer);
    case 'accepting':
    case 'refused':
    case 'unanswered':
      return strings[port.state];
    case 'failed':
      return port.failure?.code === 'port_busy' ? strings.takenBy(ownerWord(port.owner)) : strings.failed;
  }
}

/** Where a program on this host connects; null while no port is known. */
export function hostAddress(port: Pick<PortStatus, 'bind' | 'host'>): string | null {
  if (port.host === null) return null;
  return `${port.bind === '0.0.0.0' || port.bind === 'localhost' ? '127.0.0.1' : port.bind}:${port.host}`;
}

/** Where QEMU listens or will. */
export function boundAddress({ bind, host }: Pick<PortStatus, 'bind' | 'host'>): string {
  return `${bind}:${host ?? portStrings.auto}`;
}

/** The address to open in a browser, for what is likely a web server. */
export function webAddress(port: PortStatus): string | null {
  const address = hostAddress(port);
  const scheme = webScheme(port);
  return address === null || scheme === null || !isMapped(port) ? null : `${scheme}://${address}/`;
}

/** Where other computers reach a mapping beyond loopback. */
export function outsideAddresses(port: Pick<PortStatus, 'bind' | 'host'>, hostAddresses: readonly string[]): string[] {
  const addresses = ['0.0.0.0', '::'].includes(port.bind) ? hostAddresses : [port.bind];
  return addresses.map((address) => (port.host === null ? address : `${address}:${port.host}`));
}

const customary: Readonly<Record<number, string>> = {
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  53: 'dns',
  80: 'http',
  123: 'ntp',
  443: 'https',
  1234: 'gdb',
  2345: 'debug',
  3306: 'mysql',
  3389: 'rdp',
  5432: 'postgres',
  5900: 'vnc',
  6379: 'redis',
  8080: 'web',
};

/** A name that is not taken, for a mapping that was given none. */
export function guessName(guest: number, taken: readonly string[]): string {
  const base = customary[guest] ?? `port-${guest}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** What a person types into a row. */
export interface PortText {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly guest: string;
  /** Empty: a free one. */
  readonly host: string;
  readonly bind: string;
}

/** null: no number of a port. */
export function portNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!/^\d{1,5}$/.test(trimmed)) return null;
  const value = Number(trimmed);
  return value >= 1 && value <= 65535 ? value : null;
}

const isAddress = (text: string): boolean =>
  text === 'localhost' || (/^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256));

/** What can be tried of a row as it stands; null while there is nothing to try. The guest's side needs no trying. */
export function triedMapping(row: PortText): PortMapping | null {
  const bind = row.bind.trim();
  const host = row.host.trim() === '' ? null : portNumber(row.host);
  if (!isAddress(bind) || (host === null && row.host.trim() !== '')) return null;
  return { name: row.name.trim(), protocol: row.protocol, guest: portNumber(row.guest) ?? 1, host, bind };
}
