/** Port mappings. Each handler is a few lines: the work is the instance's own. */
import type { portCalls } from '../../../../src-shared/contract/calls/ports.ts';
import type { InstanceId } from '../../../../src-shared/model/ids.ts';
import type { PortMapping } from '../../../../src-shared/model/ports.ts';
import { checkPorts } from '../../network/port-check.ts';
import type { SessionContext } from '../client.ts';
import { demandPower } from '../power.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function portHandlers({ manager }: HandlerServices): HandlersOf<typeof portCalls> {
  /** A port beyond loopback is asked for as it would be in the form; one that was allowed before is not asked again. */
  const demandOpening = async (id: InstanceId, mapping: PortMapping, session: SessionContext) => {
    const instance = manager.get(id);
    // Nobody is asked about what is refused anyway.
    instance.ports.demandChange();
    const { spec } = instance;
    await demandPower(session.identity, { ...spec, host: { ...spec.host, ports: [mapping] } }, spec);
  };
  return {
    'port.check': ({ mappings, id }) => {
      const ownPid = id === null ? null : manager.get(id).view.status.pid;
      return checkPorts(mappings, { ownPid, instanceOf: (pid) => manager.instanceOf(pid) });
    },
    'port.add': async ({ id, mapping }, session) => {
      await demandOpening(id, mapping, session);
      return manager.changePorts(id, (ports) => ports.add(mapping));
    },
    'port.change': async ({ id, name, mapping }, session) => {
      await demandOpening(id, mapping, session);
      return manager.changePorts(id, (ports) => ports.change(name, mapping));
    },
    'port.remove': ({ id, name }) => manager.changePorts(id, (ports) => ports.remove(name)),
    // Not queued: a guest that is slow to answer must not hold up what is done to it.
    'port.probe': async ({ id, names, speak }) => {
      const instance = manager.get(id);
      // Who looks at ports is shown what else is open, by whoever's doing.
      const [ports] = await Promise.all([instance.ports.probe(names, speak), instance.describe()]);
      return [...ports];
    },
  };
}
