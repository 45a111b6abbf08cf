import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const deadlineMs = 180_000;

/** One QMP command on a connection of its own. */
export async function qmp(work, command) {
  const socket = connect(join(work, 'qmp'));
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.on('error', () => undefined);
  socket.write('{"execute":"qmp_capabilities"}{"execute":"query-status"}');
  socket.write(JSON.stringify({ execute: command, id: 'it' }));
  await until(() => text.includes('"id": "it"') || text.includes('"id":"it"'), `QMP ${command}`);
  socket.destroy();
  return text;
}

/** Polls a condition; there is nothing to subscribe to in a file that another process writes. */
export async function until(condition, what) {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await wait(10);
  }
}
