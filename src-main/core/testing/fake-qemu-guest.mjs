/** The guest of the fake QEMU: a serial port that says what a script says, and a power button. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createServer, Socket } from 'node:net';

const flooded = Buffer.from(
  Array.from({ length: 1024 }, (_, line) => `flood ${String(line).padStart(8, '0')}\r\n`).join(''),
);

export function createGuest(script, { exitNow, isPaused, onMachine }) {
  /** `prelaunch` under -S, then `running` and `paused`. */
  let status = isPaused ? 'prelaunch' : 'running';
  let write = () => undefined;
  let written = 0;
  let timers = [];
  /** What the script has not said yet; a reset says everything again. */
  let said = 0;
  let chatted = 0;

  function say(bytes) {
    write(bytes);
    written += bytes.length;
    if (script.dieAfterSerialBytes !== null && written >= script.dieAfterSerialBytes) exitNow();
  }

  function schedule() {
    const line = script.serial[said];
    if (status !== 'running') return;
    if (line === undefined) {
      flood();
      chat();
      return;
    }
    timers.push(
      setTimeout(() => {
        said += 1;
        say(Buffer.from(line.text));
        if (line.does !== undefined) onMachine(line.does);
        if (line.does !== 'reset') schedule();
      }, line.afterMs ?? 0),
    );
  }

  function flood() {
    if (script.flood === null || status !== 'running') return;
    if (script.flood.bytes !== null && written >= script.flood.bytes) return;
    say(flooded);
    timers.push(setTimeout(flood, 1));
  }

  /** Numbered lines in bursts, at the pace of a log. The numbers go on after a pause, so that a lost one is seen. */
  function chat() {
    if (script.chat === null || status !== 'running') return;
    const { everyMs, lines } = script.chat;
    let text = '';
    for (let line = 0; line < lines; line++) {
      text += `chat ${String(chatted).padStart(8, '0')} the quick brown fox jumps over the lazy dog\r\n`;
      chatted += 1;
    }
    say(Buffer.from(text));
    timers.push(setTimeout(chat, everyMs));
  }

  function halt() {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  }

  function hear(bytes) {
    if (script.echo && status === 'running') say(bytes);
  }

  return {
    get status() {
      return script.status ?? status;
    },

    /** As QEMU's pipe chardev: both files must be there; the FIFO is opened for both directions and so never ends. */
    async openSerial(chardev) {
      if (chardev.kind === 'socket') {
        await openSerialSocket(chardev);
        return;
      }
      const output = openSync(`${chardev.path}.out`, constants.O_RDWR);
      const input = openSync(`${chardev.path}.in`, constants.O_RDWR | constants.O_NONBLOCK);
      process.on('exit', () => closeSync(output));
      write = (bytes) => writeSync(output, bytes);
      // Not a file stream: its blocking read would keep the process from ending.
      new Socket({ fd: input, readable: true, writable: false }).on('data', hear);
    },

    start: schedule,

    cont() {
      if (status === 'running') return false;
      status = 'running';
      schedule();
      return true;
    },

    stop() {
      if (status !== 'running') return false;
      status = 'paused';
      halt();
      return true;
    },

    reset() {
      halt();
      said = 0;
      schedule();
    },

    /** Calls `done` when the guest has switched itself off. A guest that does not run does not see its button. */
    powerDown(done) {
      if (status === 'running') setTimeout(done, script.powerdownMs);
    },

    finish() {
      halt();
      status = 'shutdown';
    },
  };

  /** One client at a time; without one the bytes are lost, as they are with QEMU's `wait=off`, but for its `logfile`. */
  function openSerialSocket({ path, logfile }) {
    let client = null;
    const log = logfile === null ? null : openSync(logfile, 'w');
    const server = createServer((socket) => {
      if (client !== null) return;
      client = socket;
      socket.on('data', hear).on('error', () => undefined);
      socket.on('close', () => {
        client = null;
      });
    });
    write = (bytes) => {
      client?.write(bytes);
      if (log !== null) writeSync(log, bytes);
    };
    return new Promise((resolve, reject) => server.once('error', reject).listen(path, resolve));
  }
}
