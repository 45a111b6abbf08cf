/**
 * What is left goes into the extra arguments, word for word but for two things: QEMU runs in another directory here, so
 * files are named by whole paths; and an id that is one of Slipway's own is given another name.
 */
import { existsSync } from 'node:fs';
import { extraArgumentFindings } from '../../qemu-based/extra-arguments.ts';
import { ownIds } from '../../qemu-based/sections/row.ts';
import { quoteForShell } from '../../qemu-based/shell-line.ts';
import { propertyOf, readProperties } from './properties.ts';
import type { Reading } from './reading.ts';
import { type CommandArgument, onlyUnknown } from './split-arguments.ts';

/** Values of these are a file's name and nothing else. */
const fileOptions: ReadonlySet<string> = new Set([
  ...['', 'fda', 'fdb', 'hda', 'hdb', 'hdc', 'hdd', 'cdrom', 'sd', 'mtdblock', 'pflash', 'dtb', 'shim', 'kernel', 'D'],
  ...['readconfig', 'mem-path', 'initrd'],
]);
/** … and of these only if there is such a file: QEMU looks for them in its own directories too. */
const maybeFileOptions: ReadonlySet<string> = new Set(['bios', 'L']);

const fileProperties =
  /(^|,)((?:file|filename|path|file\.filename|mem-path|logfile|loadfile|romfile|dumpdtb|dtb|kernel|data|tftp|smb|infile|outfile|script|downscript)=)((?:[^,]|,,)*)/g;

export function keepRest(reading: Reading): string {
  const renames = renamesFor(reading);
  const { machine } = reading;
  if (machine.machine !== null) {
    for (const [from, to] of renames) machine.machine = machine.machine.replace(valuePattern(from), `$1${to}`);
  }
  const words: string[] = [];
  dropInherited(reading);
  for (const argument of reading.arguments) {
    const outcome = reading.outcome(argument);
    if (outcome !== null && outcome.fate !== 'kept') continue;
    if (argument.lacks.length > 0) {
      const names = [...new Set(argument.lacks)].map((name) => name.replace(/^(?!\$)/, '$')).join(', ');
      const note = argument.option === onlyUnknown ? ofUnknown(names) : `Left out: it needs the value of ${names}.`;
      reading.settle(argument, 'dropped', null, note);
      continue;
    }
    const chosen = reading.keptAs.get(argument) ?? argument.words;
    const kept = renamed(withWholePaths(argument, chosen, reading), renames);
    const refusal = refusalOf(kept);
    if (refusal !== null) {
      reading.settle(argument, 'dropped', null, refusal);
      continue;
    }
    reading.keep(
      argument,
      [outcome?.note ?? 'Has no field.', changeNote(argument.words, kept, renames)]
        .filter((text) => text !== '')
        .join(' '),
      kept,
    );
    words.push(...kept);
  }
  words.push(...reading.extras.flat());
  return words.map(quoteForShell).join(' ');
}

/** Open files that a program such as libvirt handed to its QEMU; they end with it, and what hangs on them goes too. */
function dropInherited(reading: Reading): void {
  const gone = new Set<string>();
  const open = () => reading.arguments.filter((argument) => (reading.outcome(argument)?.fate ?? 'kept') === 'kept');
  for (const argument of open()) {
    const properties = readProperties(argument.value ?? '');
    const isInherited =
      argument.option === 'add-fd' ||
      properties.entries.some(([key, value]) => /^(fd|fds|vhostfd|vhostfds)$/.test(key) && /^[\d:]+$/.test(value));
    if (!isInherited) continue;
    const id = propertyOf(properties, 'id');
    if (id !== null) gone.add(id);
    reading.settle(
      argument,
      'dropped',
      null,
      'It uses an open file of the program that started this QEMU, which nobody else has.',
    );
    reading.note(
      `${argument.words.join(' ')} is left out: it uses an open file of the program that started this QEMU.`,
    );
  }
  for (const argument of open()) {
    const properties = readProperties(argument.value ?? '');
    const backend = propertyOf(properties, 'netdev') ?? propertyOf(properties, 'chardev');
    if (argument.option === 'device' && backend !== null && gone.has(backend))
      reading.settle(argument, 'dropped', null, `What it is connected to (${backend}) is left out.`);
  }
}

function changeNote(before: readonly string[], after: readonly string[], renames: ReadonlyMap<string, string>): string {
  if (before.join('\0') === after.join('\0')) return '';
  const used = [...renames].filter(([, to]) => after.some((word) => word.includes(to)));
  const names = used.map(([from, to]) => `${from} is one of Slipway's own names and became ${to}.`);
  const isPath =
    before.length === after.length && before.some((word, index) => renamedWord(word, renames) !== after[index]);
  return [
    ...names,
    ...(isPath ? ['Its file is named by its whole path, because QEMU runs in another directory.'] : []),
  ].join(' ');
}

function ofUnknown(names: string): string {
  return names === '$@' || names === '$*'
    ? "The script's own arguments; none are given."
    : `Nothing is known of ${names}.`;
}

function refusalOf(words: readonly string[]): string | null {
  const extraArguments = words.map(quoteForShell).join(' ');
  const runtime = { extraArguments, debug: { gdb: null } } as Parameters<typeof extraArgumentFindings>[0]['runtime'];
  const found = extraArgumentFindings({ runtime }).find(({ severity }) => severity === 'error');
  if (found === undefined) return null;
  return [found.failure.message, found.failure.cause].filter((text) => text !== undefined).join(' ');
}

function withWholePaths({ option, value }: CommandArgument, words: readonly string[], reading: Reading): string[] {
  const [first, last] = words;
  if (first === undefined) return [];
  if (option === '') return [reading.path(value ?? '')];
  if (last === undefined || words.length !== 2) return [...words];
  if (fileOptions.has(option)) return [first, isAddress(last) ? fatPath(last, reading) : reading.path(last)];
  if (maybeFileOptions.has(option)) return [first, existsSync(reading.path(last)) ? reading.path(last) : last];
  if (['serial', 'parallel', 'monitor', 'qmp', 'qmp-pretty', 'debugcon', 'gdb'].includes(option)) {
    return [
      first,
      last.replace(
        /^(mon:)?(file|unix|pipe):([^,]*)/,
        (_, mon: string | undefined, kind: string, path: string) => `${mon ?? ''}${kind}:${reading.path(path)}`,
      ),
    ];
  }
  if (last.startsWith('{')) return [first, last];
  return [
    first,
    last.replace(fileProperties, (whole, before: string, key: string, path: string) => {
      if (path === '' || path === 'no' || path.startsWith('/')) return whole;
      const plain = path.replaceAll(',,', ',');
      if (key === 'romfile=' && !existsSync(reading.path(plain))) return whole;
      // `path=` is also a bus address, and `data=` a number.
      if (key === 'data=' && !existsSync(reading.path(plain))) return whole;
      const resolved = isAddress(plain) ? fatPath(plain, reading) : reading.path(plain);
      return `${before}${key}${resolved.replaceAll(',', ',,')}`;
    }),
  ];
}

/** `nbd:…`, `fat:rw:…`, `https://…`. */
function isAddress(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+._-]*:/.test(text);
}

function fatPath(text: string, reading: Reading): string {
  const match = /^(fat:(?:(?:rw|floppy|12|16|32):)*)(.*)$/.exec(text);
  return match === null ? text : `${match[1]}${reading.path(match[2] ?? '')}`;
}

/** Ids in what stays that Slipway uses itself, each with another name. */
function renamesFor(reading: Reading): Map<string, string> {
  const ours = new Set<string>([...ownIds, 'scsi0', 'xhci0', 'ahci0']);
  const used = new Set<string>();
  for (const argument of reading.arguments) {
    const outcome = reading.outcome(argument);
    if (outcome !== null && outcome.fate !== 'kept') continue;
    for (const [, id = ''] of (argument.value ?? '').matchAll(/(?:^|,)(?:id|node-name)=([^,]+)/g)) used.add(id);
    for (const [, id = ''] of (argument.value ?? '').matchAll(/"(?:id|node-name)"\s*:\s*"([^"]+)"/g)) used.add(id);
  }
  const renames = new Map<string, string>();
  for (const id of used) if (ours.has(id) || /^(disk|usb|serial)\d+$/.test(id)) renames.set(id, `own-${id}`);
  return renames;
}

function renamed(words: readonly string[], renames: ReadonlyMap<string, string>): string[] {
  return words.map((word, index) => (index === 0 ? word : renamedWord(word, renames)));
}

function renamedWord(word: string, renames: ReadonlyMap<string, string>): string {
  let text = word;
  for (const [from, to] of renames) {
    text = text
      .replace(valuePattern(from), `$1${to}`)
      .replace(new RegExp(`("[\\w.-]+"\\s*:\\s*")${escaped(from)}(?=[".])`, 'g'), `$1${to}`)
      .replace(
        new RegExp(`^((?:mon:)?chardev:|(?:device|chardev|netdev|drive)\\.)${escaped(from)}(?=$|[.,])`),
        `$1${to}`,
      );
  }
  return text;
}

/** A value that is the id, or a bus of the device that has it. Not names that only happen to be the same. */
function valuePattern(id: string): RegExp {
  const keys =
    'id|node-name|netdev|drive|chardev|bus|file|rng|fsdev|memdev|backing|tpmdev|pflash0|pflash1|iothread|secret|audiodev';
  return new RegExp(`((?:^|,)(?:${keys})=)${escaped(id)}(?=$|,|\\.\\d)`, 'g');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&');
}
