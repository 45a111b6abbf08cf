/** Where Slipway writes: room, kind of file system, permissions; and the limits of this process. */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { limits } from '../../../../src-shared/limits.ts';
import type { HostCheck } from '../../../../src-shared/model/host-report.ts';
import { check } from './check.ts';

export interface PlaceFacts {
  readonly home: string;
  /** The environment variable that moved it, or null. */
  readonly movedBy: string | null;
  readonly writable: boolean;
  /** Permission bits; null where they could not be read. */
  readonly mode: number | null;
  readonly freeBytes: number | null;
  /** statfs(2)'s f_type; 0: not known. */
  readonly fileSystem: number;
  /** RLIMIT_NOFILE, soft; null: not known. */
  readonly openFiles: number | null;
  readonly totalMiB: number;
  readonly availableMiB: number;
}

export async function readPlaceFacts(
  home: string,
  memory: Pick<PlaceFacts, 'totalMiB' | 'availableMiB'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<PlaceFacts> {
  const [room, facts, writable, limitText] = await Promise.all([
    statfs(home).catch(() => null),
    stat(home).catch(() => null),
    access(home, constants.R_OK | constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    ),
    readFile('/proc/self/limits', 'utf8').catch(() => ''),
  ]);
  const openFiles = /^Max open files\s+(\d+)/m.exec(limitText)?.[1];
  return {
    home,
    movedBy: environment.SLIPWAY_HOME ? 'SLIPWAY_HOME' : environment.XDG_DATA_HOME ? 'XDG_DATA_HOME' : null,
    writable,
    mode: facts === null ? null : facts.mode & 0o777,
    freeBytes: room === null ? null : room.bavail * room.bsize,
    fileSystem: room?.type ?? 0,
    openFiles: openFiles === undefined ? null : Number(openFiles),
    ...memory,
  };
}

/** linux/magic.h. */
const fileSystems: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x9123683e, 'btrfs'],
  [0x58465342, 'xfs'],
  [0x2fc12fc1, 'zfs'],
  [0x794c7630, 'overlayfs'],
  [0x01021994, 'tmpfs'],
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x01021997, '9p'],
  [0x65735546, 'fuse'],
  [0x4d44, 'vfat'],
  [0x2011bab0, 'exfat'],
]);
const withoutPipes = new Set(['vfat', 'exfat', 'cifs', 'smb2']);
const overNetwork = new Set(['nfs', '9p']);

const gib = 1024 ** 3;
/** A Linux guest, a few overlays and their transcripts fit; below it the first big copy may not. */
const comfortableBytes = 5 * gib;
/** A console, three sockets and a pipe per guest, for a few dozen guests. */
const comfortableFiles = 1024;

/** Pure. */
export function placeChecks(facts: PlaceFacts): HostCheck[] {
  return [homeCheck(facts), privacyCheck(facts), roomCheck(facts), fileSystemCheck(facts)].filter(
    (one) => one !== null,
  );
}

/** Pure. */
export function resourceChecks({ totalMiB, availableMiB, openFiles }: PlaceFacts): HostCheck[] {
  const memory = `${words(availableMiB)} of ${words(totalMiB)} of memory are free.`;
  return [
    availableMiB < 512
      ? check('warning', 'resource.memory', memory, { hint: 'A guest may not start, or push others out of memory.' })
      : check('ok', 'resource.memory', memory),
    ...(openFiles === null
      ? []
      : [
          openFiles < comfortableFiles
            ? check('warning', 'resource.files', `A program may open ${openFiles} files here; many guests need more.`, {
                hint: 'Raise it in the shell that starts Slipway.',
                command: 'ulimit -n 4096',
              })
            : check('ok', 'resource.files', `A program may open ${openFiles} files.`),
        ]),
  ];
}

const words = (mib: number): string => (mib < 1024 ? `${mib} MiB` : `${(mib / 1024).toFixed(1)} GiB`);

function homeCheck({ home, movedBy, writable }: PlaceFacts): HostCheck {
  const id = 'place.home';
  if (!writable)
    return check('problem', id, 'Slipway cannot write where it keeps its instances.', {
      detail: home,
      hint: 'Set SLIPWAY_HOME to a directory of yours.',
    });
  return check('ok', id, 'Instances, transcripts and settings have a place.', {
    detail: movedBy === null ? home : `${home} · from $${movedBy}`,
  });
}

function privacyCheck({ home, mode }: PlaceFacts): HostCheck | null {
  if (mode === null || (mode & 0o077) === 0) return null;
  return check('warning', 'place.privacy', 'Other users of this computer can look into Slipway’s directory.', {
    detail: `${home} has mode ${mode.toString(8)}`,
    command: `chmod 700 ${quoted(home)}`,
  });
}

function roomCheck({ freeBytes, home }: PlaceFacts): HostCheck {
  const id = 'place.room';
  if (freeBytes === null) return check('note', id, 'The free space is not known.', { detail: home });
  const text = `${(freeBytes / gib).toFixed(1)} GiB are free for images and transcripts.`;
  if (freeBytes < limits.reserveBytes * 2)
    return check('problem', id, text, { hint: 'Guests are paused before the disk is full. Free some space.' });
  if (freeBytes < comfortableBytes)
    return check('warning', id, text, { hint: 'Delete instances, empty the trash, or move SLIPWAY_HOME.' });
  return check('ok', id, text);
}

function fileSystemCheck({ fileSystem, home }: PlaceFacts): HostCheck | null {
  const name = fileSystems.get(fileSystem);
  if (name === undefined) return null;
  const id = 'place.file-system';
  const detail = `${home} is on ${name}`;
  if (withoutPipes.has(name))
    return check('problem', id, `${name} has no named pipes, and a guest’s console needs one.`, {
      detail,
      hint: 'Set SLIPWAY_HOME to a directory on this computer’s own disk.',
    });
  if (overNetwork.has(name))
    return check('warning', id, `${name} is slow for disk images, and locks on it are not always kept.`, {
      detail,
      hint: 'Set SLIPWAY_HOME to a directory on this computer’s own disk.',
    });
  if (name === 'tmpfs')
    return check('warning', id, 'Everything is kept in memory and gone after a reboot.', {
      detail,
      hint: 'Set SLIPWAY_HOME to a directory on a disk.',
    });
  const copies = name === 'btrfs' || name === 'xfs' ? 'Copies of disk images take no space until they change.' : null;
  return check('ok', id, `The file system is ${name}.`, { detail, hint: copies });
}

/** For a POSIX shell. */
function quoted(path: string): string {
  return /^[\w/.+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
