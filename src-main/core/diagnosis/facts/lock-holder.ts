/**
 * Which process holds a lock on a file. QEMU's are open-file-description locks, which /proc/locks lists without a pid; a
 * descriptor's /proc/PID/fdinfo has them, where we may read it (proc(5)). Elsewhere the answer is null.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import type { PortOwner } from '../../network/port-owner.ts';

/** Never throws. The holder is told in the form that owners of ports are. */
export async function findLockHolder(path: string): Promise<PortOwner | null> {
  if (process.platform !== 'linux') return null;
  const file = await stat(path).catch(() => null);
  if (file === null) return null;
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const open = await stat(`/proc/${pid}/fd/${descriptor}`).catch(() => null);
      if (open === null || open.ino !== file.ino || open.dev !== file.dev) continue;
      const facts = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
      if (/^lock:/m.test(facts)) return describeProcess(Number(pid));
    }
  }
  return null;
}

async function describeProcess(pid: number): Promise<PortOwner> {
  const [command, commandLine, directory] = await Promise.all([
    readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    stat(`/proc/${pid}`).catch(() => null),
  ]);
  return {
    pid,
    command: command.trim() || null,
    commandLine: commandLine.split('\0').slice(0, -1),
    uid: directory?.uid ?? -1,
  };
}
