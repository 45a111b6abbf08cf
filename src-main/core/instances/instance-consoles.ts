/**
 * The consoles of one instance, boot after boot: serial line, monitor, QMP and the engine's log. Puts each of them on
 * the right files and sockets of the current boot; what a console is, is in `consoles/`.
 *
 * Must never open a monitor socket that nobody looks at: QEMU serves one client at a time, and scripts come first.
 */
import type { ConsoleFrame, NoteKind } from '../../../src-shared/contract/console-frames.ts';
import type { Arrival } from '../../../src-shared/contract/console-times.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { type ConsoleName, isSerial, type SerialName, serialNamesOf } from '../../../src-shared/model/console.ts';
import { Console, type ConsoleStream } from '../consoles/console.ts';
import { ControlConsole, type ControlLanguage, type ControlPeer } from '../consoles/control/control-console.ts';
import { hmpLanguage } from '../consoles/control/hmp-language.ts';
import { qmpLanguage } from '../consoles/control/qmp-language.ts';
import { type Consent, Keyboard } from '../consoles/keyboard.ts';
import type { LineWatchOptions, SeenLine } from '../consoles/line-watch.ts';
import { SocketConsole } from '../consoles/socket-console.ts';
import { boundTranscript } from '../consoles/transcript-bound.ts';
import { filenames } from '../home/filenames.ts';
import type { InstancePaths } from '../home/paths.ts';
import type { Clock } from '../kit/clock.ts';
import type { Unsubscribe } from '../kit/emitter.ts';
import type { Log } from '../kit/log.ts';
import { connectSocket } from '../process/socket-path.ts';
import type { ManagedConsoles, OpenedConsole } from './managed-instance.ts';
import { SerialSockets } from './serial-sockets.ts';

type Send = (frame: ConsoleFrame) => void;

/** QEMU's own sockets, for the user's programs and command line. */
type RawName = 'raw-monitor' | 'raw-qmp';
type InnerName = ConsoleName | RawName;

/** Where viewers of every instance find something. */
const fixedNames = [
  'serial',
  'monitor',
  'qmp',
  'raw-monitor',
  'raw-qmp',
  'log',
] as const satisfies readonly InnerName[];

/** How the control consoles reach QEMU, and who hears of a command that may have opened something. */
export interface ControlAccess extends ControlPeer {
  onPower(): void;
}

export class InstanceConsoles implements ManagedConsoles {
  readonly #paths: InstancePaths;
  readonly #clock: Clock;
  readonly #serialPorts: () => number;
  readonly #serialSockets: SerialSockets;
  readonly #serial: Console;
  readonly #control: ControlAccess;
  readonly #consoles = new Map<InnerName, Console>();
  #boot = 0;
  #live = false;
  #opened: Promise<void> = Promise.resolve();

  /** `serialPorts`: how many the machine has, as of the next or current boot. */
  constructor(
    { clock, log }: { clock: Clock; log: Log },
    paths: InstancePaths,
    serialPorts: () => number,
    control: ControlAccess,
  ) {
    this.#paths = paths;
    this.#control = control;
    this.#clock = clock;
    this.#serialPorts = serialPorts;
    this.#serialSockets = new SerialSockets(paths, log);
    for (const name of fixedNames) this.#consoles.set(name, new Console({ clock }));
    this.#serial = this.#consoles.get('serial') ?? new Console({ clock });
  }

  /** Bytes of serial output of the current boot so far, of the first line. */
  get serialBytes(): number {
    return this.#boot === 0 ? 0 : this.#serial.tail.size;
  }

  /** The same of all lines together. */
  get allSerialBytes(): number {
    return this.#boot === 0 ? 0 : this.#serialConsoles().reduce((sum, [, { tail }]) => sum + tail.size, 0);
  }

  /**
   * Goes over to a boot; viewers come along. Boot 0 is an instance that was never launched: its viewers wait for the
   * first. `live`: there is a process behind it that can be typed to.
   */
  openBoot(boot: number, { live }: { live: boolean }): Promise<void> {
    this.#opened = this.#openBoot(boot, live);
    return this.#opened;
  }

  async #openBoot(boot: number, live: boolean): Promise<void> {
    if (boot === this.#boot && live === this.#live && boot !== 0) return;
    await this.#serialSockets.close();
    this.#boot = boot;
    this.#live = live;
    await this.#matchSerialPorts();
    await Promise.all([...this.#consoles].map(([name, console]) => console.restart(this.#streamOf(name, boot, live))));
    if (live) await this.#serialSockets.serve(this.#serialConsoles());
  }

  /** The boot is over; what it said stays to be seen. */
  async endBoot(reason: string): Promise<void> {
    this.#live = false;
    await this.#serialSockets.close();
    await Promise.all([...this.#consoles.values()].map((console) => console.end(reason)));
  }

  /** `boot` null: the current one and every one after it. An old boot is read-only. */
  async open(asked: ConsoleName, boot: number | null, send: Send, consent?: Consent): Promise<OpenedConsole> {
    await this.#opened.catch(() => undefined);
    const name = consent === undefined ? rawName(asked) : asked;
    if (boot === null || boot === this.#boot) return viewConsole(await this.#console(name), send, consent);
    const old = new Console({ clock: this.#clock });
    await old.restart({ ...this.#streamOf(name, boot, false), isPast: true });
    if (old.tail.size === 0) {
      await old.dispose();
      throw new SlipwayError('unknown_console', `Nothing is kept of the ${asked} console of boot ${boot}.`);
    }
    const opened = viewConsole(old, send);
    await old.end(`the end of boot ${boot}`);
    const { viewing } = opened;
    return { ...opened, viewing: { ...viewing, close: () => void old.dispose() } };
  }

  transcriptOf(name: ConsoleName, boot: number | null): string {
    return this.#streamOf(name, boot ?? this.#boot, false).path;
  }

  async arrivals(name: ConsoleName, boot: number | null, from: number, to: number): Promise<readonly Arrival[]> {
    if (boot === null || boot === this.#boot) return (await this.#console(name)).arrivals(from, to);
    const past = new Console({ clock: this.#clock });
    try {
      await past.restart({ ...this.#streamOf(name, boot, false), isPast: true });
      return await past.arrivals(from, to);
    } finally {
      await past.dispose();
    }
  }

  /** Tells everybody who looks at a serial line of something that is no output. */
  async note(kind: NoteKind, text = ''): Promise<void> {
    await Promise.all(this.#serialConsoles().map(([, console]) => console.note(kind, text)));
  }

  /** Lines of the first serial line as they are finished, boot after boot, by the tail that is there anyway. */
  watchLines(options: LineWatchOptions, onLine: (line: SeenLine) => void): Unsubscribe {
    return this.#serial.watchLines(options, onLine);
  }

  /** Resolves with the first byte of serial output. Rejects with the signal's reason. */
  firstByte(signal: AbortSignal): Promise<void> {
    const { tail } = this.#serial;
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
    await this.#serial.waitFor(pattern, { signal });
  }

  /** Punches out what is older than the bound. The newest `transcriptMiB` of each line are always kept. */
  async boundTranscript(transcriptMiB: number): Promise<void> {
    for (const [, { tail }] of this.#serialConsoles()) await boundTranscript(tail, transcriptMiB * 1024 * 1024);
  }

  async dispose(): Promise<void> {
    await this.#serialSockets.close();
    await Promise.all([...this.#consoles.values()].map((console) => console.dispose()));
  }

  /** The console of that name; one of a serial line that was added since the last boot is made when it is asked for. */
  async #console(name: InnerName): Promise<Console> {
    const known = this.#consoles.get(name);
    if (known !== undefined) return known;
    const ports = this.#serialPorts();
    if (!isSerial(name) || !serialNamesOf(ports).includes(name)) {
      throw new SlipwayError('unknown_console', `There is no console "${name}".`, {
        hint: `The machine has ${ports === 1 ? 'one serial line' : `${ports} serial lines`}.`,
      });
    }
    const added = new Console({ clock: this.#clock });
    this.#consoles.set(name, added);
    await added.restart(this.#streamOf(name, this.#boot, this.#live));
    return added;
  }

  /** A line that the machine does not have any more has no viewers that could come along. */
  async #matchSerialPorts(): Promise<void> {
    const wanted: readonly string[] = serialNamesOf(this.#serialPorts());
    for (const name of [...this.#consoles.keys()]) {
      if (!isSerial(name) || wanted.includes(name)) continue;
      await this.#consoles.get(name)?.dispose();
      this.#consoles.delete(name);
    }
    for (const name of serialNamesOf(this.#serialPorts()))
      if (!this.#consoles.has(name)) this.#consoles.set(name, new Console({ clock: this.#clock }));
  }

  #serialConsoles(): (readonly [SerialName, Console])[] {
    return [...this.#consoles].flatMap(([name, console]) => (isSerial(name) ? [[name, console] as const] : []));
  }

  #streamOf(name: InnerName, boot: number, live: boolean): ConsoleStream {
    const files = this.#paths.boot(Math.max(1, boot));
    if (isSerial(name)) {
      const { output, input, times } = files.serial(name);
      return { path: output, times, boot, input: live ? new Keyboard(input) : null };
    }
    switch (name) {
      case 'monitor':
        return this.#controlStream(files.monitorTranscript, boot, live ? hmpLanguage() : null);
      case 'qmp':
        return this.#controlStream(files.qmpTranscript, boot, live ? qmpLanguage() : null);
      case 'raw-monitor':
        return {
          path: files.rawMonitorTranscript,
          boot,
          input: live ? this.#socketInput(filenames.monitor, files.rawMonitorTranscript, 'raw') : null,
        };
      case 'raw-qmp':
        return {
          path: files.rawQmpTranscript,
          boot,
          input: live ? this.#socketInput(filenames.qmpUser, files.rawQmpTranscript, 'qmp') : null,
        };
      case 'log':
        return { path: files.engineLog, times: files.engineLogTimes, boot, input: null, content: 'text' };
    }
  }

  #controlStream(transcript: string, boot: number, language: ControlLanguage | null): ConsoleStream {
    const peer = this.#control;
    const onPower = () => peer.onPower();
    const input = language === null ? null : new ControlConsole({ language, peer, transcript, onPower });
    return { path: transcript, boot, input };
  }

  #socketInput(socketName: string, transcript: string, protocol: 'raw' | 'qmp'): SocketConsole {
    return new SocketConsole({
      transcript,
      protocol,
      connect: (signal) => connectSocket(this.#paths.run, socketName, signal),
    });
  }
}

function rawName(name: ConsoleName): InnerName {
  return name === 'monitor' || name === 'qmp' ? `raw-${name}` : name;
}

/** A viewer of a console as the service hands it on. */
export function viewConsole(console: Console, send: Send, consent?: Consent): OpenedConsole {
  // The session numbers its viewers and puts its own number into every frame.
  const handle = console.open(0, send, consent);
  return {
    columns: handle.columns,
    rows: handle.rows,
    writable: handle.writable,
    viewing: {
      ack: (offset) => handle.ack(offset),
      input: (bytes, automatic) => handle.input(bytes, automatic),
      close: () => handle.close(),
    },
  };
}
