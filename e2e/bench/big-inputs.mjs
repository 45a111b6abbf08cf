// How long another session waits while one gives Slipway the largest inputs there are.
//   node e2e/bench/big-inputs.mjs
// Prints, for each input, what became of it, and the longest and the usual time of a small call on another connection.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../../scripts/build.mjs';
import { root } from '../../scripts/checkout.mjs';

await ensureBuilt({ renderer: false });
const home = mkdtempSync(join(tmpdir(), 'slipway-big-'));
const files = join(home, 'files');
mkdirSync(files);
const server = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--port', '0', '--machine', 'json'], {
  env: { ...process.env, SLIPWAY_HOME: home },
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((resolve) => server.stdout.once('data', resolve));

function dial() {
  const socket = connect(join(home, 'service.sock'));
  const waiting = new Map();
  let bytes = Buffer.alloc(0);
  let nextId = 1;
  const send = (text) => {
    const payload = Buffer.from(text);
    const head = Buffer.alloc(5);
    head.writeUInt32LE(payload.length + 1);
    socket.write(Buffer.concat([head, payload]));
  };
  send(JSON.stringify({ type: 'introduction', trust: 'user', face: 'command-line', allowPower: true }));
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32LE(0)) {
      const end = 4 + bytes.readUInt32LE(0);
      const kind = bytes[4];
      const message = bytes.subarray(5, end);
      bytes = bytes.subarray(end);
      if (kind !== 0) continue;
      const reply = JSON.parse(message.toString());
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    }
  });
  const call = (name, input) =>
    new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      send(JSON.stringify({ type: 'call', id, name, input }));
    });
  return { call, close: () => socket.destroy() };
}

const busy = dial();
const other = dial();
const MiB = 1024 * 1024;
const repeated = (piece, length) => {
  let text = '';
  for (let n = 0; text.length < length; n++) text += piece(n);
  return text;
};
const blobs = repeated((n) => `{"path":"blobs/${n}","merkle":"${'0'.repeat(64)}"},`, 25 * MiB).slice(0, -1);
const image = (path) => `{"type":"zbi","name":"zircon-a","path":"${path}"}`;
const bundle = (images, more = '') =>
  `{"version":"2","product_name":"x","system_a":[${images}]${more},"partitions":{}}`;

async function bundleOf(name, text) {
  const directory = join(files, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'product_bundle.json'), text);
  const { value } = await busy.call('files.grant', { path: directory });
  return ['fuchsia.bundle', { directory: value.token }];
}

const inputs = {
  nothing: ['settings.get', {}],
  'import, 1 MiB of -device': [
    'command.import',
    { text: `qemu-system-x86_64 ${repeated((n) => `-device e1000,id=n${n} `, MiB - 40)}` },
  ],
  'import, 20,000 continued lines': [
    'command.import',
    { text: `qemu-system-x86_64${repeated((n) => ` \\\n  -device e1000,id=n${n}`, 700_000)}` },
  ],
  'import, 1 MiB of output with a command': [
    'command.import',
    { text: `${repeated((n) => `[ ${n}.0] a line (of) <output>\n`, MiB - 60)}qemu-system-x86_64 -m 64` },
  ],
  'bundle, 25 MiB of blobs': await bundleOf('blobs', bundle(image('a.zbi'), `,"contents_of_all":[${blobs}]`)),
  'bundle, 25 MiB of contents': await bundleOf(
    'contents',
    bundle(`{"type":"blk","name":"fxfs","path":"a","contents":[${blobs}]}`),
  ),
  'bundle, 3 MiB of images': await bundleOf(
    'images',
    bundle(repeated((n) => `${image(`z${n}`)},`, 3 * MiB).slice(0, -1)),
  ),
  'bundle, 25 MiB that is no JSON': await bundleOf('broken', `{"version":[${blobs}`),
};

async function longestWait(work) {
  let over = false;
  const answer = work.finally(() => {
    over = true;
  });
  const waits = [];
  while (!over) {
    const started = performance.now();
    await other.call('settings.get', {});
    waits.push(performance.now() - started);
  }
  waits.sort((a, b) => a - b);
  return { answer: await answer, longest: waits.at(-1) ?? 0, usual: waits[Math.floor(waits.length / 2)] ?? 0 };
}

for (const [name, [call, input]] of Object.entries(inputs)) {
  const started = performance.now();
  const { answer, longest, usual } = await longestWait(busy.call(call, input));
  const took = (performance.now() - started).toFixed(0);
  const what = answer.type === 'result' ? 'done' : answer.failure.message.slice(0, 70);
  console.log(
    `${name.padEnd(40)} others wait ${longest.toFixed(0).padStart(5)} ms (usually ${usual.toFixed(1)}), took ${took} ms: ${what}`,
  );
}
busy.close();
other.close();
server.kill();
await new Promise((resolve) => server.once('exit', resolve));
rmSync(home, { recursive: true, force: true });
