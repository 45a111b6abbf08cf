import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerOfHmp, powerOfQmp } from './control-powers.ts';

const hmp = (line: string) => powerOfHmp(line)?.class ?? null;
const qmp = (command: string, args: Record<string, unknown> = {}) => powerOfQmp(command, args)?.class ?? null;

describe('the monitor', () => {
  it.each([
    'info status',
    'info mtree -f',
    'help',
    '?',
    'c',
    'stop',
    'system_reset',
    'x/8i $pc',
    'x /8i 0x1000',
    'xp/4wx 0',
    'print/x $rip',
    'sendkey ctrl-alt-f1',
    'device_del usb0',
    'device_add virtio-rng-pci,id=r',
    'device_add usb-kbd,bus=x.0,id=k',
    'object_add iothread,id=t',
    'object_add qom-type=iothread,id=t',
    'hostfwd_add tcp:127.0.0.1:5555-:22',
    'hostfwd_add net0 udp:127.0.0.1:0-10.0.2.15:53',
    'hostfwd_remove tcp::5555',
    'gdbserver none',
    'quit',
    '',
    '   ',
  ])('is plain: %s', (line) => expect(hmp(line)).toBeNull());

  it.each([
    ['pmemsave 0 4096 /tmp/x', 'files'],
    ['memsave 0 1 x', 'files'],
    ['dump-guest-memory /tmp/d', 'files'],
    ['screendump /tmp/s', 'files'],
    ['logfile /home/me/.profile', 'files'],
    ['wavcapture a b', 'files'],
    ['drive_add 0 file=/etc/passwd,if=none', 'files'],
    ['chardev-add file,id=c,path=/tmp/x', 'files'],
    ['chardev-add socket,id=c,port=1,host=0.0.0.0,server=on', 'files'],
    ['object_add memory-backend-file,id=m,mem-path=/tmp/x,size=1M', 'files'],
    ['object_add filter-dump,id=f,netdev=net0,file=/tmp/x', 'files'],
    ['device_add vfio-pci,host=00:02.0', 'files'],
    ['device_add usb-host,vendorid=1', 'files'],
    ['device_add virtio-rng-pci,romfile=/etc/passwd', 'files'],
    ['device_add virtio-rng-pci,id=a,,b,romfile=/x', 'files'],
    ['netdev_add tap,id=t,script=/tmp/x', 'files'],
    ['migrate "exec:touch /tmp/x"', 'files'],
    ['change ide1-cd0 /etc/passwd', 'files'],
    ['change vnc 0.0.0.0:1', 'files'],
    ['hostfwd_add tcp::5555-:22', 'door'],
    ['hostfwd_add tcp:0.0.0.0:5555-:22', 'door'],
    ['hostfwd_add tcp:127.0.0.1.evil:5555-:22', 'door'],
    ['gdbserver', 'door'],
    ['gdbserver tcp::1234', 'door'],
    ['nbd_server_start -a 0.0.0.0:10809', 'door'],
    ['set_password vnc x', 'door'],
    ['migrate_incoming tcp:0:1', 'door'],
    ['qemu-io disk0 "write 0 512"', 'data'],
    ['savevm a', 'data'],
    ['loadvm a', 'data'],
    ['commit all', 'data'],
    ['eject -f ide1-cd0', 'data'],
    ['chardev-remove serial0', 'control'],
    ['netdev_del net0', 'control'],
    ['a-command-of-tomorrow x', 'unknown'],
    // As QEMU reads a name.
    ['  \t\vpmemsave 0 1 x', 'files'],
    ['screendump/tmp/x', 'files'],
    ['logfile\n/tmp/x', 'files'],
    ['/etc/passwd', 'unknown'],
    ['info\u00a0status', 'unknown'],
    ['Screendump x', 'unknown'],
  ])('asks for: %s', (line, kind) => expect(hmp(line)).toBe(kind));
});

describe('QMP', () => {
  it.each([
    ['query-status', {}],
    ['x-query-jit', {}],
    ['query-of-tomorrow', {}],
    ['qmp_capabilities', {}],
    ['cont', {}],
    ['system_reset', {}],
    ['qom-get', { path: '/', property: 'type' }],
    ['human-monitor-command', { 'command-line': 'info status' }],
    ['device_add', { driver: 'virtio-rng-pci', id: 'r' }],
    ['object-add', { 'qom-type': 'iothread', id: 't' }],
  ])('is plain: %s', (command, args) => expect(qmp(command, args)).toBeNull());

  it.each([
    ['human-monitor-command', { 'command-line': 'logfile /tmp/x' }, 'files'],
    ['human_monitor_command', { 'command-line': 'gdbserver' }, 'door'],
    ['screendump', { filename: '/tmp/x' }, 'files'],
    ['device_add', { driver: 'virtio-rng-pci', romfile: '/x' }, 'files'],
    ['object-add', { 'qom-type': 'secret', id: 's', file: '/etc/passwd' }, 'files'],
    ['blockdev-add', {}, 'files'],
    ['chardev-add', {}, 'files'],
    ['qom-set', {}, 'files'],
    ['nbd-server-start', {}, 'door'],
    ['display-update', {}, 'door'],
    ['transaction', { actions: [] }, 'data'],
    ['snapshot-load', {}, 'data'],
    ['chardev-remove', {}, 'control'],
    ['x-new-thing', {}, 'unknown'],
  ] as const)('asks for: %s %j', (command, args, kind) => expect(qmp(command, args)).toBe(kind));

  it('the same command is judged the same in both, however it is hyphenated', () => {
    for (const name of ['pmemsave', 'memsave', 'screendump', 'dump-guest-memory', 'migrate', 'eject', 'chardev-add'])
      for (const spelling of [name, name.replaceAll('-', '_')]) expect(hmp(`${spelling} x`)).toBe(qmp(spelling));
  });

  it('no name but a known one is plain', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_-]{3,20}$/);
    fc.assert(
      fc.property(word, (name) => {
        fc.pre(!/^(x_)?query/.test(name.replaceAll('-', '_')) && hmp(name) !== null);
        expect(qmp(name)).not.toBeNull();
      }),
    );
  });
});
