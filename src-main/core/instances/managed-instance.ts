/**
 * An instance as the manager and the service use it, whoever started it: Slipway itself (Supervisor) or `ffx emu`
 * (FfxInstance). What a kind of instance does not allow it refuses itself, in its own words, so that nobody outside ever
 * asks of which kind one is.
 */

import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import type { Arrival } from '../../../src-shared/contract/console-times.ts';
import type { Action } from '../../../src-shared/lifecycle.ts';
import type { ConsoleName, LogFile } from '../../../src-shared/model/console.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { Boot, DiskUse, InstanceDetails, InstanceView } from '../../../src-shared/model/instance.ts';
import type { PortMapping, PortStatus } from '../../../src-shared/model/ports.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { Consent, TypeResult } from '../consoles/keyboard.ts';
import type { Emitter } from '../kit/emitter.ts';
import type { FfxWords } from './ffx-words.ts';
import type { WatchedGuest } from './space-watch.ts';

export type InstanceRequest = Omit<Spec, 'id' | 'version' | 'createdAt'>;

/** What an instance is called and filed under; what is left out stays. */
export interface InstanceLabel {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly notes?: string | undefined;
}

/** What a session does with an open console. */
export interface Viewing {
  ack(offset: number): void;
  /**
   * Resolves when the bytes were handed over, or it is known that they will not be. Never rejects. `automatic`: a
   * terminal's answer to a query of the guest's.
   */
  input(bytes: Uint8Array, automatic?: boolean): Promise<TypeResult>;
  close(): void;
}

export interface OpenedConsole {
  readonly columns: number;
  readonly rows: number;
  readonly writable: boolean;
  readonly viewing: Viewing;
}

export interface ManagedConsoles {
  /**
   * `boot` null: the current one and every one after it. An old boot is read-only. `consent`: of a page, whose monitor
   * and QMP are served command by command; without it they are QEMU's own sockets. Throws `unknown_console`.
   */
  open(
    name: ConsoleName,
    boot: number | null,
    send: (frame: ConsoleFrame) => void,
    consent?: Consent,
  ): Promise<OpenedConsole>;
  /** The file with what a console said; `boot` null: in the current one. It need not be there. */
  transcriptOf(name: ConsoleName, boot: number | null): string;
  /** When its bytes from `from` to `to` came. */
  arrivals(name: ConsoleName, boot: number | null, from: number, to: number): Promise<readonly Arrival[]>;
}

export interface ManagedPorts {
  /** Throws where ports cannot be changed now, before anybody is asked about one. */
  demandChange(): void;
  /** Takes effect at once on a running guest. Throws and changes nothing where it cannot be had. */
  add(mapping: PortMapping): Promise<PortStatus>;
  /** The old one is there as before where the new one cannot be had. */
  change(name: string, mapping: PortMapping): Promise<PortStatus>;
  /** What it was. */
  remove(name: string): Promise<PortMapping>;
  /** Connects once to those named, or to all. `speak`: silent lines are sent a line that a web server answers. */
  probe(names: readonly string[] | null, speak: boolean): Promise<readonly PortStatus[]>;
}

export interface ManagedInstance {
  readonly view: InstanceView;
  readonly changed: Emitter<InstanceView>;
  /** What would make it again. Throws `wrong_phase` where that cannot be read. */
  readonly spec: Spec;
  readonly consoles: ManagedConsoles;
  readonly ports: ManagedPorts;
  /** What the space watch needs; null while no guest runs that it should look after. */
  readonly watched: WatchedGuest | null;

  describe(): Promise<InstanceDetails>;
  /** Those that are kept, newest first. */
  boots(): Promise<Boot[]>;
  /** `boot` null: the current one. The file need not be there. */
  logPath(file: LogFile, boot: number | null): string;
  /** A break condition on a serial line. Throws `wrong_phase` where nothing runs, `unknown_console` where there is no such line. */
  sendBreak(console: ConsoleName): Promise<void>;
  /** Throws `invalid_input` for what is no Fuchsia guest. */
  ffxWords(): Promise<FfxWords>;
  /** The first display as PNG. */
  screenshot(): Promise<Uint8Array>;
  /** What a deletion would take. */
  diskUse(): Promise<DiskUse[]>;
  /** Looks at what it takes on disk, and tells when that is news. */
  measureDisk(): Promise<void>;

  /** Throws unless the action may be taken now. */
  demand(action: Exclude<Action, 'stop'> | 'configure'): void;
  perform(action: 'launch' | 'reset' | 'pause' | 'resume'): Promise<void>;
  configure(request: InstanceRequest): Promise<void>;
  /** Whatever it is doing. The id stays, and so does the name a running QEMU was given. */
  label(label: InstanceLabel): Promise<void>;
  /** Throws where it may not be the model of another. */
  demandDuplicable(): void;
  /** Resolves when it is known what has become of a process that was there before Slipway was. */
  whenKnown?(): Promise<void>;
  /** Asks; called again it goes a rung further. Returns when it was asked. */
  stop(): Promise<void>;
  /** Resolves when no process and no launch is left. */
  whenStopped(): Promise<void>;
  /** Lets go of everything; a guest lives on. */
  dispose(): Promise<void>;
}

/** The manager's list, as somebody fills it who finds instances that Slipway did not make. */
export interface InstanceList {
  has(id: InstanceId): boolean;
  add(id: InstanceId, instance: ManagedInstance): void;
  /** It is gone, and nothing of it is kept. */
  remove(id: InstanceId): void;
}

export interface AdoptedInstances {
  /** Resolves when each was looked at once. */
  start(list: InstanceList): Promise<void>;
  /** Looks anew, now. */
  look(): Promise<void>;
  dispose(): void;
}
