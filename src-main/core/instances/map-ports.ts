/** The ports of a guest as it is attached to: mapped when it is new, read back when it was found. */
import { applyForwards, readForwards, thisHost } from '../network/user-mode.ts';
import type { QmpClient } from '../qmp/client.ts';
import { humanMonitorCommand } from '../qmp/commands.ts';
import type { InstanceState } from './instance-state.ts';
import type { InstanceServices } from './services.ts';

export async function mapPorts(
  qmp: QmpClient,
  isNew: boolean,
  { instanceOf }: Pick<InstanceServices, 'instanceOf'>,
  { current, spec }: Pick<InstanceState, 'current' | 'spec'>,
) {
  const { networking, ports: mappings } = current.record?.settled ?? spec.host;
  if (networking !== 'user' || mappings.length === 0) return [];
  const hmp = (command: string) => humanMonitorCommand(qmp, command);
  const host = instanceOf === undefined ? thisHost : { ...thisHost, instanceOf };
  return isNew ? applyForwards({ mappings, hmp, host }) : readForwards({ mappings, hmp, host });
}
