/** Ports, sockets and networks. */
import { type Explained, errno, extraField, type Rule, said } from './rule.ts';

/** `tcp:127.0.0.1:1234,server=on`, `127.0.0.1:1` for VNC, `socket,host=…,port=…`. */
function portOf(option: string, value: string): { readonly address: string; readonly port: number } | null {
  const named = /\bport=(\d+)/.exec(value);
  if (named !== null) return { address: /\b(?:host|addr)=([^,]+)/.exec(value)?.[1] ?? '', port: Number(named[1]) };
  const plain = /^(?:(?:tcp|udp|telnet|websocket|vnc)[:=])?(.*):(\d+)(?:,.*)?$/.exec(value);
  if (plain === null) return null;
  const number = Number(plain[2]);
  const isDisplay = option === 'vnc' || value.startsWith('vnc=');
  return { address: plain[1] ?? '', port: isDisplay ? 5900 + number : number };
}

function busyPort(option: string, value: string): Explained {
  const at = portOf(option, value);
  const isGdb = option === 'gdb';
  return {
    code: 'port_busy',
    message: isGdb
      ? `The debugger’s port (${value}) is in use by another program.`
      : `-${option} ${value} wants a port that another program has.`,
    hint: isGdb ? 'Choose another port for gdb, or leave it empty for a socket.' : 'Choose another port.',
    field: isGdb ? 'runtime.debug.gdb.port' : extraField,
    ...(at === null ? {} : { subject: { about: 'port', ...at } as const }),
  };
}

export const networkRules: readonly Rule[] = [
  {
    id: 'port-busy',
    family: 'port',
    pattern: new RegExp(
      `^-{1,2}(?<option>[\\w-]+) (?<value>.*?): (?:Failed to find an available port|Failed to bind socket|Failed to listen on socket|can't bind ip=\\S+ to socket): ${errno.inUse}$`,
    ),
    seen: [
      ['7.2', 'qemu-system-x86_64: -gdb tcp:127.0.0.1:45999: Failed to find an available port: Address already in use'],
      ['2.10', 'qemu-system-x86_64: -gdb tcp::1234: Failed to bind socket: Address already in use'],
      [
        '7.2',
        'qemu-system-x86_64: -qmp tcp:127.0.0.1:45999,server=on,wait=off: Failed to find an available port: Address already in use',
      ],
      ['7.2', 'qemu-system-x86_64: -vnc 127.0.0.1:40099: Failed to find an available port: Address already in use'],
      [
        '7.2',
        "qemu-system-x86_64: -netdev socket,id=n0,listen=127.0.0.1:45999: can't bind ip=127.0.0.1 to socket: Address already in use",
      ],
    ],
    explain: ({ option, value }) => busyPort(option, value),
  },
  {
    id: 'port-forward',
    family: 'port',
    pattern: said("Could not set up host forwarding rule '(?<value>.+)'"),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -netdev user,id=n0,hostfwd=tcp:127.0.0.1:45999-:22: Could not set up host forwarding rule 'tcp:127.0.0.1:45999-:22'",
      ],
    ],
    explain: ({ value }) => {
      const at = /^(?:tcp|udp):([^:]*):(\d+)-/.exec(value);
      return {
        code: 'port_busy',
        message: `The port mapping ${value} could not be set up.`,
        cause: 'The host port is taken, below 1024, or its address is not one of this host.',
        hint: 'Choose another host port, or leave it empty to get a free one.',
        field: 'host.ports',
        ...(at === null ? {} : { subject: { about: 'port', address: at[1] ?? '', port: Number(at[2]) } as const }),
      };
    },
  },
  {
    id: 'port-forward-words',
    family: 'network',
    pattern: said("Invalid host forwarding rule '(?<value>.+)' \\((?<reason>.+)\\)"),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -netdev user,id=n0,hostfwd=bogus: Invalid host forwarding rule 'bogus' (No : separators)",
      ],
    ],
    explain: ({ value, reason }) => ({
      code: 'invalid_input',
      message: `The port mapping ${value} is not one QEMU understands.`,
      cause: reason,
      hint: 'It is spelled tcp:ADDRESS:HOSTPORT-:GUESTPORT, with an address in numbers.',
      field: 'host.ports',
    }),
  },
  {
    id: 'port-denied',
    family: 'port',
    pattern: said(`Failed to (?:bind socket|find an available port): ${errno.denied}`),
    seen: [['7.2', 'qemu-system-x86_64: -gdb tcp:127.0.0.1:82: Failed to bind socket: Permission denied']],
    explain: () => ({
      code: 'not_permitted',
      message: 'You may not listen on that port: ports below 1024 are reserved.',
      hint: 'Choose a port from 1024 up.',
    }),
  },
  {
    id: 'address-not-here',
    family: 'port',
    pattern: said(`Failed to (?:bind socket|find an available port): ${errno.badAddress}`),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -qmp tcp:1.2.3.4:5,server=on,wait=off: Failed to bind socket: Cannot assign requested address',
      ],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'QEMU was to listen on an address that this host does not have.',
      hint: 'Use 127.0.0.1, or an address that `ip address` shows.',
      field: extraField,
    }),
  },
  {
    id: 'address-unknown',
    family: 'port',
    pattern: said('address resolution failed for (?<address>.+?): (?<reason>[^:]+)'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -qmp tcp:nosuch.invalid:1,server=on,wait=off: address resolution failed for nosuch.invalid:1: Name or service not known',
      ],
    ],
    explain: ({ address, reason }) => ({
      code: 'invalid_input',
      message: `Nobody knows the address of ${address}.`,
      cause: `The resolver says: ${reason}.`,
      hint: 'Give the address in numbers.',
      field: extraField,
    }),
  },
  {
    id: 'socket-path',
    family: 'socket',
    pattern: said("UNIX socket path '(?<path>.+)' is too long"),
    seen: [
      [
        '7.2',
        `qemu-system-x86_64: -qmp unix:/tmp/x: UNIX socket path '/tmp/${'x'.repeat(120)}' is too long\nPath must be less than 108 bytes`,
      ],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'The path of a socket is longer than 107 bytes, the most a UNIX socket can have.',
      hint: 'Name it relative to the instance’s run folder, or in a shorter folder.',
      field: extraField,
    }),
  },
  {
    id: 'socket-missing',
    family: 'socket',
    pattern: said(
      `(?:Failed to connect to '(?<path>/.+)': (?<reason>.+)|Failed to (?:bind socket to|unlink socket) '?(?<value>.+?)'?: ${errno.missing})`,
    ),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -chardev socket,id=a,path=/nope/s: Failed to connect to '/nope/s': No such file or directory",
      ],
      [
        '7.2',
        "qemu-system-x86_64: -qmp unix:/nope/sock,server=on,wait=off: Failed to bind socket to '/nope/sock': No such file or directory",
      ],
    ],
    explain: ({ path, value, reason }) => ({
      code: 'file_missing',
      message:
        path === ''
          ? `${value} cannot be made: the folder it should be in does not exist.`
          : `QEMU could not connect to the socket ${path}.`,
      cause: reason === '' ? undefined : `The system says: ${reason}.`,
      hint: path === '' ? 'Check the path.' : 'Start the program that makes that socket first.',
      field: extraField,
      subject: { about: 'file', path: path || value, use: path === '' ? 'write' : 'read' },
    }),
  },
  {
    id: 'tap-device',
    family: 'network',
    pattern: said('could not (?:open|configure) /dev/net/tun(?: \\((?<name>.*)\\))?: (?<reason>.+)'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -netdev tap,id=n0: could not open /dev/net/tun: Permission denied'],
      [
        '7.2',
        'qemu-system-x86_64: -netdev tap,id=n0,ifname=tap0,script=no: could not configure /dev/net/tun (tap0): Operation not permitted',
      ],
      [
        '7.2',
        'qemu-system-x86_64: -netdev tap,id=n0,ifname=tap0,script=no: could not configure /dev/net/tun (tap0): Device or resource busy',
      ],
    ],
    explain: ({ name, reason }) => {
      const busy = new RegExp(errno.busy).test(reason);
      return {
        code: 'not_permitted',
        message: busy
          ? `The tap device ${name} is in use by another program.`
          : 'A tap network needs /dev/net/tun, which could not be opened.',
        cause: `The system says: ${reason}.`,
        hint: busy
          ? 'Each guest needs a tap device of its own.'
          : 'Use user-mode networking, or a tap device that was made for this user: sudo ip tuntap add mode tap user $USER.',
        field: 'host.networking',
      };
    },
  },
  {
    id: 'network-helper',
    family: 'network',
    pattern: said(
      '(?:bridge helper failed|(?:network script|could not launch network script) (?<path>\\S+?) ?(?:failed with status (?<number>\\d+)|: .+)|access denied by acl file)',
    ),
    seen: [
      [
        '7.2',
        "failed to parse default acl file `/etc/qemu/bridge.conf'\nqemu-system-x86_64: -netdev bridge,id=n0,br=nosuch: bridge helper failed",
      ],
      ['7.2', 'qemu-system-x86_64: -netdev tap,id=n0: network script /etc/qemu-ifup failed with status 256'],
    ],
    explain: ({ path }, log) => ({
      code: 'not_permitted',
      message:
        path === '' ? 'QEMU’s bridge helper was not allowed to join the bridge.' : `The network script ${path} failed.`,
      cause: /bridge\.conf/.test(log) ? '/etc/qemu/bridge.conf is missing, or does not allow this bridge.' : undefined,
      hint:
        path === ''
          ? 'Allow it: echo "allow br0" | sudo tee -a /etc/qemu/bridge.conf. The sandbox must allow helpers: -sandbox off.'
          : 'Give script=no,downscript=no, and set the device up yourself.',
      field: extraField,
    }),
  },
  {
    id: 'network-user-missing',
    family: 'network',
    pattern: said("(?:network backend '(?<name>.+)' is not compiled into this binary)"),
    since: '7.2',
    seen: [
      ['8.0', "qemu-system-x86_64: -netdev user,id=net0: network backend 'user' is not compiled into this binary"],
    ],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: `This QEMU was built without ${name} networking.`,
      hint:
        name === 'user'
          ? 'Build it with libslirp (--enable-slirp), or use your distribution’s QEMU.'
          : 'Use another kind of network.',
      field: 'host.networking',
    }),
  },
  {
    id: 'network-smb',
    family: 'network',
    pattern: said("Could not find '(?<path>.+smbd)', please install it"),
    seen: [
      ['7.2', "qemu-system-x86_64: -netdev user,id=n0,smb=/tmp: Could not find '/usr/sbin/smbd', please install it"],
    ],
    explain: () => ({
      code: 'tool_missing',
      message: 'Sharing a folder by SMB needs Samba’s smbd.',
      hint: 'Debian: apt install samba. The sandbox must allow helpers: -sandbox off.',
      field: extraField,
    }),
  },
];
