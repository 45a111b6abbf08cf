/** Takes the lock of the home it is given, says whether it has it, and holds it until it is told to let go. */
import { once } from 'node:events';
import { acquireOwnerLock } from '../owner-lock.ts';

const lock = await acquireOwnerLock(process.argv[2] ?? '');
process.stdout.write(lock === null ? 'taken\n' : 'mine\n');
if (lock !== null) {
  await once(process.stdin, 'data');
  await lock.release();
  process.stdin.destroy();
}
