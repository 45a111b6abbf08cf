/** Who can reach a mapping: this computer alone, or others too, and then where. */
import { Network } from 'lucide-react';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { isLoopback, type PortStatus } from '../../../src-shared/model/ports.ts';
import { useDetails } from '../../state/context.tsx';
import { portStrings } from '../../strings/ports.ts';
import { Badge } from '../../ui/badge.tsx';
import { outsideAddresses } from './port-words.ts';

type Listening = Pick<PortStatus, 'bind' | 'host'>;

export function ExposureBadge({ port, hostAddresses }: { port: Listening; hostAddresses: readonly string[] }) {
  if (isLoopback(port)) return <Badge about={portStrings.loopbackAbout}>{portStrings.loopback}</Badge>;
  return (
    <Badge tone="warning" icon={Network} about={portStrings.lanAbout(outsideAddresses(port, hostAddresses))}>
      {portStrings.lan}
    </Badge>
  );
}

/** For the header: nothing while only this computer reaches the guest. */
export function LanBadge({ view }: { view: InstanceView }) {
  const hostAddresses = useDetails(view.id)?.hostAddresses ?? [];
  const doors = (view.doors ?? []).map((door) => ({
    name: portStrings.door[door.what](door.name),
    bind: door.address,
    host: door.port,
  }));
  const open = [...view.ports, ...doors].filter((port) => !isLoopback(port));
  if (open.length === 0) return null;
  const where = open.map((port) => portStrings.lanPort(port.name, outsideAddresses(port, hostAddresses)));
  return (
    <Badge tone="warning" icon={Network} about={portStrings.lanHeader(where)}>
      {portStrings.lan}
    </Badge>
  );
}
