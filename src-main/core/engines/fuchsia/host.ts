/** What deciding about a Fuchsia guest needs to know of the host, read in one go so that the decisions can be pure. */
import { access, constants, readdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { CpuArchitecture, OperatingSystem } from '../../../../src-shared/model/emulator-configuration.ts';
import type { HostTool, HostToolSearch } from '../../process/host-tool.ts';
import { findFemu } from '../femu/find-femu.ts';
import { noTap, type TapFacts, tapInterface } from '../qemu-based/flag-template/resolve-networking.ts';

export interface FuchsiaHost {
  readonly os: OperatingSystem;
  readonly architecture: CpuArchitecture | null;
  readonly tap: TapFacts;
  readonly userName: string;
  readonly hasDisplay: boolean;
  readonly hasRenderNode: boolean;
  readonly hasVsock: boolean;
  /** null: not installed. */
  readonly femu: HostTool | null;
}

export async function readFuchsiaHost(search: HostToolSearch): Promise<FuchsiaHost> {
  const { environment } = search;
  const isMac = process.platform === 'darwin';
  const [tap, hasRenderNode, hasVsock] = await Promise.all([
    readTapFacts(join('/sys/class/net', tapInterface)),
    isMac || canOpenRenderNode(),
    canWrite('/dev/vhost-vsock'),
  ]);
  return {
    os: process.platform === 'linux' ? 'linux' : isMac ? 'macos' : 'unsupported',
    architecture: process.arch === 'x64' ? 'x64' : process.arch === 'arm64' ? 'arm64' : null,
    tap,
    userName: nameOfUser(),
    hasDisplay: isMac || Boolean(environment.DISPLAY) || Boolean(environment.WAYLAND_DISPLAY),
    hasRenderNode,
    hasVsock,
    femu: installedFemu(search),
  };
}

/**
 * Of one directory of /sys/class/net. `flags` has what was asked of the interface; whether a program has it open shows
 * in `operstate` alone, since IFF_RUNNING is computed for ioctls and netlink only. Bits: linux/if.h, linux/if_tun.h.
 */
export async function readTapFacts(directory: string): Promise<TapFacts> {
  const read = (name: string) => readFile(join(directory, name), 'utf8').catch(() => null);
  const [flags, tunFlags, state] = await Promise.all([read('flags'), read('tun_flags'), read('operstate')]);
  if (flags === null) return noTap;
  const isUp = (Number(flags) & 0x1) !== 0;
  return {
    exists: true,
    isTap: (Number(tunFlags ?? 0) & 0x2) !== 0,
    isUp,
    // "unknown" is what drivers say that do not tell; the kernel counts it as running too.
    isRunning: isUp && ['up', 'unknown'].includes((state ?? '').trim()),
  };
}

function installedFemu(search: HostToolSearch): HostTool | null {
  try {
    return findFemu(search);
  } catch {
    return null;
  }
}

/** A user without an entry in the password file has a number only, and that serves as well. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0);
  }
}

async function canOpenRenderNode(): Promise<boolean> {
  const names = await readdir('/dev/dri').catch(() => []);
  const nodes = names.filter((name) => name.startsWith('renderD'));
  return (await Promise.all(nodes.map((name) => canWrite(join('/dev/dri', name))))).some(Boolean);
}

function canWrite(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
