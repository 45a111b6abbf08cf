/** Ports: the table of mappings, what becomes of each, and the lines to copy. */
export const portStrings = {
  table: 'Port mappings',
  columns: { name: 'Name', guest: 'Guest port', host: 'Host address', state: 'State', actions: 'Actions' },

  runningNote: 'Changes take effect at once and are kept for the next launch.',
  stoppedNote: 'Mapped at the next launch.',
  ffxNote: 'ffx started this emulator: its ports are shown and tried, and changed only in its own monitor.',
  probeNow: 'Check now',
  probing: 'Checking…',
  probeAbout: 'Connects once to every TCP port and says what answers; silent ones are asked as a web server would be.',

  emptyTitle: 'No port is mapped',
  empty:
    'The guest has a network of its own, which nothing outside can reach. A mapping makes one of its ports a port of this computer: map 22 to log in with ssh, 80 to open its web server.',
  noneTitle: 'No network, no ports',
  noNetwork: 'This instance has no network. Choose user-mode networking in its form to map ports.',
  tapTitle: 'On the network itself',
  tap: 'This guest is on a tap network and has an address of its own: every port of it is reached under that, and none is mapped.',

  states: {
    chosenAtLaunch: 'a free port is chosen at launch',
    atLaunch: 'mapped at launch',
    mapped: 'mapped',
    udp: 'mapped; UDP does not tell more',
    answers: 'answers',
    answersWith: (what: string) => `answers: ${what}`,
    accepting: 'accepts, silent',
    refused: 'nobody listens in the guest',
    unanswered: 'the guest’s network does not answer',
    failed: 'not mapped',
    takenBy: (who: string) => `taken by ${who}`,
  },
  owner: {
    unknown: 'another program',
    otherUser: (uid: number) => `a process of another user (uid ${uid})`,
    program: (program: string, pid: number) => `${program} (pid ${pid})`,
    guest: (name: string, program: string, pid: number) => `the guest “${name}” (${program}, pid ${pid})`,
    nameless: 'a process',
  },

  loopback: 'loopback',
  loopbackAbout: 'Only programs on this computer reach it.',
  lan: 'LAN',
  lanAbout: (addresses: readonly string[]) =>
    addresses.length === 0
      ? 'Other computers can reach it.'
      : `Other computers can reach it, at ${addresses.join(', ')}.`,
  lanHeader: (ports: readonly string[]) => `Other computers can reach this guest: ${ports.join('; ')}.`,
  lanPort: (name: string, addresses: readonly string[]) => `${name} at ${addresses.join(', ')}`,

  bind: {
    label: 'Listens on',
    loopback: 'this computer only',
    everywhere: 'every address (LAN)',
    one: (address: string) => `${address} (LAN)`,
    oneLoopback: (address: string) => `${address} (loopback)`,
  },
  protocol: 'Protocol',
  auto: 'auto',
  namePlaceholder: 'name',
  fieldOf: (field: string, who: string) => `${field} of ${who}`,
  newPort: 'the new mapping',

  doors: 'Other open ports of the emulator',
  doorsNote:
    'Opened in a monitor, by an argument or for a debugger. They close where they were opened, or with the guest.',
  door: {
    forward: (guestPort: string) => `forward to guest port ${guestPort}`,
    gdb: () => 'gdb',
    vnc: () => 'VNC',
    nbd: () => 'disk export (NBD)',
    chardev: (name: string) => `character device ${name}`,
    other: () => 'not known',
  },

  add: 'Add mapping',
  edit: (name: string) => `Edit ${name}`,
  remove: (name: string) => `Remove ${name}`,
  open: (url: string) => `Open ${url}`,
  copyWord: 'Copy as',
  copyMenu: (name: string) => `Copy as: lines for ${name}`,
  copyAddress: (name: string) => `Copy address of ${name}`,
  removed: (name: string, instance: string) => `The mapping “${name}” of ${instance} was removed.`,
  copied: (what: string) => `Copied: ${what}`,
  notCopied: 'The clipboard cannot be written to here.',
  use: (port: number) => `Use ${port}`,
  takeAbout: (port: number, name: string) => `Use ${port}, which is free, for ${name}`,
  guestNeeded: 'A guest port is a number from 1 to 65535.',
  hostNumber: 'A host port is a number from 1 to 65535, or empty for a free one.',

  lines: {
    address: 'Address',
    url: 'URL',
    ssh: 'ssh',
    sshFile: 'Send a file over ssh',
    scp: 'scp',
    sshConfig: 'ssh config block, for ~/.ssh/config',
    code: 'VS Code Remote, with that block',
    curl: 'curl',
    nc: 'nc',
    telnet: 'telnet',
  },
} as const;
