/**
 * Mappings of a guest that runs: one added, one removed, each read back from QEMU's own table, because both commands say
 * in text what came of them and succeed either way.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { PortMapping, PortStatus } from '../../../src-shared/model/ports.ts';
import { bindAddress, forwardRule, matchForwards, readForwardReply, removalRule, withNetwork } from './forwards.ts';
import { explainRefusal, type HostPorts, thisHost } from './user-mode.ts';
import { hostForwards, parseUsernetTable, usernetNetworks } from './usernet-table.ts';

interface LiveOptions {
  /** Runs a line of the human monitor over QMP and gives its text. */
  hmp(command: string): Promise<string>;
  readonly host?: HostPorts;
}

/** A free port can be taken between finding and using it; after this many the host has another problem. */
const picks = 10;

/** Its status once QEMU lists it. Throws why it cannot be had: `port_busy`, `not_permitted`, `invalid_input`, `qmp_error`. */
export async function addLive(mapping: PortMapping, options: LiveOptions): Promise<PortStatus> {
  const { hmp, host = thisHost } = options;
  const networks = usernetNetworks(await hmp('info usernet'));
  const address = bindAddress(mapping);
  // Chosen by us and not by QEMU: in the table, a second mapping of one guest port is told apart by its number alone.
  for (let pick = 1; ; pick++) {
    const port = mapping.host ?? (await host.freePort(mapping.protocol, address));
    const reply = readForwardReply(await hmp(`hostfwd_add ${withNetwork(networks, forwardRule(mapping, port))}`));
    if (reply.outcome === 'added') return readBack({ ...mapping, host: port }, hmp);
    if (mapping.host === null && reply.outcome === 'refused' && pick < picks) continue;
    // Somebody may have tried the port at this very moment, as `port.check` does.
    const again =
      reply.outcome === 'refused' && pick === 1 ? await host.portState(mapping.protocol, address, port) : '';
    if (again === 'free') continue;
    const { failure } = await explainRefusal(mapping, null, reply, host);
    throw SlipwayError.from(failure);
  }
}

/** Throws `qmp_error` when QEMU has it still. One that is not there any more is as good as removed. */
export async function removeLive(status: PortStatus, { hmp }: Pick<LiveOptions, 'hmp'>): Promise<void> {
  if (status.host === null) return;
  const networks = usernetNetworks(await hmp('info usernet'));
  const reply = await hmp(`hostfwd_remove ${withNetwork(networks, removalRule(status, status.host))}`);
  const table = await hmp('info usernet');
  const mapping: PortMapping = { ...status, bind: bindAddress(status) };
  if (matchForwards([mapping], hostForwards(parseUsernetTable(table)))[0] === null) return;
  throw new SlipwayError('qmp_error', `QEMU still has the mapping ${status.name}.`, {
    hint: 'Try again, or restart the guest.',
    raw: `${reply}${table}`,
  });
}

async function readBack(mapping: PortMapping, hmp: LiveOptions['hmp']): Promise<PortStatus> {
  const table = await hmp('info usernet');
  const [row] = matchForwards([mapping], hostForwards(parseUsernetTable(table)));
  if (row == null) {
    throw new SlipwayError('qmp_error', `QEMU does not list the mapping ${mapping.name} that it took.`, { raw: table });
  }
  const { name, protocol, guest } = mapping;
  return { name, protocol, guest, host: row.sourcePort, bind: bindAddress(mapping), state: 'mapped', failure: null };
}
