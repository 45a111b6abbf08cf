import type { SerialName } from '../../../src-shared/model/console.ts';

/** Every file and directory name below the home, one comment each. Nothing else in Slipway spells a name. */
export const filenames = {
  // the home
  /** One directory per instance, named by its id. */
  instances: 'instances',
  /** Deleted instances, each in a directory `<time>-<id>`; a rename away from being back. */
  trash: 'trash',
  /** What can be made again: capability probes, the built Linux guest. */
  cache: 'cache',
  /** Probe results of QEMU binaries, keyed by path, size and mtime. */
  capabilities: 'capabilities.json',
  /** Results of the acceleration probe, keyed by boot id, binary and groups. */
  acceleration: 'acceleration.json',
  /** The Linux guest's kernel and base initrd. */
  linuxGuest: 'linux-guest',
  /** Transcripts of instances that ffx started, by id and by life of their engine. */
  adopted: 'ffx',
  /** The user's key pair for guests. */
  ssh: 'ssh',
  /** Theme, font size. */
  settings: 'settings.json',
  /** What a person allowed for longer than once, as digests. */
  powers: 'powers.json',
  /** Kept drafts, one file each. */
  templates: 'templates',
  /** Session protocol for the command line, mode 0600. */
  serviceSocket: 'service.sock',
  /** Start of the name of a socket that says a fresh address of a web face; its process id follows. */
  addressSocket: 'web-address-',
  /** A socket that the home's owner listens on, and nobody else. While a dead one is replaced: `owner.lock.<which>`. */
  ownerLock: 'owner.lock',
  /** Start of the name under which a process brings its own socket to the lock; its process id follows. */
  ownerClaim: 'owner-claim-',
  /** End of the same socket's second name, for as long as it takes to rename it. */
  ownerClaimSpare: '.spare',
  /** Slipway's own log. */
  log: 'slipway.log',
  /** Electron's userData. */
  electron: 'electron',

  /** Start of the name of an instance that is being made: not an id, so nobody takes it for one. */
  newInstance: '.new-',

  // an instance
  /** What the user asked for. */
  spec: 'spec.json',
  /** QEMU's working directory: sockets and the pid file, nothing that could be taken for firmware. */
  run: 'run',
  /** Images made for this instance. */
  staged: 'staged',
  /** What each staged image was made from. */
  stagingRecord: 'staging.json',
  /** One directory per boot, named by its number. */
  boots: 'boots',
  /** Written when Slipway pauses the guest, removed when it continues it: we continue only what we stopped. */
  pauseMarker: 'paused-by-slipway',

  // run/
  qmp: 'qmp',
  qmpUser: 'qmp-user',
  monitor: 'monitor',
  /** QEMU's gdb stub, for a guest that has one: whoever reaches it can do what QEMU can. */
  gdb: 'gdb',
  /** Served by the core to other programs. */
  serialSocket: 'serial',
  pid: 'pid',

  // a boot
  /** argv, environment, engine version, endpoints, digests; and, once known, the process. */
  launch: 'launch.json',
  timeline: 'timeline.json',
  /** What was learnt of the guest while it runs: for the next owner, who cannot see it any more. */
  seen: 'seen.json',
  /** How the boot ended. */
  outcome: 'outcome.json',
  /** QEMU's stdout and stderr. */
  engineLog: 'emulator.log',
  /** The guest's serial output: QEMU writes it, we read it. Its offset is the stream's offset. */
  serialOutput: 'serial.out',
  /** FIFO: what is written here the guest reads. */
  serialInput: 'serial.in',
  /** Common stem of the two, as `-chardev pipe,path=` wants it. Further lines: `serial-2` and so on (`serialFile`). */
  serialStem: 'serial',
  /** When the bytes of `serial.out` came. */
  serialTimes: 'serial.times',
  /** When those of the engine's log came. */
  engineLogTimes: 'emulator.times',
  /** Of the terminals that are served to pages. */
  monitorTranscript: 'monitor.out',
  qmpTranscript: 'qmp.out',
  /** Of the sockets themselves, as the command line has them. */
  rawMonitorTranscript: 'monitor-raw.out',
  rawQmpTranscript: 'qmp-raw.out',
} as const;

/** What the first serial line calls `name` (a file, a socket, a stem), as another line calls it. */
export function serialFile(name: string, line: SerialName): string {
  return name.replace(/serial(?=(\.\w+)?$)/, line);
}
