/**
 * A stand-in for QEMU that tests start as a real process: QEMU's arguments, files, sockets, signals and exit codes, with
 * a guest that is a script. Plain JavaScript, because the oldest Node we support does not read TypeScript.
 *
 * Never: kinder than QEMU. Where QEMU is awkward (one client at a time, failures as text, sockets left behind by a kill)
 * so is this.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArguments } from './fake-qemu-arguments.mjs';
import { createGuest } from './fake-qemu-guest.mjs';
import { createMonitors } from './fake-qemu-monitor.mjs';
import { createNetwork } from './fake-qemu-network.mjs';

const { script, options } = parseArguments(process.argv.slice(2));

const help = {
  accel: 'Accelerators supported in QEMU binary:\ntcg\nkvm\n',
  machine:
    'Supported machines are:\n' +
    'pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)\n' +
    'pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)\n' +
    'q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)\n' +
    'none                 empty machine\n',
  device:
    'Network devices:\nname "e1000", bus PCI, alias "e1000-82540em", desc "Intel Gigabit Ethernet"\n' +
    'name "virtio-net-pci", bus PCI, alias "virtio-net"\n\n' +
    'Misc devices:\nname "isa-debug-exit", bus ISA\n',
  cpu:
    'Available CPUs:\nx86 qemu64                (alias configured by machine type)\n' +
    'x86 max                   Enables all features supported by the accelerator in the current host\n',
  ...script.help,
};

function fail(text, code = 1) {
  process.stderr.write(`qemu-system-x86_64: ${text}\n`);
  process.exit(code);
}

function onceAndExit(text) {
  process.stdout.write(text);
  process.exit(0);
}

if (options.version) {
  onceAndExit(
    `QEMU emulator version ${script.version} (Debian 1:${script.version})\n` +
      'Copyright (c) 2003-2022 Fabrice Bellard and the QEMU Project developers\n',
  );
}
if (options.help !== null) {
  if (help[options.help] === undefined) fail(`no help on ${options.help}`);
  onceAndExit(help[options.help]);
}
if (script.exit !== null) {
  process.stderr.write(script.exit.stderr);
  process.exit(script.exit.code);
}

/** Everything QEMU unlinks when it ends in good order, and leaves when it does not. */
const leftovers = [];

if (options.pidfile !== null) {
  if (existsSync(options.pidfile) && isRunning(Number(readFileSync(options.pidfile, 'utf8')))) {
    fail('cannot create PID file: Cannot lock pid file: Resource temporarily unavailable');
  }
  writeFileSync(options.pidfile, `${process.pid}\n`, { mode: 0o600 });
  leftovers.push(options.pidfile);
}

function isRunning(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const network = createNetwork(script);
const guest = createGuest(script, { exitNow, isPaused: options.paused, onMachine });
const monitors = createMonitors(script, options, { guest, network, shutDown });

/** What a guest does to its machine, told as QEMU tells it. */
function onMachine(what) {
  if (what === 'end') shutDown('guest-reset', true);
  if (what === 'panicked') monitors.event('GUEST_PANICKED', { action: 'run' });
  if (what !== 'reset') return;
  monitors.event('RESET', { guest: true, reason: 'guest-reset' });
  guest.reset();
}

async function start() {
  for (const rule of options.hostForwards) {
    const text = await network.add(rule.rule);
    if (text !== '') fail(`-netdev ${rule.argument}: ${text.trim()}`);
  }
  for (const chardev of options.chardevs) {
    const path = chardev.kind === 'socket' ? chardev.path : null;
    if (path !== null && Buffer.byteLength(path) > 107) {
      fail(`${chardev.argument}: UNIX socket path '${path}' is too long\nPath must be less than 108 bytes`);
    }
    try {
      if (path !== null) leftovers.push(path);
      if (chardev.use === 'serial') await guest.openSerial(chardev);
      else if (path !== null) await monitors.listen(chardev);
    } catch (error) {
      fail(`${chardev.argument}: ${error.message}`);
    }
  }
  guest.start();
  if (script.dieAfterMs !== null) setTimeout(() => exitNow(), script.dieAfterMs);
}

/** The way QEMU ends when it is asked to: an event, then nothing of it is left. */
function shutDown(reason, byGuest) {
  guest.finish();
  monitors.event('SHUTDOWN', { guest: byGuest, reason });
  monitors.close(() => {
    for (const path of leftovers) rmSync(path, { force: true });
    process.exit(0);
  });
}

/** The way QEMU ends when it crashes or is killed: at once, everything left as it is. */
function exitNow() {
  if (script.dieWith === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
  process.stderr.write(script.dieStderr);
  process.exit(script.dieCode);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    if (script.ignore.includes(signal)) return;
    process.stderr.write(
      `qemu-system-x86_64: terminating on signal ${signal === 'SIGTERM' ? 15 : 2} from pid 1 (fake)\n`,
    );
    shutDown('host-signal', false);
  });
}
// QEMU ends by itself only when it is told to.
setInterval(() => undefined, 1 << 30);
await start();
