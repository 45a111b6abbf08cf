/**
 * Ways into a running QEMU that are no mapping of its Spec: opened in a monitor, by a debugger's wish, by an argument of
 * a person's own. Read from QEMU and from the kernel, never from what was typed, so that it is true whoever did it.
 */
import * as z from 'zod';
import { type Door, isMapped, type PortStatus } from '../../../src-shared/model/ports.ts';
import { type Listening, listeningPorts } from '../network/listening.ts';
import { hostForwards, parseUsernetTable } from '../network/usernet-table.ts';
import type { QmpExecutor } from '../qmp/client.ts';
import { queryChardevs } from '../qmp/commands.ts';
import { infoUsernet } from '../qmp/hmp.ts';

export async function findDoors(qmp: QmpExecutor, pid: number, ports: readonly PortStatus[]): Promise<Door[]> {
  const [listening, ...known] = await Promise.all([
    listeningPorts(pid),
    forwards(qmp).catch(() => []),
    chardevs(qmp).catch(() => []),
    displays(qmp).catch(() => []),
  ]);
  const exports = await hasExports(qmp).catch(() => false);
  return doorsOf({ known: known.flat(), listening, hasExports: exports, ports });
}

interface DoorFacts {
  readonly known: readonly Door[];
  /** null: the kernel does not say. */
  readonly listening: readonly Listening[] | null;
  readonly hasExports: boolean;
  readonly ports: readonly PortStatus[];
}

/** Pure. */
export function doorsOf({ known, listening, hasExports: exported, ports }: DoorFacts): Door[] {
  const mapped = new Set(
    ports
      .filter(isMapped)
      .map(({ protocol, host, bind }) => `${protocol} ${bind === 'localhost' ? '127.0.0.1' : bind} ${host}`),
  );
  const named = new Set(known.map(({ protocol, port }) => `${protocol} ${port}`));
  const unnamed = (listening ?? [])
    .filter(({ port }) => !named.has(`tcp ${port}`))
    .map(({ address, port }): Door => ({ what: exported ? 'nbd' : 'other', name: '', protocol: 'tcp', address, port }));
  return [...known, ...unnamed]
    .filter(({ protocol, address, port }) => !mapped.has(`${protocol} ${address} ${port}`))
    .sort((one, other) => one.port - other.port);
}

async function forwards(qmp: QmpExecutor): Promise<Door[]> {
  return hostForwards(parseUsernetTable(await infoUsernet(qmp))).map((row) => ({
    what: 'forward',
    name: String(row.destinationPort),
    protocol: row.protocol,
    // libslirp prints a `*` where it listens everywhere.
    address: row.sourceAddress === '*' ? '0.0.0.0' : row.sourceAddress,
    port: row.sourcePort,
  }));
}

async function chardevs(qmp: QmpExecutor): Promise<Door[]> {
  return (await queryChardevs(qmp)).flatMap(({ label, filename }) => {
    const found = /^(?:disconnected:)?(tcp|telnet|tn3270|websocket|udp):\[?(.*?)\]?:(\d+)(,.*)?$/.exec(filename);
    const [, kind = '', address = '', port = '', rest = ''] = found ?? [];
    if (found === null || (kind !== 'udp' && !/,server(=on)?(,|$)/.test(rest) && !/<->/.test(rest))) return [];
    return {
      what: label === 'gdb' || label === 'gdb0' ? ('gdb' as const) : ('chardev' as const),
      name: label,
      protocol: kind === 'udp' ? ('udp' as const) : ('tcp' as const),
      address: address === '' ? '0.0.0.0' : address,
      port: Number(port),
    };
  });
}

const servers = z.array(z.object({ server: z.array(z.object({ host: z.string(), service: z.string() })).default([]) }));

async function displays(qmp: QmpExecutor): Promise<Door[]> {
  const found = servers.parse(await qmp.execute('query-vnc-servers'));
  return found.flatMap(({ server }) =>
    server.flatMap(({ host, service }) =>
      /^\d+$/.test(service)
        ? [{ what: 'vnc' as const, name: '', protocol: 'tcp' as const, address: host, port: Number(service) }]
        : [],
    ),
  );
}

async function hasExports(qmp: QmpExecutor): Promise<boolean> {
  const found = await qmp.execute('query-block-exports');
  return Array.isArray(found) && found.length > 0;
}
