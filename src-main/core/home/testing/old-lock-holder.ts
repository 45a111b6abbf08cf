/** The owner's lock as Slipway 0.1 took it, for tests of old and new on one home. Its argument: the home. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const digest = createHash('sha256')
  .update(process.argv[2] ?? '')
  .digest('hex');
const server = createServer((socket) => socket.destroy());
server.once('error', () => {
  process.stdout.write('taken\n');
  process.stdin.destroy();
});
server.listen({ path: `\0slipway-owner-${process.getuid?.() ?? 0}-${digest.slice(0, 24)}` }, async () => {
  process.stdout.write('mine\n');
  await once(process.stdin, 'data');
  server.close();
  process.stdin.destroy();
});
