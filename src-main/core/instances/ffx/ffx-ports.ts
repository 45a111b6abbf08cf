/** Port mappings of an emulator that ffx started, from what it was told and what it tells. Pure. */
import type { EmulatorConfiguration } from '../../../../src-shared/model/emulator-configuration.ts';
import type { PortStatus } from '../../../../src-shared/model/ports.ts';
import type { UsernetRow } from '../../network/usernet-table.ts';
import { hostForwardRules } from './command-line-marks.ts';

/**
 * @param commandLine of the living emulator; null: there is none.
 * @param listed what `info usernet` listed last; null: it was not asked yet.
 */
export function portsOf(
  { host }: Pick<EmulatorConfiguration, 'host'>,
  commandLine: readonly string[] | null,
  listed: readonly UsernetRow[] | null,
): PortStatus[] {
  if (host.networking !== 'user') return [];
  const rules = commandLine === null ? [] : hostForwardRules(commandLine);
  return Object.entries(host.port_map).map(([name, { guest, host: recorded }]): PortStatus => {
    const row = listed?.find(({ protocol, destinationPort }) => protocol === 'tcp' && destinationPort === guest);
    const rule = rules.find((candidate) => candidate.protocol === 'tcp' && candidate.guest === guest);
    const port = row?.sourcePort ?? rule?.host ?? recorded;
    // ffx's own templates name no address, and that means all of them.
    const address = row === undefined ? (rule?.address ?? '') : row.sourceAddress.replace('*', '');
    return {
      name,
      protocol: 'tcp',
      guest,
      host: port,
      bind: address === '' ? '0.0.0.0' : address,
      state: commandLine !== null && port !== null ? 'mapped' : 'pending',
      failure: null,
    };
  });
}
