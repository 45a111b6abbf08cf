/**
 * The consoles of an instance that ffx started. Its serial output is read from the file QEMU keeps of it, from the first
 * byte on, without a connection that could lose or stall anything; monitor and QMP are connected while somebody looks, and what they say is written down in
 * Slipway's own cache.
 *
 * Must never write in the instance's directory, or hold a socket there that nobody uses: QEMU serves one client at a
 * time, and ffx comes first. The one exception is a serial line that QEMU keeps no file of: what it says is lost unless
 * somebody listens.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ConsoleFrame } from '../../../../src-shared/contract/console-frames.ts';
import type { Arrival } from '../../../../src-shared/contract/console-times.ts';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { ConsoleName } from '../../../../src-shared/model/console.ts';
import { Console, type ConsoleStream } from '../../consoles/console.ts';
import { ControlConsole, type ControlLanguage, type ControlPeer } from '../../consoles/control/control-console.ts';
import { hmpLanguage } from '../../consoles/control/hmp-language.ts';
import { qmpLanguage } from '../../consoles/control/qmp-language.ts';
import type { Consent, ConsoleInput } from '../../consoles/keyboard.ts';
import { SocketConsole } from '../../consoles/socket-console.ts';
import type { AdoptedPaths } from '../../home/paths.ts';
import type { Clock } from '../../kit/clock.ts';
import type { ForeignProcess } from '../../process/identity.ts';
import { connectSocket } from '../../process/socket-path.ts';
import { viewConsole } from '../instance-consoles.ts';
import type { ManagedConsoles, OpenedConsole } from '../managed-instance.ts';
import { serialLineOf } from './command-line-marks.ts';
import { SerialLine } from './serial-line.ts';
import { isHeld } from './socket-holder.ts';

/** What ffx's emulators have. */
const names = ['serial', 'monitor', 'qmp', 'raw-monitor', 'raw-qmp', 'log'] as const;
type FfxConsoleName = (typeof names)[number];

export interface FfxConsolesOptions {
  readonly directory: string;
  readonly kept: AdoptedPaths;
  readonly clock: Clock;
  /** For the monitor and QMP of pages, which are served command by command. */
  readonly control: ControlPeer;
  /** A key found the serial line held by somebody else, or free again. */
  readonly onHeld: (held: boolean) => void;
  /** About this offset of the serial output single bytes may be doubled. */
  readonly onSeam: (offset: number) => void;
}

/** What the consoles are put on. */
export interface FfxLife {
  readonly boot: number;
  /** null: nothing runs; the last output is shown. */
  readonly process: ForeignProcess | null;
  readonly directories: readonly string[];
  readonly engineLog: string;
}

export class FfxConsoles implements ManagedConsoles {
  readonly #options: FfxConsolesOptions;
  readonly #consoles: Record<FfxConsoleName, Console>;
  #qmpInput: ConsoleInput | null = null;
  #boot = 0;
  #serialLog = '';
  readonly #paths = new Map<FfxConsoleName, string>();
  /** The socket that the serial line is behind; null: none that is known. */
  #serialSocket: string | null = null;
  #serialState: 'recorded' | 'drained' | 'none' = 'none';

  constructor(options: FfxConsolesOptions) {
    this.#options = options;
    const make = () => new Console({ clock: options.clock });
    this.#consoles = {
      serial: make(),
      monitor: make(),
      qmp: make(),
      'raw-monitor': make(),
      'raw-qmp': make(),
      log: make(),
    };
  }

  /** `recorded`: QEMU keeps a file of it. `drained`: Slipway does. `none`: it is in the terminal ffx was started in. */
  get serialState(): 'recorded' | 'drained' | 'none' {
    return this.#serialState;
  }

  get serialLog(): string {
    return this.#serialLog;
  }

  get serialSocket(): string | null {
    return this.#serialSocket;
  }

  /** Somebody here talks QMP; who else wants to must wait. */
  get isQmpViewed(): boolean {
    return this.#consoles['raw-qmp'].viewers > 0;
  }

  /** Goes over to another life of the emulator, or to its end; viewers come along. */
  async follow(life: FfxLife): Promise<void> {
    this.#boot = life.boot;
    const streams = await this.#streamsOf(life);
    this.#serialLog = streams.serial.path;
    for (const name of names) this.#paths.set(name, streams[name].path);
    await Promise.all(names.map((name) => this.#consoles[name].restart(streams[name])));
    if (life.process !== null) return;
    await Promise.all(names.map((name) => this.#consoles[name].end('the emulator does not run')));
  }

  async open(
    name: ConsoleName,
    boot: number | null,
    send: (frame: ConsoleFrame) => void,
    consent?: Consent,
  ): Promise<OpenedConsole> {
    if (!isFfxConsole(name)) throw noSuchLine(name);
    const inner = consent === undefined && (name === 'monitor' || name === 'qmp') ? (`raw-${name}` as const) : name;
    if (boot === null || boot === this.#boot) return viewConsole(this.#consoles[inner], send, { consent });
    throw new SlipwayError('unknown_console', `Nothing is kept of the ${name} console of boot ${boot}.`, {
      hint: 'ffx keeps the output of the last boot only.',
    });
  }

  /** Gives QEMU's QMP up for as long as `use` takes; who looks at it here has it back afterwards. */
  async lendQmp<T>(use: () => Promise<T>): Promise<T> {
    const input = this.#qmpInput;
    input?.release?.();
    try {
      return await use();
    } finally {
      if (input === this.#qmpInput && this.isQmpViewed) input?.attach?.();
    }
  }

  transcriptOf(name: ConsoleName): string {
    if (!isFfxConsole(name)) throw noSuchLine(name);
    return this.#paths.get(name) ?? '';
  }

  async arrivals(name: ConsoleName, _boot: number | null, from: number, to: number): Promise<readonly Arrival[]> {
    if (!isFfxConsole(name)) throw noSuchLine(name);
    return this.#consoles[name].arrivals(from, to);
  }

  async dispose(): Promise<void> {
    await Promise.all(names.map((name) => this.#consoles[name].dispose()));
  }

  async #streamsOf({ boot, process, directories, engineLog }: FfxLife): Promise<Record<FfxConsoleName, ConsoleStream>> {
    const serialFile = `${engineLog}.serial`;
    this.#qmpInput = null;
    this.#serialState = 'none';
    this.#serialSocket = null;
    const log: ConsoleStream = { path: engineLog, boot, input: null, content: 'text' };
    if (process === null) {
      const kept = this.#options.kept.run((await this.#lastRun()) ?? 'none');
      return {
        serial: { path: serialFile, boot, input: null },
        monitor: { path: kept.monitorTranscript, boot, input: null },
        qmp: { path: kept.qmpTranscript, boot, input: null },
        'raw-monitor': { path: kept.rawMonitorTranscript, boot, input: null },
        'raw-qmp': { path: kept.rawQmpTranscript, boot, input: null },
        log,
      };
    }
    const kept = await this.#beginRun(`${process.pid}-${process.startTicks}`);
    const line = serialLineOf(process.commandLine, directories);
    this.#serialSocket = line?.path ?? null;
    this.#serialState = line === null ? 'none' : line.logfile === null ? 'drained' : 'recorded';
    const qmp = this.#socketConsole('qmp', kept.rawQmpTranscript, 'qmp');
    this.#qmpInput = qmp;
    return {
      serial:
        line?.logfile === null
          ? { path: kept.serialOutput, boot, input: this.#drained(line.path, kept.serialOutput) }
          : { path: line?.logfile ?? serialFile, boot, input: line === null ? null : this.#typing(line.path) },
      monitor: this.#controlStream(kept.monitorTranscript, boot, hmpLanguage()),
      qmp: this.#controlStream(kept.qmpTranscript, boot, qmpLanguage()),
      'raw-monitor': {
        path: kept.rawMonitorTranscript,
        boot,
        input: this.#socketConsole('monitor', kept.rawMonitorTranscript, 'raw'),
      },
      'raw-qmp': { path: kept.rawQmpTranscript, boot, input: qmp },
      log,
    };
  }

  #controlStream(transcript: string, boot: number, language: ControlLanguage): ConsoleStream {
    const { control: peer } = this.#options;
    return { path: transcript, boot, input: new ControlConsole({ language, peer, transcript }) };
  }

  #socketConsole(name: string, transcript: string, protocol: 'raw' | 'qmp'): SocketConsole {
    const { directory } = this.#options;
    return new SocketConsole({ transcript, protocol, connect: (signal) => connectSocket(directory, name, signal) });
  }

  #drained(path: string, transcript: string): SocketConsole {
    const connect = (signal: AbortSignal) => connectSocket(dirname(path), basename(path), signal);
    return new SocketConsole({ transcript, protocol: 'raw', connect, greetingMs: null, keep: true });
  }

  #typing(path: string): SerialLine {
    return new SerialLine({
      connect: (signal) => connectSocket(dirname(path), basename(path), signal),
      isHeld: () => isHeld(path),
      onHeld: this.#options.onHeld,
      onSeam: () => this.#options.onSeam(this.#consoles.serial.tail.size),
    });
  }

  /** Transcripts of one life of the emulator; those of earlier lives go. */
  async #beginRun(run: string): Promise<ReturnType<AdoptedPaths['run']>> {
    const { kept } = this.#options;
    for (const name of await readdir(kept.directory).catch(() => [])) {
      if (name !== run) await rm(join(kept.directory, name), { recursive: true, force: true });
    }
    const files = kept.run(run);
    await mkdir(files.directory, { recursive: true, mode: 0o700 });
    return files;
  }

  async #lastRun(): Promise<string | null> {
    return (await readdir(this.#options.kept.directory).catch(() => []))[0] ?? null;
  }
}

function isFfxConsole(name: ConsoleName): name is ConsoleName & FfxConsoleName {
  return (names as readonly string[]).includes(name);
}

function noSuchLine(name: ConsoleName): SlipwayError {
  return new SlipwayError('unknown_console', `There is no console "${name}".`, {
    hint: 'An emulator of ffx has one serial line.',
  });
}
