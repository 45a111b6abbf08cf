/** Names that a connected QEMU can be asked for. */
import * as z from 'zod';
import type { QmpExecutor } from '../../qmp/client.ts';

const named = z.array(z.object({ name: z.string() }));

async function namesOf(qmp: QmpExecutor, command: string, args?: Readonly<Record<string, unknown>>): Promise<string[]> {
  const parsed = named.safeParse(await qmp.execute(command, args));
  return parsed.success ? parsed.data.map(({ name }) => name).sort() : [];
}

export const driverNames = (qmp: QmpExecutor, kind: 'device' | 'user-creatable'): Promise<string[]> =>
  namesOf(qmp, 'qom-list-types', { implements: kind, abstract: false });

export const traceEvents = (qmp: QmpExecutor): Promise<string[]> =>
  namesOf(qmp, 'trace-event-get-state', { name: '*' });

/** Of an object of QEMU's tree; a property is a child with a type of that name. */
export async function childrenOf(qmp: QmpExecutor, path: string): Promise<string[]> {
  const listed = z
    .array(z.object({ name: z.string(), type: z.string() }))
    .safeParse(await qmp.execute('qom-list', { path }));
  if (!listed.success) return [];
  return listed.data.flatMap(({ name, type }) => (/^(child|link)</.test(type) ? [name] : [])).sort();
}

/** Drives and nodes. */
export async function blockNames(qmp: QmpExecutor): Promise<string[]> {
  const blocks = z.array(z.object({ device: z.string(), qdev: z.string().optional() }));
  const nodes = z.array(z.object({ 'node-name': z.string().optional() }));
  const drives = blocks.safeParse(await qmp.execute('query-block'));
  const graph = nodes.safeParse(await qmp.execute('query-named-block-nodes', { flat: true }));
  const found = [
    ...(drives.success ? drives.data.map(({ device }) => device) : []),
    ...(graph.success ? graph.data.map((node) => node['node-name'] ?? '') : []),
  ];
  return [...new Set(found)].filter((name) => name !== '' && !name.startsWith('#')).sort();
}
