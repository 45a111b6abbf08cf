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
