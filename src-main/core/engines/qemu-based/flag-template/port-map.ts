/** ffx's port map: which guest ports have a name, and which host port each gets. Pure. */
import { type Failure, SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import type { NetworkingMode, PortMap } from '../../../../../src-shared/model/emulator-configuration.ts';

export interface PortMapRequest {
  /** The device's ports, none with a host port. */
  readonly device: PortMap;
  /** `--port-map NAME:HOSTPORT`, as typed. */
  readonly portMap: readonly string[];
  /** `--additional-port-forwards NAME:GUESTPORT`, as typed. */
  readonly additional?: readonly string[];
  readonly networking: Exclude<NetworkingMode, 'auto'>;
}

export interface BuiltPortMap {
  readonly portMap: PortMap;
  readonly warnings: readonly string[];
}

/** @throws SlipwayError `invalid_input`: unknown name, wrong syntax, or one host port for two guest ports. */
export function buildPortMap({ device, portMap, additional = [], networking }: PortMapRequest): BuiltPortMap {
  if (networking !== 'user') {
    const asked = portMap.length + additional.length;
    const warning = `Ports are mapped with user-mode networking only; with ${networking} there are none.`;
    return { portMap: {}, warnings: asked === 0 ? [] : [warning] };
  }
  const ports = new Map(Object.entries(device).map(([name, mapping]) => [name, { ...mapping }]));
  const warnings: string[] = [];
  for (const text of additional) {
    const { name, port } = parsePair(text, '--additional-port-forwards', 1);
    if (ports.has(name)) warnings.push(`The port ${name} was ${ports.get(name)?.guest}; it is ${port} now.`);
    ports.set(name, { guest: port, host: null });
  }
  const seen = new Set<string>();
  for (const text of portMap) {
    const { name, port } = parsePair(text, '--port-map', 0);
    const mapping = ports.get(name);
    if (mapping === undefined) throw unknownPort(name, [...ports.keys()]);
    if (seen.has(name)) warnings.push(`The port ${name} was mapped more than once; the last one counts: ${port}.`);
    seen.add(name);
    // 0 asks for any free one, as an empty entry does.
    ports.set(name, { ...mapping, host: port === 0 ? null : port });
  }
  const built = Object.fromEntries(ports);
  const conflict = hostPortConflict(built);
  if (conflict !== null) throw SlipwayError.from(conflict);
  return { portMap: built, warnings };
}

/** Two mappings with one host port, in ffx's words. */
export function hostPortConflict(portMap: PortMap): Failure | null {
  const owners = new Map<number, string>();
  for (const [name, { host }] of Object.entries(portMap)) {
    if (host === null) continue;
    const other = owners.get(host);
    if (other !== undefined) {
      return {
        code: 'invalid_input',
        message: `Host port ${host} was mapped to multiple guest ports.`,
        cause: `Both ${other} and ${name} ask for it.`,
        hint: 'Give one of them another host port, or none to get a free one.',
        field: `host.port_map.${name}`,
      };
    }
    owners.set(host, name);
  }
  return null;
}

export interface ReadBack {
  readonly portMap: PortMap;
  /** Something is there that was not known before. */
  readonly changed: boolean;
  /** Every name has a host port. */
  readonly complete: boolean;
}

/**
 * Host ports from what QEMU's `info usernet` listed, for engines that assign them themselves: every mapping of that
 * guest port gets the port that is there, also where another was asked for.
 */
export function applyReadBack(
  portMap: PortMap,
  forwards: readonly { readonly guest: number; readonly host: number }[],
): ReadBack {
  let changed = false;
  const updated = Object.fromEntries(
    Object.entries(portMap).map(([name, mapping]) => {
      const found = forwards.findLast(({ guest }) => guest === mapping.guest);
      if (found === undefined || found.host === mapping.host) return [name, mapping];
      changed = true;
      return [name, { ...mapping, host: found.host }];
    }),
  );
  return { portMap: updated, changed, complete: Object.values(updated).every(({ host }) => host !== null) };
}

function parsePair(text: string, flag: string, least: 0 | 1): { readonly name: string; readonly port: number } {
  const [, name, digits] = /^([^:\s]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (name === undefined || digits === undefined || port > 65535 || port < least) {
    const range = least === 0 ? 'from 0 to 65535' : 'from 1 to 65535';
    throw new SlipwayError('invalid_input', `${flag} "${text}" cannot be read: expected <name>:<port>.`, {
      hint: `For example ssh:8022, with a port ${range}.`,
      field: 'host.port_map',
    });
  }
  return { name, port };
}

function unknownPort(name: string, names: readonly string[]): SlipwayError {
  return new SlipwayError('invalid_input', `The device has no port called ${name}.`, {
    hint: names.length === 0 ? 'It has no ports at all.' : `It has: ${names.join(', ')}.`,
    field: 'host.port_map',
  });
}
