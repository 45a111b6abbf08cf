/**
 * Port mappings of QEMU's user-mode network: adds them to a running QEMU and reads back what came of it.
 *
 * One mapping that fails is one failed mapping; the others work. Must never believe that a command which succeeded has
 * done something: `hostfwd_add` reports its failures as text.
 */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { PortMapping, PortStatus, PortOwner as ShownOwner } from '../../../src-shared/model/ports.ts';
import { bindAddress, type ForwardReply, forwardRule, matchForwards, readForwardReply } from './forwards.ts';
import { freePort, type PortState, portState } from './free-port.ts';
import { reservedFailure, takenFailure } from './port-check.ts';
import { findPortOwner, type InstanceOf, type PortOwner, shownOwner } from './port-owner.ts';
import { hostForwards, parseUsernetTable } from './usernet-table.ts';

interface ForwardOptions {
  readonly mappings: readonly PortMapping[];
  /** Runs a line of the human monitor over QMP and gives its text. */
  hmp(command: string): Promise<string>;
  /** The host, replaceable for tests. */
  readonly host?: HostPorts;
}

export interface HostPorts {
  portState(protocol: 'tcp' | 'udp', address: string, port: number): Promise<PortState>;
  freePort(protocol: 'tcp' | 'udp', address: string): Promise<number>;
  findPortOwner(protocol: 'tcp' | 'udp', address: string, port: number): Promise<PortOwner | null>;
  /** So that a guest is called by its name. */
  readonly instanceOf?: InstanceOf;
}

export const thisHost: HostPorts = { portState, freePort, findPortOwner };
/** A port found free can be gone a moment later; after this many the host has another problem. */
const picks = 10;

/** Status of each mapping, in their order. Throws only what `hmp` throws: the engine is gone. */
export async function applyForwards(options: ForwardOptions): Promise<PortStatus[]> {
  const { mappings, hmp, host = thisHost } = options;
  const refusals: (Refusal | null)[] = [];
  // One after the other: the order of adding is what tells equal mappings apart.
  for (const [index, mapping] of mappings.entries()) {
    const refused = await addForward(mapping, hmp, host);
    refusals.push(refused === null ? null : await explainRefusal(mapping, index, refused, host));
  }
  const { statuses } = await listForwards(options);
  return statuses.map((status, index) => {
    const refusal = refusals[index] ?? null;
    if (refusal === null) return status;
    return { ...status, ...refusal, host: mappings[index]?.host ?? null, state: 'failed' };
  });
}

/**
 * Status of mappings as a running QEMU has them, for an owner that attaches to it. Changes nothing. Why one failed was
 * known to the owner that added it; what can still be seen is whether something else has its port.
 */
export async function readForwards(options: ForwardOptions): Promise<PortStatus[]> {
  const { mappings, host = thisHost } = options;
  const { statuses, table } = await listForwards(options);
  const explained = statuses.map(async (status, index): Promise<PortStatus> => {
    const mapping = mappings[index];
    if (status.state !== 'failed' || mapping?.host == null) return status;
    const address = bindAddress(mapping);
    const state = await host.portState(mapping.protocol, address, mapping.host).catch(() => null);
    if (state !== 'busy') return status;
    return { ...status, ...(await busyPort(mapping, index, table, host)) };
  });
  return Promise.all(explained);
}

async function listForwards({ mappings, hmp }: Pick<ForwardOptions, 'mappings' | 'hmp'>) {
  if (mappings.length === 0) return { statuses: [], table: '' };
  const table = await hmp('info usernet');
  const rows = matchForwards(mappings, hostForwards(parseUsernetTable(table)));
  const statuses = mappings.map((mapping, index): PortStatus => {
    const row = rows[index] ?? null;
    const status = { name: mapping.name, protocol: mapping.protocol, guest: mapping.guest, bind: bindAddress(mapping) };
    if (row !== null) return { ...status, host: row.sourcePort, state: 'mapped', failure: null };
    const failure: Failure = {
      code: 'qmp_error',
      message: `QEMU does not list the mapping ${mapping.name}.`,
      hint: 'Restart the guest to have it set up again.',
      raw: table,
      field: `host.ports.${index}`,
    };
    return { ...status, host: mapping.host, state: 'failed', failure };
  });
  return { statuses, table };
}

/** null: added. */
async function addForward(
  mapping: PortMapping,
  hmp: ForwardOptions['hmp'],
  host: HostPorts,
): Promise<Exclude<ForwardReply, { outcome: 'added' }> | null> {
  const add = async (port: number) => readForwardReply(await hmp(`hostfwd_add ${forwardRule(mapping, port)}`));
  let reply = await add(mapping.host ?? 0);
  if (mapping.host !== null || reply.outcome === 'no-network') return reply.outcome === 'added' ? null : reply;
  // QEMU 9 and later choose no port themselves.
  for (let pick = 0; pick < picks && reply.outcome !== 'added'; pick++) {
    let port: number;
    try {
      port = await host.freePort(mapping.protocol, bindAddress(mapping));
    } catch {
      break;
    }
    reply = await add(port);
  }
  return reply.outcome === 'added' ? null : reply;
}

export interface Refusal {
  readonly failure: Failure;
  readonly owner: ShownOwner | null;
}

/** `index`: its place in the Spec; null while it is not in it. */
export async function explainRefusal(
  mapping: PortMapping,
  index: number | null,
  reply: Exclude<ForwardReply, { outcome: 'added' }>,
  host: HostPorts,
): Promise<Refusal> {
  const address = bindAddress(mapping);
  const field = index === null ? 'mapping.host' : `host.ports.${index}`;
  const refusal = (failure: Omit<Failure, 'raw' | 'field'>): Refusal => ({
    failure: { ...failure, raw: reply.text, field },
    owner: null,
  });
  if (reply.outcome === 'no-network') {
    return refusal({
      code: 'qmp_error',
      message: `The mapping ${mapping.name} could not be added: the guest has no user-mode network.`,
      hint: 'Choose user-mode networking, or look for a -netdev in the extra arguments.',
    });
  }
  const { host: port, protocol } = mapping;
  const where = `${address}${port === null ? '' : ` port ${port}`}`;
  const state =
    reply.outcome === 'refused' ? await host.portState(protocol, address, port ?? 0).catch(() => null) : null;
  switch (state) {
    case 'busy':
      return busyPort(mapping, index, reply.text, host);
    case 'not-permitted':
      return refusal(reservedFailure(port ?? 0, field));
    case 'no-such-address':
      return refusal({
        code: 'invalid_input',
        message: `${address} is not an address of this machine.`,
        hint: 'Use 127.0.0.1, or 0.0.0.0 for every address.',
      });
    default:
      return refusal({
        code: 'port_busy',
        message: `QEMU could not set up ${where} for ${mapping.name}.`,
        hint: 'Try another host port, or leave it empty to get a free one.',
      });
  }
}

async function busyPort(mapping: PortMapping, index: number | null, raw: string, host: HostPorts): Promise<Refusal> {
  const { host: port, protocol } = mapping;
  const address = bindAddress(mapping);
  const owner = port === null ? null : await host.findPortOwner(protocol, address, port).catch(() => null);
  const field = index === null ? 'mapping.host' : `host.ports.${index}`;
  return {
    failure: { ...takenFailure(mapping, owner, host.instanceOf, field), raw },
    owner: shownOwner(owner, host.instanceOf),
  };
}
