/**
 * The consoles of one instance, boot after boot: serial line, monitor, QMP and the engine's log. Puts each of them on
 * the right files and sockets of the current boot; what a console is, is in `consoles/`.
 *
 * Must never open a monitor socket that nobody looks at: QEMU serves one client at a time, and scripts come first. And no
 * file of a boot that is over while nobody looks: a thousand stopped instances cost nothing.
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
import type { Chunk } from '../consoles/tail.ts';
import { boundTranscript } from '../consoles/transcript-bound.ts';
import { filenames } from '../home/filenames.ts';
import type { InstancePaths } from '../home/paths.ts';
import type { Clock } from '../kit/clock.ts';
import type { Unsubscribe } from '../kit/emitter.ts';
import type { Log } from '../kit/log.ts';
import { unawaited } from '../kit/unawaited.ts';
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
  readonly #log: Log;
  readonly #paths: InstancePaths;
  readonly #clock: Clock;
  readonly #serialPorts: () => number;
  readonly #serialSockets: SerialSockets;
  readonly #serial: Console;
  readonly #control: ControlAccess;
  readonly #consoles = new Map<InnerName, Console>();
  #boot = 0;
  #live = false;
  #disposed = false;
  #isOpen = false;
  #endReason: string | null = null;
  #opened: Promise<void> = Promise.resolve();
  /** Those that stand on the current boot, or are about to. */
  readonly #current = new Map<Console, Promise<void>>();
  /** How many are about to look at one, which must not be put to rest meanwhile. */
  readonly #wanted = new Map<Console, number>();

  /** `serialPorts`: how many the machine has, as of the next or current boot. */
  constructor(
    { clock, log }: { clock: Clock; log: Log },
    paths: InstancePaths,
    serialPorts: () => number,
    control: ControlAccess,
  ) {
    this.#log = log;
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
    return this.#serial.size;
  }

  /** The same of all lines together. */
  get allSerialBytes(): number {
    return this.#serialConsoles().reduce((sum, [, { size }]) => sum + size, 0);
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
    if (this.#isOpen && boot === this.#boot && live === this.#live && boot !== 0) return;
    this.#isOpen = false;
    await this.#serialSockets.close();
    // Whoever asked was under way when we went: nothing may be opened that nobody would close.
    if (this.#disposed) return;
    this.#boot = boot;
    this.#live = live;
    this.#endReason = null;
    this.#current.clear();
    await this.#matchSerialPorts();
    await Promise.all([...this.#consoles].map(([name, console]) => this.#openOrRest(name, console)));
    if (live && !this.#disposed) await this.#serialSockets.serve(this.#serialConsoles());
    this.#isOpen = true;
  }

  /** What a running guest says is followed; everything else is opened when somebody looks. */
  #openOrRest(name: InnerName, console: Console): Promise<void> {
    const isFollowed = this.#live && (isSerial(name) || name === 'log');
    return isFollowed || console.viewers > 0 ? this.#begin(name, console) : console.rest();
  }

  #begin(name: InnerName, console: Console): Promise<void> {
    const before = this.#current.get(console);
    if (before !== undefined) return before;
    const reason = this.#endReason;
    const begun = console
      .restart(this.#streamOf(name, this.#boot, this.#live))
      .then(() => (reason === null ? undefined : console.end(reason)))
      .catch((error: unknown) => {
        // The next one to look tries again.
        if (this.#current.get(console) === begun) this.#current.delete(console);
        throw error;
      });
    this.#current.set(console, begun);
    return begun;
  }

  /** Of a boot that is over. */
  async #rest(console: Console): Promise<void> {
    if (this.#live || console.viewers > 0 || (this.#wanted.get(console) ?? 0) > 0) return;
    this.#current.delete(console);
    await console.rest();
  }

  /** The boot is over; what it said stays to be seen. */
  async endBoot(reason: string): Promise<void> {
    this.#live = false;
    this.#isOpen = false;
    this.#endReason = reason;
    await this.#serialSockets.close();
    await Promise.all(
      [...this.#consoles.values()].map(async (console) => {
        await console.end(reason);
        await this.#rest(console);
      }),
    );
  }

  /** Something that needs the files of a console, which are closed again when nobody else does. */
  async #with<T>(name: InnerName, use: (console: Console) => T | Promise<T>): Promise<T> {
    const console = this.#console(name);
    this.#wanted.set(console, (this.#wanted.get(console) ?? 0) + 1);
    try {
      await this.#begin(name, console);
      return await use(console);
    } finally {
      this.#wanted.set(console, (this.#wanted.get(console) ?? 0) - 1);
      this.#restLater(console);
    }
  }

  #restLater(console: Console): void {
    this.#rest(console).catch((error: unknown) =>
      this.#log.warn('a console was not closed', { directory: this.#paths.directory, error: String(error) }),
    );
  }

  /** `boot` null: the current one and every one after it. An old boot is read-only. */
  async open(asked: ConsoleName, boot: number | null, send: Send, consent?: Consent): Promise<OpenedConsole> {
    await this.#opened.catch(() => undefined);
    const name = consent === undefined ? rawName(asked) : asked;
    if (boot === null || boot === this.#boot) {
      return this.#with(name, (console) =>
        viewConsole(console, send, { consent, onClosed: () => this.#restLater(console) }),
      );
    }
    const old = new Console({ clock: this.#clock });
    const close = () => unawaited(old.dispose(), 'an old console could not be closed');
    try {
      await old.restart({ ...this.#streamOf(name, boot, false), isPast: true });
      if (old.tail.size === 0)
        throw new SlipwayError('unknown_console', `Nothing is kept of the ${asked} console of boot ${boot}.`);
      const opened = viewConsole(old, send);
      await old.end(`the end of boot ${boot}`);
      return { ...opened, viewing: { ...opened.viewing, close } };
    } catch (error) {
      close();
      throw error;
    }
  }

  transcriptOf(name: ConsoleName, boot: number | null): string {
    return this.#streamOf(name, boot ?? this.#boot, false).path;
  }

  async arrivals(name: ConsoleName, boot: number | null, from: number, to: number): Promise<readonly Arrival[]> {
    if (boot === null || boot === this.#boot) return this.#with(name, (console) => console.arrivals(from, to));
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

  /** What people and programs typed last into the first serial line. */
  get typed(): string {
    return this.#boot === 0 ? '' : this.#serial.typed;
  }

  /** Bytes typed into it, over all boots. */
  get typedBytes(): number {
    return this.#serial.typedBytes;
  }

  /** Output of the first line, `maxBytes` from there on at most, as of now; it begins later where that is not kept. */
  async readSerial(from: number, maxBytes: number): Promise<Chunk> {
    if (this.#boot === 0) return { offset: from, bytes: new Uint8Array(0) };
    const { tail } = this.#serial;
    await tail.look();
    return tail.read(from, maxBytes);
  }

  /** Resolves with the first byte of serial output after `from`. Rejects with the signal's reason. */
  firstByte(signal: AbortSignal, from = 0): Promise<void> {
    const { tail } = this.#serial;
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        unsubscribe();
        signal.removeEventListener('abort', onAbort);
        how();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const look = () => tail.size > from && settle(resolve);
      const unsubscribe = tail.changes.on(look);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      else look();
    });
  }

  /** Resolves when a line of the serial output matches, from the first byte of the boot on unless told. */
  async waitFor(pattern: RegExp, signal: AbortSignal, fromOffset = 0): Promise<void> {
    await this.#serial.waitFor(pattern, { signal, fromOffset });
  }

  /** Punches out what is older than the bound. The newest `transcriptMiB` of each line are always kept. */
  async boundTranscript(transcriptMiB: number): Promise<void> {
    for (const [, { tail }] of this.#serialConsoles()) await boundTranscript(tail, transcriptMiB * 1024 * 1024);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#opened.catch(() => undefined);
    await this.#serialSockets.close();
    await Promise.all([...this.#consoles.values()].map((console) => console.dispose()));
  }

  /** The console of that name; one of a serial line that was added since the last boot is made when it is asked for. */
  #console(name: InnerName): Console {
    const known = this.#consoles.get(name);
    if (known !== undefined) return known;
    const ports = this.#serialPorts();
    if (!isSerial(name) || !serialNamesOf(ports).includes(name)) {
      throw new SlipwayError('unknown_console', `There is no console "${name}".`, {
        hint: `The machine has ${ports === 1 ? 'one serial line' : `${ports} serial lines`}.`,
      });
    }
    if (this.#disposed) throw new SlipwayError('connection_lost', 'Slipway is letting go of this instance.');
    const added = new Console({ clock: this.#clock });
    this.#consoles.set(name, added);
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
export function viewConsole(
  console: Console,
  send: Send,
  { consent, onClosed = () => {} }: { consent?: Consent | undefined; onClosed?: () => void } = {},
): OpenedConsole {
  // The session numbers its viewers and puts its own number into every frame.
  const handle = console.open(0, send, consent);
  return {
    columns: handle.columns,
    rows: handle.rows,
    writable: handle.writable,
    viewing: {
      ack: (offset) => handle.ack(offset),
      input: (bytes, automatic) => handle.input(bytes, automatic),
      close: () => {
        handle.close();
        onClosed();
      },
    },
  };
}
