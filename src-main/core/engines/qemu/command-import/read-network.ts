/**
 * The network. One card behind QEMU's NAT is fields: the card, and its port forwards. Anything else stays word for word,
 * and Slipway adds no card of its own.
 */
import * as z from 'zod';
import type { PortMapping } from '../../../../../src-shared/model/ports.ts';
import { propertyOf, readProperties, spellProperties } from './properties.ts';
import type { Reading } from './reading.ts';
import type { CommandArgument } from './split-arguments.ts';

interface Connection {
  readonly arguments: readonly CommandArgument[];
  /** Properties of the NAT, without id. */
  readonly backend: readonly (readonly [string, string])[];
  /** As `-device` takes it; null: what the machine has. */
  readonly device: string | null;
}

export function readNetwork(reading: Reading): void {
  const { machine, facts } = reading;
  const asked = reading.open('net', 'netdev', 'nic');
  if (asked.length === 0) {
    readRedirections(reading);
    const isBare = reading.has('nodefaults') || facts.networkDevice === null;
    machine.networking = isBare && machine.ports.length === 0 ? 'none' : 'user';
    machine.networkDevice = machine.networking === 'user' ? ownName(reading, facts.networkDevice) : null;
    return;
  }
  const off = asked.filter(({ option, value }) => option !== 'netdev' && value === 'none');
  for (const argument of off) reading.field(argument, 'host.networking');
  const connection = off.length === asked.length ? null : connectionOf(reading);
  const ports = connection === null ? null : portsOf(reading, connection.backend);
  machine.networking = 'none';
  if (connection === null || ports === null) {
    if (asked.some(({ value }) => value !== 'none' && !/\bfds?\b/.test(value ?? '')))
      reading.note('The network stands in the extra arguments as the command has it; Slipway adds no card of its own.');
    return;
  }
  machine.networking = 'user';
  machine.networkDevice = ownName(reading, connection.device);
  machine.ports.push(...ports);
  for (const argument of connection.arguments) {
    const isDevice =
      argument.option === 'device' || (argument.option === 'net' && argument.value?.startsWith('nic') === true);
    const forwards = !isDevice && connection.backend.some(([key]) => key === 'hostfwd');
    reading.field(argument, isDevice ? 'host.networkDevice' : forwards ? 'host.ports' : 'host.networking');
  }
  readRedirections(reading);
}

/** Slipway's own choice need not be named. */
function ownName({ bus }: Reading, device: string | null): string | null {
  if (bus === 'pci' && /^virtio(-net(-pci)?)?(,romfile=)?$/.test(device ?? '')) return null;
  if (bus === 'virtio-mmio' && device === 'virtio-net-device') return null;
  return device;
}

function connectionOf(reading: Reading): Connection | null {
  const asked = reading.open('net', 'netdev', 'nic');
  const [first, second, ...more] = asked;
  if (first === undefined || more.length > 0) return null;
  if (first.option === 'nic') return second === undefined ? ofNic(reading, first) : null;
  const pair = second === undefined ? null : ofNetWithBackend(reading, [first, second]);
  if (pair !== null) return pair;
  if (first.option === 'netdev') return second === undefined ? ofNetdev(reading, first) : null;
  const isPair = second?.option === 'net';
  return isPair ? ofNet(reading, [first, second]) : null;
}

function ofNic({ facts }: Reading, argument: CommandArgument): Connection | null {
  const properties = readProperties(argument.value ?? '');
  if ((properties.first ?? propertyOf(properties, 'type')) !== 'user') return null;
  const model = propertyOf(properties, 'model');
  const mac = propertyOf(properties, 'mac');
  const backend = properties.entries.filter(([key]) => !['type', 'model', 'mac', 'id'].includes(key));
  return { arguments: [argument], backend, device: named(model ?? facts.networkDevice, mac) };
}

function ofNetdev(reading: Reading, argument: CommandArgument): Connection | null {
  const properties = readProperties(argument.value ?? '');
  const id = propertyOf(properties, 'id');
  if ((properties.first ?? propertyOf(properties, 'type')) !== 'user' || id === null) return null;
  const devices = reading
    .open('device')
    .filter(({ value }) => propertyOf(readProperties(value ?? ''), 'netdev') === id);
  const [device, ...others] = devices;
  if (device === undefined || others.length > 0 || device.lacks.length > 0) return null;
  const { first, entries } = readProperties(device.value ?? '');
  const driver = first ?? entries.find(([key]) => key === 'driver')?.[1] ?? null;
  if (
    driver === null ||
    reading.arguments.some((one) => refersTo(one, entries.find(([key]) => key === 'id')?.[1] ?? null))
  )
    return null;
  const own = entries.filter(([key]) => !['driver', 'netdev', 'id'].includes(key));
  const backend = properties.entries.filter(([key]) => key !== 'id' && key !== 'type');
  return { arguments: [argument, device], backend, device: spellProperties(driver, own) };
}

/** `-set device.net0.mac=…`, a failover pair. */
function refersTo({ option, value }: CommandArgument, id: string | null): boolean {
  if (id === null) return false;
  return option === 'set'
    ? (value ?? '').startsWith(`device.${id}.`)
    : (value ?? '').includes(`failover_pair_id=${id}`);
}

function ofNet({ facts }: Reading, pair: readonly CommandArgument[]): Connection | null {
  const read = pair.map((argument) => readProperties(argument.value ?? ''));
  const nic = read.find(({ first }) => first === 'nic');
  const user = read.find(({ first }) => first === 'user');
  if (nic === undefined || user === undefined) return null;
  const known = ['model', 'macaddr', 'vlan', 'name', 'id'];
  if (!nic.entries.every(([key]) => known.includes(key))) return null;
  const backend = user.entries.filter(([key]) => !['vlan', 'name', 'id'].includes(key));
  return {
    arguments: pair,
    backend,
    device: named(propertyOf(nic, 'model') ?? facts.networkDevice, propertyOf(nic, 'macaddr')),
  };
}

/** `-netdev user,id=X -net nic,netdev=X`. */
function ofNetWithBackend({ facts }: Reading, pair: readonly CommandArgument[]): Connection | null {
  const back = pair.find(({ option }) => option === 'netdev');
  const front = pair.find(({ option }) => option === 'net');
  if (back === undefined || front === undefined) return null;
  const backend = readProperties(back.value ?? '');
  const nic = readProperties(front.value ?? '');
  const id = propertyOf(backend, 'id');
  if (
    (backend.first ?? propertyOf(backend, 'type')) !== 'user' ||
    nic.first !== 'nic' ||
    propertyOf(nic, 'netdev') !== id
  )
    return null;
  if (!nic.entries.every(([key]) => ['netdev', 'model', 'macaddr', 'id', 'name'].includes(key))) return null;
  const device = named(propertyOf(nic, 'model') ?? facts.networkDevice, propertyOf(nic, 'macaddr'));
  return { arguments: pair, backend: backend.entries.filter(([key]) => key !== 'id' && key !== 'type'), device };
}

function named(model: string | null, mac: string | null): string | null {
  const device = model === 'virtio' ? 'virtio-net-pci' : model;
  return device === null || mac === null ? device : `${device},mac=${mac}`;
}

const wellKnown: Readonly<Record<number, string>> = {
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  53: 'dns',
  80: 'http',
  443: 'https',
  445: 'smb',
  1234: 'gdb',
  3306: 'mysql',
  3389: 'rdp',
  5432: 'postgres',
  5900: 'vnc',
  8022: 'ssh',
  8080: 'http-alt',
  8443: 'https-alt',
  9090: 'web',
};

/** Null: the NAT has more to it than forwards, or a forward goes where no field reaches. */
function portsOf(reading: Reading, backend: Connection['backend']): PortMapping[] | null {
  const ports: PortMapping[] = [];
  const harmless = new Set(['ipv4=on', 'restrict=off', 'net=10.0.2.0/24', 'dhcpstart=10.0.2.15', 'host=10.0.2.2']);
  for (const [key, value] of backend) {
    if (key !== 'hostfwd') {
      if (harmless.has(`${key}=${value}`)) continue;
      return null;
    }
    const port = readForward(value);
    if (port === null) return null;
    if (port.isEverywhere) sayLoopback(reading, value);
    ports.push({ ...port.mapping, name: freeName(port.mapping, [...reading.machine.ports, ...ports]) });
  }
  return ports;
}

function sayLoopback(reading: Reading, forward: string): void {
  reading.note(
    `${forward} listened on every address of this computer; here only on 127.0.0.1. The bind address of the port can be changed.`,
  );
}

/** `tcp:127.0.0.1:2222-10.0.2.15:22`. */
function readForward(text: string): { mapping: Omit<PortMapping, 'name'>; isEverywhere: boolean } | null {
  const match = /^(tcp|udp)?:([^:]*):(\d+)-([^:]*):(\d+)$/.exec(text);
  if (match === null) return null;
  const [, protocol = 'tcp', bind = '', host, guestAddress = '', guest] = match;
  if (guestAddress !== '' && guestAddress !== '10.0.2.15') return null;
  const isEverywhere = bind === '';
  const known = z.union([z.ipv4(), z.literal('localhost')]).safeParse(isEverywhere ? '127.0.0.1' : bind);
  const [hostPort, guestPort] = [Number(host), Number(guest)];
  if (!known.success || hostPort > 65535 || guestPort < 1 || guestPort > 65535) return null;
  const mapping = {
    protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
    guest: guestPort,
    host: hostPort === 0 ? null : hostPort,
    bind: known.data,
  };
  return { mapping, isEverywhere };
}

function freeName({ protocol, guest }: Omit<PortMapping, 'name'>, ports: readonly PortMapping[]): string {
  const stem = (protocol === 'tcp' ? wellKnown[guest] : undefined) ?? `${protocol}-${guest}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (ports.every((port) => port.name !== name)) return name;
  }
}

/** `-redir tcp:2222::22`, gone since QEMU 3.1. */
function readRedirections(reading: Reading): void {
  const { machine } = reading;
  for (const argument of reading.open('redir')) {
    const match = /^(?:(tcp|udp):)?(\d+):([^:]*):(\d+)$/.exec(argument.value ?? '');
    if (match === null || (match[3] !== '' && match[3] !== '10.0.2.15')) {
      reading.settle(argument, 'dropped', null, 'QEMU has no -redir since version 3.1.');
      continue;
    }
    const mapping = {
      protocol: match[1] === 'udp' ? ('udp' as const) : ('tcp' as const),
      guest: Number(match[4]),
      host: Number(match[2]),
      bind: '127.0.0.1',
    };
    machine.ports.push({ ...mapping, name: freeName(mapping, machine.ports) });
    reading.field(argument, 'host.ports', 'QEMU has no -redir since version 3.1; as a port forward it is what it was.');
  }
}
