/** `-boot`: an order of the disks, as far as the order of the disks can say it. */
import { propertyOf, readProperties, spellProperties } from './properties.ts';
import type { Reading } from './reading.ts';
import type { CommandArgument } from './split-arguments.ts';

export interface BootOrder {
  readonly argument: CommandArgument;
  /** `c` disk, `d` CD-ROM, `a` floppy, `n` network. */
  readonly letters: string;
  readonly once: boolean;
  readonly others: readonly (readonly [string, string])[];
}

export function bootOrder(reading: Reading): BootOrder | null {
  const argument = reading.open('boot').at(-1);
  if (argument === undefined) return null;
  const properties = readProperties(argument.value ?? '');
  const once = propertyOf(properties, 'once');
  const letters = once ?? propertyOf(properties, 'order') ?? properties.first ?? '';
  const others = properties.entries.filter(
    ([key, value]) => key !== 'order' && key !== 'once' && !(key === 'menu' && value === 'off') && !(key === 'strict'),
  );
  return { argument, letters, once: once !== null, others };
}

export function settleBootOrder(reading: Reading, order: BootOrder | null): void {
  if (order === null) return;
  const { argument, letters, once, others } = order;
  if (reading.machine.disks.length === 0 && reading.machine.kernel === null) return;
  if (others.length > 0) reading.extras.push(['-boot', spellProperties(null, others)]);
  const rest = others.length === 0 ? '' : ` ${spellProperties(null, others)} stands in the extra arguments.`;
  if (reading.machine.kernel !== null) {
    reading.settle(argument, 'dropped', null, `With a kernel nothing else is booted.${rest}`);
    return;
  }
  const asOrdered = 'The order of the disks is the boot order.';
  if (once && letters !== '') {
    const text =
      'The order is the same at every boot, not only at the first: when an installation is done, take the CD-ROM out.';
    reading.note(text);
    reading.field(argument, 'guest.disks', `${text}${rest}`);
  } else reading.field(argument, 'guest.disks', `${asOrdered}${rest}`);
}
