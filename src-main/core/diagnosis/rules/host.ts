/** Files and devices of the host; what comes before QEMU or ends it. */
import { type Explained, errno, extraField, type Rule, said } from './rule.ts';

const missing = (path: string, field?: string): Explained => ({
  code: 'file_missing',
  message: `${path} does not exist, or the folder it should be in does not.`,
  hint: 'Check the path.',
  ...(field === undefined ? {} : { field }),
  ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
});

export const hostRules: readonly Rule[] = [
  {
    id: 'pid-file-locked',
    family: 'lock',
    pattern: said(`(?:cannot create PID file: )?Cannot lock pid file(?:: ${errno.again})?`),
    seen: [
      ['7.2', 'qemu-system-x86_64: cannot create PID file: Cannot lock pid file: Resource temporarily unavailable'],
      ['5.0', 'qemu-system-x86_64: cannot create PID file: Cannot lock pid file'],
    ],
    explain: () => ({
      code: 'launch_failed',
      message: 'This instance is running already: another QEMU holds its pid file.',
      hint: 'Stop it first; `slipway list` shows it.',
    }),
  },
  {
    id: 'tpm',
    family: 'tpm',
    pattern: said(
      "(?:Cannot access TPM device using '(?<path>.+)': (?<reason>.+)|'(?<value>.+)' is not a TPM device\\.|tpm-emulator: tpm chardev '(?<name>.+)' not found\\.?|tpm-emulator: .+|'tpmdev' property is required)",
    ),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -tpmdev passthrough,id=t: Cannot access TPM device using '/dev/tpm0': No such file or directory",
      ],
      ['7.2', "qemu-system-x86_64: -tpmdev emulator,id=t,chardev=zz: tpm-emulator: tpm chardev 'zz' not found"],
      ['7.2', "qemu-system-x86_64: -device tpm-crb: 'tpmdev' property is required"],
    ],
    explain: ({ path, reason }) => ({
      code: path === '' ? 'invalid_input' : 'file_missing',
      message: path === '' ? 'The guest’s TPM has nothing behind it.' : `The host’s TPM ${path} cannot be used.`,
      cause: reason === '' ? undefined : `The system says: ${reason}.`,
      hint: 'Start swtpm (swtpm socket --tpm2 --ctrl type=unixio,path=SOCK) and give its socket: -chardev socket,id=c,path=SOCK -tpmdev emulator,id=t,chardev=c.',
      field: extraField,
    }),
  },
  {
    id: 'folder-shared',
    family: '9p and virtiofs',
    pattern: said(
      "(?:cannot initialize fsdev '.+': (?:failed to|Could not) open '(?<path>.+)': (?<reason>.+)|security_model property not set|9pfs device couldn't find fsdev with the id = (?<id>.+)|vhost_backend_init failed: .+|Failed to set msg fds\\.)",
    ),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -virtfs local,path=/nope,mount_tag=x,security_model=none: cannot initialize fsdev 'x': failed to open '/nope': No such file or directory",
      ],
      [
        '11.1',
        "qemu-system-x86_64: -virtfs local,path=/nope,mount_tag=x,security_model=none: cannot initialize fsdev 'x': Could not open '/nope': No such file or directory",
      ],
      [
        '7.2',
        'qemu-system-x86_64: -fsdev local,id=f,path=/tmp: security_model property not set\nValid options are: security_model=[passthrough|mapped-xattr|mapped-file|none]',
      ],
      [
        '7.2',
        "qemu-system-x86_64: -device virtio-9p-pci,fsdev=zz,mount_tag=x: 9pfs device couldn't find fsdev with the id = zz",
      ],
      [
        '7.2',
        'qemu-system-x86_64: -device vhost-user-fs-pci,chardev=c,tag=x: Failed to set msg fds.\nqemu-system-x86_64: -device vhost-user-fs-pci,chardev=c,tag=x: vhost_backend_init failed: Protocol error',
      ],
    ],
    explain: ({ path, reason, id }, log) => ({
      code: path === '' ? 'invalid_input' : 'file_missing',
      message:
        path === ''
          ? 'A folder could not be shared with the guest.'
          : `The folder ${path} could not be shared with the guest.`,
      cause: reason !== '' ? `The system says: ${reason}.` : id !== '' ? `No -fsdev has the id ${id}.` : undefined,
      hint: /vhost/.test(log)
        ? 'virtiofs needs virtiofsd at the other end of its socket, and shared memory: -object memory-backend-memfd,share=on.'
        : 'A shared folder is -virtfs local,path=DIR,mount_tag=TAG,security_model=mapped-xattr.',
      field: extraField,
    }),
  },
  {
    id: 'vfio',
    family: 'device of the host',
    pattern: said('(?:vfio (?<address>\\S+): (?<reason>.+)|vhost-vsock: failed to open vhost device: (?<value>.+))'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -device vfio-pci,host=00:00.0: vfio 0000:00:00.0: no iommu_group found: No such file or directory',
      ],
      [
        '7.2',
        'qemu-system-x86_64: -device vhost-vsock-pci,guest-cid=3: vhost-vsock: failed to open vhost device: No such file or directory',
      ],
    ],
    explain: ({ address, reason, value }) => ({
      code: 'engine_unsuitable',
      message:
        address === ''
          ? 'The host has no vsock for guests.'
          : `The host’s device ${address} cannot be given to the guest.`,
      cause: reason || `The system says: ${value}.`,
      hint:
        address === ''
          ? 'sudo modprobe vhost_vsock'
          : 'It needs an IOMMU (intel_iommu=on), and the driver vfio-pci bound to it.',
      field: extraField,
    }),
  },
  {
    id: 'plugin',
    family: 'missing file',
    pattern: said('Could not load plugin (?<path>.+?): (?<reason>.+)'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: Could not load plugin /nope: /nope.so: cannot open shared object file: No such file or directory',
      ],
    ],
    explain: ({ path, reason }) => ({
      code: 'file_unreadable',
      message: `The plugin ${path} could not be loaded.`,
      cause: reason,
      hint: 'It must be a shared object that was built for this QEMU.',
      field: extraField,
    }),
  },
  {
    id: 'forbidden-with-slipway',
    family: 'option',
    pattern: said('(?:duplicate yank instance|failed to parse UUID string: wrong format)'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -gdb tcp::1234: duplicate yank instance'],
      ['7.2', 'qemu-system-x86_64: -uuid nosuch: failed to parse UUID string: wrong format'],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'An argument was given that Slipway gives already, or that is malformed.',
      hint: 'Remove it from the extra arguments; gdb has a field of its own.',
      field: extraField,
    }),
  },
  {
    id: 'library-missing',
    family: 'program',
    pattern: said('error while loading shared libraries: (?<name>[^:]+): (?<reason>.+)'),
    seen: [
      [
        'ld.so 2.36',
        'qemu-system-x86_64: error while loading shared libraries: libfdt.so.1: cannot open shared object file: No such file or directory',
      ],
    ],
    explain: ({ name, reason }) => ({
      code: 'engine_unsuitable',
      message: `QEMU lacks the library ${name}.`,
      cause: reason,
      hint: 'Install QEMU’s package again, or build it on this system. `ldd PROGRAM` lists what it needs.',
      field: 'runtime.binary',
    }),
  },
  {
    id: 'library-version',
    family: 'program',
    pattern: /^(?:.*: )?version `(?<name>[^']+)' not found \(required by (?<path>.+)\)$/,
    seen: [
      [
        'ld.so 2.31',
        "./qemu-system-x86_64: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by ./qemu-system-x86_64)",
      ],
    ],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: `This QEMU was built for a newer system: it needs ${name}.`,
      hint: 'Use this system’s own QEMU, or build it here.',
      field: 'runtime.binary',
    }),
  },
  {
    id: 'program-foreign',
    family: 'program',
    pattern:
      /^(?:.*: )?(?:cannot execute binary file: Exec format error|Exec format error|cannot execute: required file not found)$/,
    seen: [
      ['bash 5.2', '/opt/qemu/bin/qemu-system-x86_64: cannot execute binary file: Exec format error'],
      ['bash 5.2', '/opt/qemu/bin/qemu-system-x86_64: cannot execute: required file not found'],
    ],
    explain: () => ({
      code: 'engine_unsuitable',
      message: 'The QEMU that was chosen is no program for this computer.',
      cause: 'It was built for another processor or another system.',
      hint: 'Look at it with `file`, and choose another.',
      field: 'runtime.binary',
    }),
  },
  {
    id: 'file-missing',
    family: 'missing file',
    pattern: said(
      `(?:.*: )?(?:Could not open|can't open backing store|Could not create|Error opening logfile|Unable to (?:access credentials|read)) '?(?<path>[^':\\n]+?)'?(?: for guest RAM)?: (?:Failed to open file .+: )?${errno.missing}`,
    ),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -drive file=/dev/nosuch,format=raw: Could not open '/dev/nosuch': No such file or directory",
      ],
      ['7.2', "qemu-system-x86_64: can't open backing store /nope/x for guest RAM: No such file or directory"],
      ['7.2', 'qemu-system-x86_64: Error opening logfile /nope/log: No such file or directory'],
      ['7.2', "qemu-system-x86_64: cannot create PID file: Could not create '/nope/pid': No such file or directory"],
      ['7.2', 'qemu-system-x86_64: Unable to access credentials /nope/ca-cert.pem: No such file or directory'],
    ],
    explain: ({ path }) => missing(path),
  },
  {
    id: 'file-denied',
    family: 'permissions',
    pattern: said(
      `(?:.*: )?(?:Could not open|Could not create|Failed to bind socket to|can't open backing store|Error opening logfile) '?(?<path>[^':\\n]+?)'?(?: for guest RAM)?: ${errno.denied}`,
    ),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -drive file=/x/o1.qcow2,format=qcow2: Could not open '/x/o1.qcow2': Permission denied",
      ],
    ],
    explain: ({ path }) => ({
      code: 'file_unreadable',
      message: `You may not open ${path}.`,
      hint: 'A disk is opened for writing unless it is read-only.',
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'write' } as const } : {}),
    }),
  },
  {
    id: 'file-read-only',
    family: 'permissions',
    pattern: said(`(?:.*: )?Could not open '(?<path>[^'\\n]+?)': ${errno.readOnly}`),
    seen: [
      [
        '6.2',
        "qemu-system-x86_64: -drive file=/mnt/cd/disk.img: Could not open '/mnt/cd/disk.img': Read-only file system",
      ],
    ],
    explain: ({ path }) => ({
      code: 'file_unreadable',
      message: `${path} is on a file system that cannot be written to.`,
      hint: 'Choose the access "overlay" or "read-only".',
    }),
  },
  {
    id: 'file-failed',
    family: 'missing file',
    pattern: said("Failed to open file '(?<path>[^'\\n]+)'"),
    seen: [['7.2', "qemu-system-x86_64: Failed to open file '/nope'"]],
    explain: ({ path }) => ({
      code: 'file_missing',
      message: `${path} could not be opened.`,
      hint: 'Check that it exists and that you may read it.',
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
    }),
  },
  {
    id: 'ended-by-signal',
    family: 'signal',
    pattern: /^terminating on signal (?<number>\d+)(?: from pid (?<id>\d+)(?: \((?<name>.+)\))?)?$/,
    when: 'any',
    seen: [
      ['7.2', 'qemu-system-x86_64: terminating on signal 15 from pid 16569 (timeout)'],
      ['7.2', 'qemu-system-x86_64: terminating on signal 1 from pid 812 (<unknown process>)'],
    ],
    explain: ({ number, id, name }) => ({
      code: 'engine_exited',
      message: `QEMU was ended by ${signals[number] ?? `signal ${number}`}${id === '' ? '' : `, sent by ${name === '' || name === '<unknown process>' ? 'process' : name} ${id}`}.`,
      hint: 'Launch again. If nobody stopped it on purpose, look for what that process is.',
    }),
  },
  {
    id: 'engine-assertion',
    family: 'signal',
    pattern:
      /^(?:\S+: )?(?:(?<path>\S+\.[ch]):(?<number>\d+): (?<name>\w+): Assertion `(?<reason>.+)' failed\.|(?:\w+:)?ERROR:(?<value>\S+?):\d+:(?<id>\w+): .+)$/,
    when: 'any',
    seen: [
      ['7.2', "qemu-system-x86_64: ../../hw/core/qdev.c:305: device_unparent: Assertion `!dev->realized' failed."],
      [
        '5.2',
        '**\nERROR:../accel/tcg/tcg-accel-ops.c:80:tcg_handle_interrupt: assertion failed: (qemu_mutex_iothread_locked())',
      ],
    ],
    explain: ({ path, value, name, id }) => ({
      code: 'engine_exited',
      message: 'QEMU itself failed: one of its own checks did not hold.',
      cause: `In ${name || id} (${(path || value).replace(/^[./]+/, '')}).`,
      hint: 'That is a defect of this QEMU. Try another version, or leave out what is unusual in the command line.',
    }),
  },
];

const signals: Readonly<Record<string, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' };
