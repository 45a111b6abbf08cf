/**
 * Serial lines, monitors and the character devices behind them. What a person looks at has a console in Slipway; what
 * another program connects to stays.
 */
import { maxSerialPorts } from '../../../../../src-shared/model/console.ts';
import { ownIds } from '../../qemu-based/sections/row.ts';
import { boardLines } from '../../qemu-based/sections/serial-ports.ts';
import { propertyOf, readProperties } from './properties.ts';
import type { Reading } from './reading.ts';
import type { CommandArgument } from './split-arguments.ts';

export function readConsoles(reading: Reading): void {
  for (const argument of reading.open('nographic'))
    reading.slipway(argument, 'The serial line and the monitor have consoles of their own; there is no window.');
  readSerials(reading);
  for (const argument of reading.open('monitor', 'qmp', 'qmp-pretty')) {
    if (isOurs(reading, argument.value ?? ''))
      reading.slipway(
        argument,
        argument.option === 'monitor' ? 'The monitor has a tab.' : 'QMP has a tab, and a socket for scripts.',
      );
  }
  for (const argument of reading.open('mon')) {
    const properties = readProperties(argument.value ?? '');
    const chardev = propertyOf(properties, 'chardev') ?? properties.first ?? '';
    if (isOurs(reading, `chardev:${chardev}`)) reading.slipway(argument, 'The monitor and QMP have tabs.');
  }
  for (const argument of reading.open('parallel'))
    if (['none', 'null'].includes(argument.value ?? ''))
      reading.slipway(argument, 'There is no parallel port here anyway.');
  for (const argument of reading.open('echr')) reading.slipway(argument, 'The consoles need no escape key.');
  for (const argument of reading.open('chardev')) {
    if (!isUsed(reading, idOf(argument)) && (isPersonal(backendOf(argument)) || isSlipways(argument)))
      reading.slipway(argument, 'The consoles take its place.');
  }
}

function readSerials(reading: Reading): void {
  const { own, cards } = boardLines(reading.machine.architecture, reading.machineChoice);
  const most = own ?? maxSerialPorts;
  const serials = [
    ...reading.open('serial').map((argument) => ({ argument, value: argument.value ?? '' })),
    ...pluggedLines(reading, 'isa-serial'),
  ];
  for (const { argument } of serials.splice(most)) {
    // With PCI Slipway would give the guest a card for it, which the command did not.
    if (cards || own !== null) {
      const lines = own === 1 ? 'one serial line' : `${own} serial lines`;
      reading.settle(argument, 'dropped', null, `The board has ${lines}; nothing ever came out of this one.`);
    }
  }
  // From the first one that another program talks to, and only if all after it are such: they keep their places.
  const lastOurs = serials.findLastIndex(({ value }, index) => index === 0 || isOurs(reading, value));
  for (const [index, { argument, value }] of serials.entries()) {
    if (index > lastOurs || index >= maxSerialPorts) continue;
    const isShared = !isOurs(reading, value);
    const note = serialNote(value, index === 0 ? 'The serial console' : `Serial console ${index + 1}`, isShared);
    reading.slipway(argument, note);
    if (isShared) reading.note(`${argument.words.join(' ')}: ${note}`);
  }
  let count = Math.min(lastOurs + 1, maxSerialPorts);
  // Where the board's own are all in use, Slipway's further lines are such cards too.
  for (const { argument, value } of cards && count === own && serials.length === count
    ? pluggedLines(reading, 'pci-serial')
    : []) {
    if (!isOurs(reading, value) || count >= maxSerialPorts) break;
    count++;
    reading.slipway(argument, serialNote(value, `Serial console ${count}`, false));
  }
  if (count > 1) reading.machine.serialPorts = count;
}

/** `-device isa-serial`: the same UARTs, plugged by hand. Beside Slipway's they would be there twice. */
function pluggedLines(
  reading: Reading,
  wanted: 'isa-serial' | 'pci-serial',
): { argument: CommandArgument; value: string }[] {
  return reading.open('device').flatMap((argument) => {
    const { first, entries } = readProperties(argument.value ?? '');
    const driver = first ?? entries.find(([key]) => key === 'driver')?.[1];
    const chardev = entries.find(([key]) => key === 'chardev')?.[1];
    const isPlain = entries.every(([key]) => ['driver', 'chardev', 'id', 'index'].includes(key));
    return driver === wanted && chardev !== undefined && isPlain ? [{ argument, value: `chardev:${chardev}` }] : [];
  });
}

function serialNote(value: string, which: string, isShared: boolean): string {
  if (value === 'none') return 'There is a serial line all the same.';
  const file = /^file:(.*)$/.exec(value)?.[1];
  if (file !== undefined) return `${which} and its transcript take the place of ${file}.`;
  return isShared
    ? `${which} takes its place; other programs connect to the socket that Slipway serves for it.`
    : `${which} takes its place.`;
}

/** Whether a back end is for a person's eyes: a terminal, a file, or nothing. */
function isOurs(reading: Reading, value: string): boolean {
  const id = /^chardev:(.*)$/.exec(value)?.[1];
  if (id === undefined) return isPersonal(value.replace(/^mon:/, '').split(/[:,]/, 1)[0] ?? '');
  const chardev = reading.arguments.find((argument) => argument.option === 'chardev' && idOf(argument) === id);
  return chardev !== undefined && (isPersonal(backendOf(chardev)) || isSlipways(chardev));
}

function isPersonal(backend: string): boolean {
  return (
    ['stdio', 'vc', 'null', 'none', 'file', 'pty', 'con', 'braille', ''].includes(backend) ||
    backend.startsWith('/dev/')
  );
}

/** A command that Slipway planned, read back: its own connections, by their names and their places in `run/`. */
export function isSlipways(argument: CommandArgument): boolean {
  if (argument.option !== 'chardev') return false;
  const path = propertyOf(readProperties(argument.value ?? ''), 'path') ?? '';
  return ownIds.includes(idOf(argument)) && ['pipe', 'socket'].includes(backendOf(argument)) && !path.startsWith('/');
}

function backendOf({ value }: CommandArgument): string {
  const properties = readProperties(value ?? '');
  return properties.first ?? propertyOf(properties, 'backend') ?? '';
}

function idOf({ value }: CommandArgument): string {
  return propertyOf(readProperties(value ?? ''), 'id') ?? '';
}

/** Whether something that stays needs this character device. */
function isUsed(reading: Reading, id: string): boolean {
  return reading.arguments.some((argument) => {
    if (argument.option === 'chardev' || argument.value === null || reading.outcome(argument)?.fate === 'slipway')
      return false;
    return (
      argument.value === `chardev:${id}` ||
      propertyOf(readProperties(argument.value), 'chardev') === id ||
      argument.value.endsWith(`:${id}`)
    );
  });
}
