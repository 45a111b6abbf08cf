/**
 * Could these mappings be had now? Tries each for a moment, says who is in the way, and what is free instead.
 *
 * Must never leave anything listening, and never believe a table over a try: who has a port is looked up only after it
 * was refused.
 */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { PortCheck, PortMapping } from '../../../src-shared/model/ports.ts';
import { bindAddress } from './forwards.ts';
import { type PortState, type Protocol, portState } from './free-port.ts';
import { describeOwner, findPortOwner, type InstanceOf, type PortOwner, shownOwner } from './port-owner.ts';
import { nearestFreePort } from './suggest-port.ts';

/** The host, replaceable for tests. */
export interface TriedHost {
  portState(protocol: Protocol, address: string, port: number): Promise<PortState>;
  findPortOwner(protocol: Protocol, address: string, port: number): Promise<PortOwner | null>;
}

export interface CheckOptions {
  readonly host?: TriedHost;
  readonly instanceOf?: InstanceOf;
  /** Ports that this process has already, and gives to whom is asked for. */
  readonly ownPid?: number | null;
}

type Wanted = Pick<PortMapping, 'name' | 'protocol' | 'host' | 'bind' | 'guest'>;

const thisHost: TriedHost = { portState, findPortOwner };

/** One answer for each, in their order; the field of a failure is `host.ports.INDEX.host`. */
export function checkPorts(mappings: readonly Wanted[], options: CheckOptions = {}): Promise<PortCheck[]> {
  return Promise.all(mappings.map((mapping, index) => checkOne(mapping, index, mappings, options)));
}

/** Whether two mappings cannot both be had. Pure. */
export function collide(a: Wanted, b: Wanted): boolean {
  if (a.host === null || a.host !== b.host || a.protocol !== b.protocol) return false;
  const [first, second] = [bindAddress(a), bindAddress(b)];
  return first === second || first === '0.0.0.0' || second === '0.0.0.0';
}

async function checkOne(
  mapping: Wanted,
  index: number,
  all: readonly Wanted[],
  { host = thisHost, instanceOf, ownPid = null }: CheckOptions,
): Promise<PortCheck> {
  const { protocol, host: port } = mapping;
  const address = bindAddress(mapping);
  if (port === null) return checkAddress(mapping, index, host);
  const isTaken = (candidate: number) =>
    all.some((other, at) => at !== index && collide(other, { ...mapping, host: candidate }));
  const suggest = () => nearestFreePort({ protocol, address, port }, host.portState, isTaken);
  const field = `host.ports.${index}.host`;
  const twin = all.slice(0, index).find((other) => collide(other, mapping));
  if (twin !== undefined) {
    return { state: 'twice', owner: null, suggestion: await suggest(), failure: twiceFailure(mapping, twin, field) };
  }
  const state = await host.portState(protocol, address, port);
  if (state === 'free') return { state, owner: null, suggestion: null, failure: null };
  if (state === 'no-such-address') return noSuchAddress(mapping, index);
  if (state === 'not-permitted') {
    return { state, owner: null, suggestion: await suggest(), failure: reservedFailure(port, field) };
  }
  const owner = await host.findPortOwner(protocol, address, port).catch(() => null);
  if (owner?.pid != null && owner.pid === ownPid) {
    return { state: 'free', owner: null, suggestion: null, failure: null };
  }
  return {
    state: 'taken',
    owner: shownOwner(owner, instanceOf),
    suggestion: await suggest(),
    failure: takenFailure(mapping, owner, instanceOf, field),
  };
}

/** Port 0 is free on every address there is. */
async function checkAddress(mapping: Wanted, index: number, host: TriedHost): Promise<PortCheck> {
  const state = await host.portState(mapping.protocol, bindAddress(mapping), 0).catch(() => null);
  if (state === 'no-such-address') return noSuchAddress(mapping, index);
  return { state: 'chosen', owner: null, suggestion: null, failure: null };
}

function noSuchAddress(mapping: Wanted, index: number): PortCheck {
  const failure: Failure = {
    code: 'invalid_input',
    message: `${bindAddress(mapping)} is not an address of this host.`,
    hint: 'Use 127.0.0.1 for this host alone, or 0.0.0.0 for every address it has.',
    field: `host.ports.${index}.bind`,
  };
  return { state: 'no-such-address', owner: null, suggestion: null, failure };
}

/** The same words wherever it is found out. */
export function twiceFailure({ host, protocol }: Wanted, twin: Wanted, field: string): Failure {
  return {
    code: 'port_busy',
    message: `Host port ${host}/${protocol} is already used by the mapping "${twin.name || 'above'}".`,
    hint: 'Choose another, or leave it empty for a free one.',
    field,
  };
}

export function reservedFailure(port: number, field: string): Failure {
  return {
    code: 'not_permitted',
    message: `You may not use host port ${port}: low ports are reserved for root.`,
    hint: 'Choose one from 1024 up, or lower net.ipv4.ip_unprivileged_port_start with sysctl.',
    field,
  };
}

export function takenFailure(
  mapping: Pick<PortMapping, 'protocol' | 'host' | 'bind'>,
  owner: PortOwner | null,
  instanceOf: InstanceOf | undefined,
  field: string,
): Failure {
  const { protocol, host } = mapping;
  return {
    code: 'port_busy',
    message: `${protocol.toUpperCase()} port ${host} on ${bindAddress(mapping)} is in use by ${describeOwner(owner, instanceOf)}.`,
    ...(owner === null || owner.commandLine.length === 0 ? {} : { cause: owner.commandLine.join(' ') }),
    hint: 'Stop that program, choose another host port, or leave the host port empty to get a free one.',
    field,
  };
}
