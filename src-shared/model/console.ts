/** The consoles of an instance by name. */
import * as z from 'zod';

/** The first serial line is `serial`, as it always was; the others are numbered from 2. */
export const serialNames = [
  'serial',
  'serial-2',
  'serial-3',
  'serial-4',
  'serial-5',
  'serial-6',
  'serial-7',
  'serial-8',
] as const;
export type SerialName = (typeof serialNames)[number];
/** More than any board QEMU models has by itself; the ones beyond a board's own are PCI cards. */
export const maxSerialPorts = serialNames.length;

export const consoleNames = [...serialNames, 'monitor', 'qmp', 'log'] as const;
export const consoleNameSchema = z.enum(consoleNames);
export type ConsoleName = z.infer<typeof consoleNameSchema>;

/** What a boot leaves to be read: its serial lines, and what the engine itself said. */
export const logFileSchema = z.enum([...serialNames, 'engine']);
export type LogFile = z.infer<typeof logFileSchema>;

/** The names of the first `ports` serial lines. */
export function serialNamesOf(ports: number): readonly SerialName[] {
  return serialNames.slice(0, ports);
}

export function isSerial(name: string): name is SerialName {
  return (serialNames as readonly string[]).includes(name);
}
