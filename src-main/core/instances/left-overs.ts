/** What a QEMU that did not end in good order leaves in `run/`. To be removed only once it is known to be gone. */
import { rm } from 'node:fs/promises';
import type { InstancePaths } from '../home/paths.ts';

export async function removeLeftOvers({ qmp, qmpUser, monitor, gdb, pid }: InstancePaths): Promise<void> {
  for (const path of [qmp, qmpUser, monitor, gdb, pid]) await rm(path, { force: true });
}
