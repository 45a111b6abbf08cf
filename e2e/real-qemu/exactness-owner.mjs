/**
 * The process that exactness.mjs kills: it does what the app does, start QEMU detached, type, and tail, and copies what
 * it tailed to `consumed.bin`. Takes its orders as JSON in the first argument, reports over the IPC channel.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { qmp } from './exactness-qmp.mjs';

const image = fileURLToPath(new URL('../../assets/demo-guest/demo-guest.elf', import.meta.url));
let punched = 0;

async function own({ bundle, directory, work, lines, fresh, guard, punch }) {
  const { Tail, spaceVerdict, readFreeBytes } = await import(pathToFileURL(bundle).href);
  const output = join(directory, 'serial.out');
  if (fresh) startQemu(directory, work);
  // The copy's size is the position: there is no second record that a kill could leave out of step.
  const copy = openSync(join(work, 'consumed.bin'), 'a');
  let position = statSync(join(work, 'consumed.bin')).size;
  const tail = new Tail(output);
  await tail.start();
  let typed = !fresh;
  let pumping = false;
  const marker = join(work, 'paused-by-owner');
  // Who continues a guest must know that it was paused for this, also after a crash in between.
  let space = existsSync(marker) ? 'paused' : 'ok';
  const pump = async () => {
    if (pumping) return;
    pumping = true;
    while (position < tail.size) {
      const chunk = await tail.read(position, 32 * 1024);
      if (chunk.offset !== position) throw new Error(`asked for ${position}, got ${chunk.offset}`);
      for (let done = 0; done < chunk.bytes.length; ) done += writeSync(copy, chunk.bytes, done);
      position += chunk.bytes.length;
      if (!typed && Buffer.from(chunk.bytes).includes('demo> ')) {
        typed = true;
        type(directory, `count ${lines}\r`);
        tail.nudge();
      }
      if (punch) await punchBefore(tail, output, position - 256 * 1024);
    }
    pumping = false;
    process.send({ position });
  };
  tail.changes.on((change) => {
    if (change.kind === 'grew') void pump();
    else process.send({ told: change.kind });
  });
  void pump();
  for (;;) {
    const freeBytes = await readFreeBytes(directory);
    const verdict = spaceVerdict({ freeBytes, state: space, reserveBytes: guard ?? 0 });
    if (verdict !== 'ok') {
      space = verdict === 'pause' ? 'paused' : 'ok';
      process.send({ told: `space: ${verdict}` });
      if (guard) {
        if (verdict === 'pause') writeFileSync(marker, '');
        await qmp(work, verdict === 'pause' ? 'stop' : 'cont');
        if (verdict === 'resume') rmSync(marker);
      }
    }
    await wait(20);
  }
}

async function punchBefore(tail, file, offset) {
  const end = Math.floor(offset / 4096) * 4096;
  if (end - punched < 64 * 1024) return;
  tail.markPunched(end);
  execFileSync('fallocate', ['--punch-hole', '--offset', String(punched), '--length', String(end - punched), file]);
  punched = end;
}

function startQemu(directory, work) {
  const log = openSync(join(work, 'emulator.log'), 'w', 0o600);
  closeSync(openSync(join(directory, 'serial.out'), 'wx', 0o600));
  execFileSync('mkfifo', ['-m', '600', join(directory, 'serial.in')]);
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-accel', 'tcg', '-nodefaults', '-display', 'none', '-m', '64', '-kernel', image],
      ...['-chardev', `pipe,id=serial0,path=${join(directory, 'serial')}`, '-serial', 'chardev:serial0'],
      ...['-qmp', `unix:${join(work, 'qmp')},server=on,wait=off`],
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  writeFileSync(join(work, 'pid'), String(child.pid));
  child.unref();
}

function type(directory, text) {
  const fifo = openSync(join(directory, 'serial.in'), constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fifo, text);
  closeSync(fifo);
}

await own(JSON.parse(process.argv[2]));
