/**
 * The consoles of one instance, boot after boot: serial line, monitor, QMP and the engine's log. Puts each of them on
 * the right files and sockets of the current boot; what a console is, is in `consoles/`.
 *
 * Must never open a monitor socket that nobody looks at: QEMU serves one client at a time, and scripts come first.
 */
import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { ConsoleName } from '../../../src-shared/model/console.ts';
import { Console, type ConsoleStream } from '../consoles/console.ts';
import { Keyboard } from '../consoles/keyboard.ts';
import { type SerialSocket, serveSerialSocket } from '../consoles/serial-socket.ts';
import { SocketConsole } from '../consoles/socket-console.ts';
import { boundTranscript } from '../consoles/transcript-bound.ts';
import { filenames } from '../home/filenames.ts';
import type { InstancePaths } from '../home/paths.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { connectSocket, openSocketPath } from '../process/socket-path.ts';
import type { ManagedConsoles, OpenedConsole } from './managed-instance.ts';

type Send = (frame: ConsoleFrame) => void;

export class InstanceConsoles implements ManagedConsoles {
  readonly #paths: InstancePaths;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #consoles: Record<ConsoleName, Console>;
  #boot = 0;
  #live = false;
  #serialSocket: SerialSocket | null = null;
  #closeSocketPath: (() => Promise<void>) | null = null;

  constructor({ clock, log }: { clock: Clock; log: Log }, paths: InstancePaths) {
    this.#paths = paths;
    this.#clock = clock;
    this.#log = log;
    const make = () => new Console({ clock });
    this.#consoles = { serial: make(), monitor: make(), qmp: make(), log: make() };
  }

  /** Bytes of serial output of the current boot so far. */
  get serialBytes(): number {
    return this.#boot === 0 ? 0 : this.#consoles.serial.tail.size;
  }

  /**
   * Goes over to a boot; viewers come along. Boot 0 is an instance that was never launched: its viewers wait for the
   * first. `live`: there is a process behind it that can be typed to.
   */
  async openBoot(boot: number, { live }: { live: boolean }): Promise<void> {
    if (boot === this.#boot && live === this.#live && boot !== 0) return;
    await this.#closeSerialSocket();
    this.#boot = boot;
    this.#live = live;
    await Promise.all(consoleNames.map((name) => this.#consoles[name].restart(this.#streamOf(name, boot, live))));
    if (live) await this.#serveSerialSocket();
  }

  /** The boot is over; what it said stays to be seen. */
  async endBoot(reason: string): Promise<void> {
    this.#live = false;
    await this.#closeSerialSocket();
    await Promise.all(consoleNames.map((name) => this.#consoles[name].end(reason)));
  }

  /** `boot` null: the current one and every one after it. An old boot is read-only. */
  async open(name: ConsoleName, boot: number | null, send: Send): Promise<OpenedConsole> {
    if (boot === null || boot === this.#boot) return viewConsole(this.#consoles[name], send);
    const old = new Console({ clock: this.#clock });
    await old.restart(this.#streamOf(name, boot, false));
    if (old.tail.size === 0) {
      await old.dispose();
      throw new SlipwayError('unknown_console', `Nothing is kept of the ${name} console of boot ${boot}.`);
    }
    const opened = viewConsole(old, send);
    await old.end(`the end of boot ${boot}`);
    const { viewing } = opened;
    return { ...opened, viewing: { ...viewing, close: () => void old.dispose() } };
  }

  /** Resolves with the first byte of serial output. Rejects with the signal's reason. */
  firstByte(signal: AbortSignal): Promise<void> {
    const { tail } = this.#consoles.serial;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (tail.size === 0) return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = tail.changes.on(look);
      signal.addEventListener(
        'abort',
        () => {
          unsubscribe();
          reject(signal.reason);
        },
        { once: true },
      );
      look();
    });
  }

  /** Resolves when a line of the serial output matches, from the first byte of the boot on. */
  async waitFor(pattern: RegExp, signal: AbortSignal): Promise<void> {
    await this.#consoles.serial.waitFor(pattern, { signal });
  }

  /** Punches out what is older than the bound. The newest `transcriptMiB` are always kept. */
  async boundTranscript(transcriptMiB: number): Promise<void> {
    await boundTranscript(this.#consoles.serial.tail, transcriptMiB * 1024 * 1024);
  }

  async dispose(): Promise<void> {
    await this.#closeSerialSocket();
    await Promise.all(consoleNames.map((name) => this.#consoles[name].dispose()));
  }

  #streamOf(name: ConsoleName, boot: number, live: boolean): ConsoleStream {
    const files = this.#paths.boot(Math.max(1, boot));
    switch (name) {
      case 'serial':
        return { path: files.serialOutput, boot, input: live ? new Keyboard(files.serialInput) : null };
      case 'monitor':
        return {
          path: files.monitorTranscript,
          boot,
          input: live ? this.#socketInput(filenames.monitor, files.monitorTranscript, 'raw') : null,
        };
      case 'qmp':
        return {
          path: files.qmpTranscript,
          boot,
          input: live ? this.#socketInput(filenames.qmpUser, files.qmpTranscript, 'qmp') : null,
        };
      case 'log':
        return { path: files.engineLog, boot, input: null, content: 'text' };
    }
  }

  #socketInput(socketName: string, transcript: string, protocol: 'raw' | 'qmp'): SocketConsole {
    return new SocketConsole({
      transcript,
      protocol,
      connect: (signal) => connectSocket(this.#paths.run, socketName, signal),
    });
  }

  async #serveSerialSocket(): Promise<void> {
    // Other programs can do without the socket; the guest must not fail because of it.
    try {
      await rm(this.#paths.serialSocket, { force: true });
      const reachable = await openSocketPath(this.#paths.run, filenames.serialSocket);
      this.#closeSocketPath = () => reachable.close();
      this.#serialSocket = await serveSerialSocket({
        console: this.#consoles.serial,
        listen: (server) => listen(server, reachable.path),
      });
    } catch (error) {
      this.#log.warn('the serial socket cannot be served', { directory: this.#paths.directory, error: String(error) });
      await this.#closeSerialSocket();
    }
  }

  async #closeSerialSocket(): Promise<void> {
    await this.#serialSocket?.close();
    this.#serialSocket = null;
    await this.#closeSocketPath?.();
    this.#closeSocketPath = null;
  }
}

const consoleNames = ['serial', 'monitor', 'qmp', 'log'] as const satisfies readonly ConsoleName[];

/** A viewer of a console as the service hands it on. */
export function viewConsole(console: Console, send: Send): OpenedConsole {
  // The session numbers its viewers and puts its own number into every frame.
  const handle = console.open(0, send);
  return {
    columns: handle.columns,
    rows: handle.rows,
    writable: handle.writable,
    viewing: {
      ack: (offset) => handle.ack(offset),
      input: (bytes) => handle.input(bytes),
      close: () => handle.close(),
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
