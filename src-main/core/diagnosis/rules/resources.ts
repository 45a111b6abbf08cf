/** Memory, processors, room on disk, displays, audio, sandbox. */
import { packageOf } from './images.ts';
import { errno, extraField, listHint, type Rule, said } from './rule.ts';

const memory = { field: 'device.memoryMiB', subject: { about: 'memory' } } as const;

export const resourceRules: readonly Rule[] = [
  {
    id: 'memory-host',
    family: 'memory',
    pattern: said(
      `(?:cannot set up guest memory '(?<name>.+)': ${errno.noMemory}|unable to map backing store for guest RAM: ${errno.noMemory}|(?:os_mem_prealloc|qemu_prealloc_mem): .+)`,
    ),
    seen: [
      ['7.2', "qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory"],
      ['7.2', 'qemu-system-x86_64: unable to map backing store for guest RAM: Cannot allocate memory'],
      [
        '6.0',
        'qemu-system-x86_64: os_mem_prealloc: Insufficient free host memory pages available to allocate guest RAM',
      ],
    ],
    explain: () => ({
      code: 'memory_insufficient',
      message: 'The host has not enough memory for this guest.',
      hint: 'Give the guest less memory, or stop other guests.',
      ...memory,
    }),
  },
  {
    id: 'memory-jit',
    family: 'memory',
    pattern: said(
      `(?:allocate (?<number>\\d+) bytes for jit buffer|Could not allocate dynamic translator buffer): ?.*`,
    ),
    seen: [['7.2', 'qemu-system-x86_64: allocate 1073741824 bytes for jit buffer: Cannot allocate memory']],
    explain: () => ({
      code: 'memory_insufficient',
      message: 'The host has no memory for the translator’s code.',
      cause: 'A limit on address space (ulimit -v) or on the container’s memory is too tight for emulation.',
      hint: 'Raise the limit, or give the translator less: -accel tcg,tb-size=64 (MiB).',
      ...memory,
    }),
  },
  {
    id: 'memory-machine',
    family: 'memory',
    pattern: said(
      '(?:Invalid RAM size, should be (?<limit>.+)|(?<name>\\S+): cannot model more than (?<value>.+) RAM|at most (?<number>\\d+) MB RAM can be simulated|Too much memory for this machine: .+|RAM size .+ (?:is )?(?:too large|exceeds).*)',
    ),
    seen: [
      ['7.2', 'qemu-system-aarch64: Invalid RAM size, should be 1 GiB'],
      ['7.2', 'qemu-system-aarch64: vexpress-a9: cannot model more than 1GB RAM'],
      ['4.2', 'qemu-system-i386: at most 2047 MB RAM can be simulated'],
    ],
    explain: ({ limit, value, number }) => {
      const exact = /^(\d+) ([MG])iB$/.exec(limit);
      const mebibytes = exact === null ? null : Number(exact[1]) * (exact[2] === 'G' ? 1024 : 1);
      return {
        code: 'invalid_input',
        message:
          limit === ''
            ? `The machine takes at most ${value || `${number} MB`} of memory.`
            : `The machine has exactly ${limit} of memory.`,
        hint: 'Boards have what was soldered on; "virt" takes any size.',
        field: 'device.memoryMiB',
        fixes:
          mebibytes === null
            ? []
            : [{ kind: 'set', label: `Give it ${limit}`, changes: [{ field: 'device.memoryMiB', value: mebibytes }] }],
      };
    },
  },
  {
    id: 'memory-address',
    family: 'memory',
    pattern: said(
      '(?:Addressing limited to (?<number>\\d+) bits, but memory exceeds it by \\d+ bytes|Address space limit 0x[0-9a-f]+ < 0x[0-9a-f]+ phys-bits too low \\((?<limit>\\d+)\\))',
    ),
    seen: [
      ['7.2', 'qemu-system-aarch64: Addressing limited to 32 bits, but memory exceeds it by 1073741824 bytes'],
      ['8.0', 'qemu-system-x86_64: Address space limit 0xffffffffff < 0x1ffffffffff phys-bits too low (40)'],
    ],
    explain: ({ number, limit }) => ({
      code: 'invalid_input',
      message: `The guest’s processor addresses ${number || limit} bits, and its memory does not fit.`,
      hint: 'Give it less memory, or a CPU with more address bits (-cpu max, phys-bits=…; highmem=on on "virt").',
      field: 'device.memoryMiB',
    }),
  },
  {
    id: 'memory-maxmem',
    family: 'memory',
    pattern: said(
      '(?:invalid value of (?<option>maxmem): .+|slots specified but no max-size|unsupported (?:amount|number) of memory slots: (?<number>\\d+)|invalid value of (?<name>maxmem), .+)',
    ),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: invalid value of maxmem: maximum memory size (0x20) must be at least the initial memory size (0x4000000)',
      ],
      ['7.2', 'qemu-system-x86_64: slots specified but no max-size'],
      ['7.2', 'qemu-system-x86_64: unsupported amount of memory slots: 300'],
    ],
    explain: ({ number }) => ({
      code: 'invalid_input',
      message:
        number === '' ? 'slots= and maxmem= do not fit the guest’s memory.' : `${number} memory slots are too many.`,
      hint: 'maxmem must be more than the memory, with a unit (4G), and slots= between 1 and 256.',
      field: extraField,
    }),
  },
  {
    id: 'memory-backend',
    family: 'memory',
    pattern: said(
      "(?:Machine memory size does not match the size of the memory backend|Memory backend '(?<name>.+)' not found|(?:\\S+ )?backing store size 0x[0-9a-f]+ (?:does not match|is too small for) 'size' option 0x[0-9a-f]+(?: plus .+)?)",
    ),
    seen: [
      ['7.2', 'qemu-system-x86_64: Machine memory size does not match the size of the memory backend'],
      ['7.2', "qemu-system-x86_64: Memory backend 'zz' not found"],
      ['7.2', "qemu-system-x86_64: backing store size 0x3e8 does not match 'size' option 0x4000000"],
      [
        '10.0',
        "qemu-system-x86_64: pc.ram backing store size 0x3e8 is too small for 'size' option 0x4000000 plus 'offset' option 0x0",
      ],
    ],
    explain: ({ name }) => ({
      code: 'invalid_input',
      message:
        name === ''
          ? 'The memory backend has another size than the guest’s memory.'
          : `No memory backend has the id ${name}.`,
      hint: 'An -object memory-backend-… needs the same size as the memory, and its id in -machine memory-backend=.',
      field: extraField,
    }),
  },
  {
    id: 'processors-most',
    family: 'processors',
    pattern: said(
      "(?:Invalid SMP CPUs (?<number>\\d+)\\. The max CPUs supported by machine '(?<name>.+)' is (?<limit>\\d+)|Number of SMP CPUs requested \\((?<id>\\d+)\\) exceeds max CPUs supported by machine '(?<option>.+)' \\((?<value>\\d+)\\))",
    ),
    seen: [
      ['7.2', "qemu-system-x86_64: Invalid SMP CPUs 999. The max CPUs supported by machine 'pc-i440fx-7.2' is 255"],
      [
        '7.2',
        "qemu-system-aarch64: Number of SMP CPUs requested (9) exceeds max CPUs supported by machine 'mach-virt' (8)",
      ],
    ],
    explain: ({ number, name, limit, id, option, value }) => ({
      code: 'invalid_input',
      message: `The machine ${name || option} has at most ${limit || value} processors; ${number || id} were asked for.`,
      hint: 'Choose fewer processors or another machine.',
      field: 'device.processors',
      subject: { about: 'processors', most: Number(limit || value) },
    }),
  },
  {
    id: 'processors-least',
    family: 'processors',
    pattern: said(
      "Invalid SMP CPUs (?<number>\\d+)\\. The min CPUs supported by machine '(?<name>.+)' is (?<limit>\\d+)",
    ),
    seen: [['7.2', "qemu-system-riscv64: Invalid SMP CPUs 1. The min CPUs supported by machine 'sifive_u' is 2"]],
    explain: ({ name, limit }) => ({
      code: 'invalid_input',
      message: `The machine ${name} has at least ${limit} processors.`,
      hint: 'Boards have the processors that were soldered on.',
      field: 'device.processors',
      fixes: [
        {
          kind: 'set',
          label: `Give it ${limit} processors`,
          changes: [{ field: 'device.processors', value: Number(limit) }],
        },
      ],
    }),
  },
  {
    id: 'processors-topology',
    family: 'processors',
    pattern: said('Invalid CPU topology: (?<reason>.+)'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: Invalid CPU topology: product of the hierarchy must match maxcpus: sockets (3) * dies (1) * cores (0) * threads (1) != maxcpus (2)',
      ],
      [
        '7.2',
        'qemu-system-x86_64: Invalid CPU topology: maxcpus must be equal to or greater than smp: sockets (1) * dies (1) * cores (2) * threads (1) == maxcpus (2) < smp_cpus (4)',
      ],
    ],
    explain: ({ reason }) => ({
      code: 'invalid_input',
      message: 'The number of processors does not fit the sockets, cores and threads given.',
      cause: reason,
      field: 'device.processors',
    }),
  },
  {
    id: 'disk-full',
    family: 'disk full',
    pattern: said(`.*(?:Could not|Failed|failed|error|writing) .*: ${errno.full}`),
    when: 'any',
    seen: [
      [
        '7.2',
        'qemu-img: m/v.qcow2: error while converting qcow2: Could not write qcow2 header: No space left on device',
      ],
    ],
    explain: () => ({
      code: 'disk_full',
      message: 'The disk is full.',
      hint: 'Free some space, then launch again. `df -h` shows where it is used up.',
    }),
  },
  {
    id: 'display-module',
    family: 'display',
    pattern: said("Display '(?<name>.+)' is not available\\.?"),
    seen: [
      [
        '7.2, Debian',
        "qemu: module ui-ui-gtk not found, do you want to install qemu-system-gui package?\nqemu-system-x86_64: Display 'gtk' is not available.",
      ],
    ],
    explain: ({ name }, log) => ({
      code: 'engine_unsuitable',
      message: `This QEMU has no display called ${name}.`,
      cause: 'The module with the window toolkit is a package of its own.',
      hint: `${packageOf(log) ?? 'Debian: apt install qemu-system-gui.'} ${listHint('-display')}`,
      field: extraField,
    }),
  },
  {
    id: 'display-desktop',
    family: 'display',
    pattern: said(
      '(?:gtk initialization failed|Could not initialize SDL\\(.*\\) - exiting|failed to connect to DBus: .+|egl: (?:no drm render node available|render node init failed)|OpenGL is not supported by the display|We need a terminal output)',
    ),
    seen: [
      ['6.2', 'gtk initialization failed'],
      ['5.2', 'Could not initialize SDL(No available video device) - exiting'],
      ['7.2', 'qemu-system-x86_64: failed to connect to DBus: Cannot autolaunch D-Bus without X11 $DISPLAY'],
      [
        '7.2',
        'qemu-system-x86_64: egl: no drm render node available\nqemu-system-x86_64: egl: render node init failed',
      ],
      ['7.2', 'We need a terminal output'],
    ],
    explain: () => ({
      code: 'engine_unsuitable',
      message: 'QEMU could not open a display here.',
      cause: 'There is no desktop, terminal or graphics device that it could reach.',
      hint: 'Leave -display out: Slipway takes screenshots without one. Or use -vnc 127.0.0.1:1.',
      field: extraField,
    }),
  },
  {
    id: 'display-spice',
    family: 'display',
    pattern: said('(?:failed to initialize spice server|spice: .*|Failed to launch spice\\+unix:.+)'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: warning: Spice: ../server/reds.cpp:2585:reds_init_socket: binding socket to 1.2.3.4:5999 failed\nqemu-system-x86_64: failed to initialize spice server',
      ],
      [
        '7.2',
        'qemu-system-x86_64: info: Launching display with URI: spice+unix:///tmp/.YC2NZ3/spice.sock\nqemu-system-x86_64: Failed to launch spice+unix:///tmp/.YC2NZ3/spice.sock URI: Operation not supported',
      ],
    ],
    explain: (_, log) => {
      const socket = /binding socket to (\S+):(\d+) failed/.exec(log);
      return {
        code: socket === null ? 'engine_unsuitable' : 'port_busy',
        message: 'The SPICE display could not be started.',
        cause: socket === null ? undefined : `It could not listen on ${socket[1]}:${socket[2]}.`,
        hint: 'Choose another port or address, or leave -spice out.',
        field: extraField,
        ...(socket === null
          ? {}
          : { subject: { about: 'port', address: socket[1] ?? '', port: Number(socket[2]) } as const }),
      };
    },
  },
  {
    id: 'display-vnc',
    family: 'display',
    pattern: said(
      "(?:no vnc port specified|port (?<port>\\d+) out of range|could not read keymap file: '(?<name>.+)')",
    ),
    seen: [
      ['7.2', 'qemu-system-x86_64: -vnc nosuch: no vnc port specified'],
      ['7.2', 'qemu-system-x86_64: -display vnc=127.0.0.1:99999: port 99999 out of range'],
      ['7.2', "qemu-system-x86_64: -vnc :77: could not read keymap file: 'nosuch'"],
    ],
    explain: ({ name }) => ({
      code: 'invalid_input',
      message: name === '' ? 'The VNC display number is none.' : `There is no keymap called ${name}.`,
      hint:
        name === ''
          ? '-vnc takes ADDRESS:NUMBER, and listens on port 5900 + NUMBER: 127.0.0.1:1.'
          : 'Try -k en-us; they are in QEMU’s keymaps directory.',
      field: extraField,
    }),
  },
  {
    id: 'display-vga',
    family: 'display',
    pattern: said('unknown vga type: (?<name>.+)'),
    seen: [['7.2', 'qemu-system-x86_64: unknown vga type: nosuch']],
    explain: ({ name }) => ({
      code: 'invalid_input',
      message: `There is no graphics card called ${name}.`,
      hint: '-vga takes std, cirrus, virtio, qxl, vmware or none.',
      field: extraField,
    }),
  },
  {
    id: 'audio-driver',
    family: 'audio',
    pattern: said("(?:Unknown audio driver `(?<name>.+)'|Could not init `(?<value>.+)' audio driver)"),
    seen: [
      [
        '7.2, Debian',
        "qemu: module audio-audio-pa not found, do you want to install qemu-system-gui package?\naudio: Unknown audio driver `pa'",
      ],
      ['8.2', "audio: Could not init `alsa' audio driver"],
    ],
    explain: ({ name, value }, log) => ({
      code: 'engine_unsuitable',
      message: `The sound driver ${name || value} cannot be used here.`,
      hint: packageOf(log) ?? 'Use -audiodev none,id=… where there is no sound.',
      field: extraField,
    }),
  },
  {
    id: 'sandbox-missing',
    family: 'sandbox',
    pattern: said(
      '(?:-?sandbox support is not enabled in this QEMU binary|failed to install seccomp syscall filter in the kernel)',
    ),
    seen: [
      ['4.2', 'qemu-system-x86_64: -sandbox on: sandbox support is not enabled in this QEMU binary'],
      ['6.2', 'qemu-system-x86_64: -sandbox on: failed to install seccomp syscall filter in the kernel'],
    ],
    explain: () => ({
      code: 'engine_unsuitable',
      message: 'QEMU’s own sandbox cannot be used here.',
      cause: 'It was not compiled in, or this kernel or container does not allow system call filters.',
      hint: 'Add -sandbox off to the extra arguments.',
      field: extraField,
    }),
  },
];
