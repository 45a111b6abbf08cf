/**
 * Takes the lock of a home and lets it go, over and over. While it has it, it holds a second thing that only one process
 * can hold and that the kernel frees: who finds that with another living process says so. Arguments: home, a name.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { acquireOwnerLock } from '../owner-lock.ts';
import { ownerOfSocket } from '../socket-owner.ts';

const [, , home = '', name = ''] = process.argv;

function listen(): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(null));
    server.listen({ path: `\0${name}` }, () => resolve(server));
  });
}

/** A process that is dying has no descriptors left to be seen, though its sockets may still be there. */
async function otherOwner(): Promise<number | null> {
  const table = await readFile('/proc/net/unix', 'utf8');
  const row = table.split('\n').find((line) => line.replace(/@+$/, '').endsWith(`@${name}`));
  const inode = row?.trim().split(/\s+/)[6];
  return inode === undefined ? null : ((await ownerOfSocket(inode))?.pid ?? null);
}

for (;;) {
  const lock = await acquireOwnerLock(home);
  if (lock === null) {
    // As whoever waits for a home does; here no longer than a turn takes.
    await setTimeout(Math.random() * 4);
    continue;
  }
  for (;;) {
    const witness = await listen();
    if (witness !== null) {
      process.stdout.write('mine\n');
      await new Promise((resolve) => witness.close(resolve));
      break;
    }
    const other = await otherOwner();
    if (other !== null) process.stdout.write(`two owners: ${process.pid} and ${other}\n`);
  }
  await lock.release();
}
