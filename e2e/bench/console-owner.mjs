/** The process under test in console.mjs: a core with one console, whose viewers are opened and closed by messages. */
import { pathToFileURL } from 'node:url';

const { bundle, output, input } = JSON.parse(process.argv[2]);
const { Console, Keyboard } = await import(pathToFileURL(bundle).href);
const console = new Console();
await console.restart({ path: output, boot: 1, input: new Keyboard(input) });
const viewers = [];

process.on('message', async ({ open, type, waitFor, memory }) => {
  if (open !== undefined) {
    for (const viewer of viewers.splice(0)) viewer.close();
    if (open !== 'none') {
      const viewer = console.open(1, ({ kind, offset, extra }) => {
        if (open === 'reading') queueMicrotask(() => viewer.ack(offset + (kind === 'data' ? extra : 0)));
      });
      viewers.push(viewer);
    }
  }
  if (type !== undefined) await console.input(Buffer.from(type));
  if (waitFor !== undefined) await console.waitFor(waitFor, { fromOffset: console.tail.size });
  if (memory) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send({ rss: process.memoryUsage().rss, cpuMs: (user + system) / 1000 });
});
process.send({});
