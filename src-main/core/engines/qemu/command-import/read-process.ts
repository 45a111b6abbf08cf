/** The process itself and its debugging aids. */

import { limits } from '../../../../../src-shared/limits.ts';
import { debugLogItems } from '../../../../../src-shared/model/spec.ts';
import { propertyOf, readProperties } from './properties.ts';
import { isSlipways } from './read-consoles.ts';
import { settleSplit } from './read-machine.ts';
import type { Reading } from './reading.ts';

export function readProcess(reading: Reading): void {
  const { machine } = reading;
  for (const argument of reading.open('name')) {
    const properties = readProperties(argument.value ?? '');
    const name = properties.first ?? propertyOf(properties, 'guest');
    const others = properties.entries.filter(([key]) => key !== 'guest');
    if (name === null || argument.lacks.length > 0) continue;
    machine.name =
      [...name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')]
        .slice(0, limits.instanceNameLength)
        .join('')
        .trim() || null;
    settleSplit(reading, argument, 'name', others, 'The name is in its field');
  }
  const ours: Readonly<Record<string, string>> = {
    nodefaults: 'Only what is listed is in the machine; Slipway always says so.',
    'no-user-config': 'Slipway always says so.',
    nodefconfig: 'Slipway reads no configuration files of this host.',
    pidfile: 'Slipway has a pid file of its own: run/pid in the instance directory.',
    daemonize: 'A guest runs on without Slipway anyway.',
    uuid: 'Slipway recognises the process by a UUID that is new for every boot. For one that the guest sees: -smbios type=1,uuid=… as an extra argument.',
    runas: 'QEMU runs as you.',
    chroot: 'QEMU runs where Slipway finds its sockets; the system call filter is on.',
    preconfig: 'The machine would wait for configuration that nobody gives.',
  };
  for (const [option, note] of Object.entries(ours))
    for (const argument of reading.open(option)) reading.slipway(argument, note);
  for (const argument of reading.open('sandbox'))
    if (argument.value?.startsWith('on') === true && !/=(allow|children)/.test(argument.value))
      reading.slipway(argument, 'The system call filter is on wherever this QEMU has it.');
  readDebugging(reading);
  readSnapshot(reading);
}

const socketNote = 'Without a port the stub is a socket that only you reach.';

function readDebugging(reading: Reading): void {
  const { debug } = reading.machine;
  for (const argument of reading.open('s')) {
    debug.gdb = { port: 1234 };
    reading.field(argument, 'runtime.debug.gdb', `On this computer only; -s listens on every address. ${socketNote}`);
  }
  for (const argument of reading.open('gdb')) {
    if (/^unix:[^,]+(,|$)/.test(argument.value ?? '')) {
      debug.gdb = { port: null };
      reading.field(argument, 'runtime.debug.gdb', 'The socket is run/gdb in the instance directory.');
      continue;
    }
    const match = /^tcp:([^:]*):(\d+)(?:,(?:server(?:=on)?|nowait|wait=off|nodelay(?:=on)?))*$/.exec(
      argument.value ?? '',
    );
    const port = Number(match?.[2]);
    if (match === null || port < 1 || port > 65535) continue;
    debug.gdb = { port };
    const isLoopback = match[1] === '127.0.0.1' || match[1] === 'localhost';
    reading.field(
      argument,
      'runtime.debug.gdb',
      isLoopback ? socketNote : `On this computer only; the command had it listen on every address. ${socketNote}`,
    );
  }
  for (const argument of reading.open('S')) {
    if (reading.arguments.some(isSlipways)) {
      reading.slipway(argument, 'Slipway starts every guest so, and lets it go once the consoles are attached.');
      continue;
    }
    debug.startPaused = true;
    reading.field(argument, 'runtime.debug.startPaused');
  }
  for (const argument of reading.open('no-reboot')) {
    debug.noReboot = true;
    reading.field(argument, 'runtime.debug.noReboot');
  }
  for (const argument of reading.open('no-shutdown')) {
    debug.noShutdown = true;
    reading.field(argument, 'runtime.debug.noShutdown');
  }
  const logs = reading.open('d');
  const items = logs.at(-1)?.value?.split(',') ?? [];
  // QEMU takes the last -d.
  if (!items.every((item) => debugLogItems.some((known) => known === item))) return;
  debug.log = [...new Set(items)];
  for (const argument of logs)
    reading.field(argument, 'runtime.debug.log', reading.has('D') ? '' : 'Into the engine log.');
}

function readSnapshot(reading: Reading): void {
  for (const argument of reading.open('snapshot')) {
    if (reading.open('drive', 'hda', 'hdb', 'hdc', 'hdd', 'pflash', 'sd', 'fda', 'mtdblock').length > 0)
      reading.keep(argument, 'For the drives in the extra arguments; the disks in the fields have overlays.');
    else
      reading.field(
        argument,
        'guest.disks',
        'Every disk has an overlay. Unlike a snapshot of QEMU it is kept; its file is not changed.',
      );
  }
}
