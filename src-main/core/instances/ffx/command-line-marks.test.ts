import { describe, expect, it } from 'vitest';
import {
  type EmulatorMarks,
  hostForwardRules,
  isRecordedEmulator,
  serialLineOf,
  servesItsSockets,
} from './command-line-marks.ts';
import { ffxArguments } from './testing/ffx-emulator.ts';

const marks: EmulatorMarks = { directories: ['/i/emu'], name: 'emu', binary: '/sdk/qemu-system-x86_64' };
const qemu = (...args: string[]) => ['/sdk/qemu-system-x86_64', ...args];

describe('the emulator is recognised', () => {
  it.each<[string, string[]]>([
    ['by the sockets it serves', qemu(...ffxArguments('/i/emu'))],
    ['whatever runs it', ['/usr/bin/node', 'fake.mjs', ...ffxArguments('/i/emu')]],
    ['with chardevs', qemu('-chardev', 'socket,id=a,path=/i/emu/serial,server=on,wait=off')],
    ['as crosvm', ['crosvm', 'run', '-s', '/i/emu/control.sock']],
  ])('%s', (_, commandLine) => {
    expect(servesItsSockets(commandLine, marks)).toBe(true);
    expect(isRecordedEmulator(commandLine, marks)).toBe(true);
  });

  it.each<[string, string[]]>([
    ['its files', qemu('-kernel', '/i/emu/kernel')],
    ['its node name', qemu('-append', 'TERM=dumb zircon.nodename=emu')],
  ])('by the recorded program with %s, if ffx recorded the pid', (_, commandLine) => {
    expect(servesItsSockets(commandLine, marks)).toBe(false);
    expect(isRecordedEmulator(commandLine, marks)).toBe(true);
  });

  it('and what has its pid now is not taken for it: the test that ffx fails', () => {
    const others = [
      ['sleep', '1000'],
      ['tail', '-f', '/i/emu/emulator.log'],
      ['vim', '/i/emu/engine.json'],
      ['socat', '-', 'UNIX-CONNECT:/i/emu/monitor'],
      ['sh', '-c', `qemu ${ffxArguments('/i/emu').join(' ')}`],
      qemu(...ffxArguments('/i/emu2')),
      // Another emulator of the same name, from another of ffx's directories.
      qemu(...ffxArguments('/elsewhere/emu'), '-append', 'zircon.nodename=emu'),
      qemu('-append', 'zircon.nodename=emu-2'),
      ['/usr/bin/other', '-append', 'zircon.nodename=emu', '-kernel', '/i/emu/kernel'],
      ['/usr/bin/other', '-serial', 'unix:/i/emu/serial'],
      [],
    ];
    for (const commandLine of others) expect(isRecordedEmulator(commandLine, marks), commandLine.join(' ')).toBe(false);
  });
});

it('the serial line says where QEMU itself writes it down', () => {
  expect(serialLineOf(qemu(...ffxArguments('/i/emu')), ['/i/emu'])).toEqual({
    path: '/i/emu/serial',
    logfile: '/i/emu/emulator.log.serial',
  });
  const bare = qemu('-serial', 'unix:/i/emu/serial,server,nowait');
  expect(serialLineOf(bare, ['/i/emu'])).toEqual({ path: '/i/emu/serial', logfile: null });
  expect(serialLineOf(qemu('-serial', 'mon:stdio'), ['/i/emu'])).toBeNull();
});

it('forwards are read from the network it was given', () => {
  const network =
    'type=user,id=net0,restrict=off,hostfwd=tcp::8022-:22,hostfwd=tcp:127.0.0.1:0-:2345,hostfwd=udp::5-:6';
  expect(hostForwardRules(qemu('-netdev', network, '-append', network))).toEqual([
    { protocol: 'tcp', address: '', host: 8022, guest: 22 },
    { protocol: 'tcp', address: '127.0.0.1', host: null, guest: 2345 },
    { protocol: 'udp', address: '', host: 5, guest: 6 },
  ]);
});
