/** Messages about what the host has: memory, ports, network devices, displays, other processes. */
import type { Rule } from './rule.ts';

export const hostRules: readonly Rule[] = [
  {
    pattern: /cannot set up guest memory '(.+)': Cannot allocate memory/,
    explain: () => ({
      code: 'memory_insufficient',
      message: 'The host has not enough memory for this guest.',
      hint: 'Give the guest less memory, or stop other guests.',
      field: 'device.memoryMiB',
    }),
  },
  {
    pattern: /Invalid SMP CPUs (\d+)\. The max CPUs supported by machine '(.+)' is (\d+)/,
    explain: ([asked, machine, most]) => ({
      code: 'invalid_input',
      message: `The machine ${machine} has at most ${most} processors; ${asked} were asked for.`,
      hint: 'Choose fewer processors or another machine.',
      field: 'device.processors',
    }),
  },
  {
    pattern: /-gdb (\S+?): .*Address already in use/,
    explain: ([where]) => ({
      code: 'port_busy',
      message: `The debugger’s port (${where}) is in use by another program.`,
      hint: 'Choose another port for gdb, or leave it empty to get a free one.',
      field: 'runtime.debug.gdb.port',
    }),
  },
  {
    pattern: /-(\S+) (\S+?): .*Address already in use/,
    explain: ([option, where]) => ({
      code: 'port_busy',
      message: `-${option} ${where} wants a port that another program has.`,
      hint: 'Choose another port; `ss -ltnp` shows who listens.',
    }),
  },
  {
    pattern: /Could not set up host forwarding rule '(.+)'/i,
    explain: ([rule]) => ({
      code: 'port_busy',
      message: `The port mapping ${rule} could not be set up.`,
      cause: 'The host port is taken, below 1024, or its address is not one of this host.',
      hint: 'Choose another host port, or leave it empty to get a free one.',
      field: 'host.ports',
    }),
  },
  {
    pattern: /Invalid host forwarding rule '(.+)' \((.+)\)/i,
    explain: ([rule, reason]) => ({
      code: 'invalid_input',
      message: `The port mapping ${rule} is not one QEMU understands.`,
      cause: reason,
      hint: 'It is spelled tcp:ADDRESS:HOSTPORT-:GUESTPORT, with an address in numbers.',
      field: 'host.ports',
    }),
  },
  {
    pattern: /Failed to bind socket: Permission denied/,
    explain: () => ({
      code: 'not_permitted',
      message: 'You may not listen on that port: ports below 1024 are reserved.',
      hint: 'Choose a port from 1024 up.',
    }),
  },
  {
    pattern: /could not open \/dev\/net\/tun: (.+)/,
    explain: ([reason]) => ({
      code: 'not_permitted',
      message: 'A tap network needs /dev/net/tun, which could not be opened.',
      cause: reason,
      hint: 'Use user-mode networking, or a tap device that was made for this user: sudo ip tuntap add mode tap user $USER.',
      field: 'host.networking',
    }),
  },
  {
    pattern: /UNIX socket path '.+' is too long/,
    explain: () => ({
      code: 'invalid_input',
      message: 'The path of a socket is longer than 107 bytes, the most a UNIX socket can have.',
      hint: 'Name it relative to the instance’s run folder, or in a shorter folder.',
    }),
  },
  {
    pattern: /Display '(.+)' is not available|-display (\S+): Parameter 'type' does not accept value/,
    explain: ([known, unknown]) => ({
      code: 'engine_unsuitable',
      message: `This QEMU has no display called ${known || unknown}.`,
      cause: known === '' ? undefined : 'The module with the window toolkit is a package of its own.',
      hint: 'Debian: apt install qemu-system-gui. `qemu-system-x86_64 -display help` lists what there is.',
      field: 'runtime.extraArguments',
    }),
  },
  {
    pattern: /Cannot lock pid file/,
    explain: () => ({
      code: 'launch_failed',
      message: 'This instance is running already: another QEMU holds its pid file.',
      hint: 'Stop it first; `slipway list` shows it.',
    }),
  },
  {
    pattern: /terminating on signal (\d+) from pid (\d+)(?: \((.+)\))?/,
    explain: ([signal, pid, name]) => ({
      code: 'engine_exited',
      message: `QEMU was ended by signal ${signal}, sent by ${name === '' || name === '<unknown process>' ? 'process' : name} ${pid}.`,
      hint: 'Launch again. If nobody stopped it on purpose, look for what that process is.',
    }),
  },
];
