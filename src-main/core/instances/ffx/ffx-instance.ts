/**
 * One instance that `ffx emu` started, adopted: shown as it truly is, with its consoles and ports, and stopped when asked.
 * Everything about it is derived from evidence at each look; ffx's own "running" and pid are among what is looked at.
 *
 * Must never write in its directory, signal a process that was not recognised, or keep ffx from a socket.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { ConsoleName, LogFile } from '../../../../src-shared/model/console.ts';
import type { InstanceId } from '../../../../src-shared/model/ids.ts';
import type { InstanceDetails, InstanceView } from '../../../../src-shared/model/instance.ts';
import type { PortStatus } from '../../../../src-shared/model/ports.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import { composeArguments } from '../../engines/qemu-based/flag-template/compose-arguments.ts';
import { Emitter } from '../../kit/emitter.ts';
import { SingleFlight } from '../../kit/single-flight.ts';
import { unawaited } from '../../kit/unawaited.ts';
import type { UsernetRow } from '../../network/usernet-table.ts';
import type { ForeignProcess } from '../../process/identity.ts';
import { type FfxWords, withHostPorts } from '../ffx-words.ts';
import { lastLinesOf, readLogTail } from '../log-tail.ts';
import type { ManagedInstance } from '../managed-instance.ts';
import type { InstanceServices } from '../services.ts';
import { FfxConsoles } from './ffx-consoles.ts';
import { FfxEnding } from './ffx-ending.ts';
import { type FfxEvidence, FfxObserver } from './ffx-observer.ts';
import { FfxPortDesk } from './ffx-port-desk.ts';
import { portsOf } from './ffx-ports.ts';
import { FfxQmp } from './ffx-qmp.ts';
import { decideFfx, type FfxVerdict } from './ffx-verdict.ts';
import { detailsOfFfx, type FfxViewState, refusal, viewOfFfx } from './ffx-view.ts';

export type FfxServices = Pick<InstanceServices, 'paths' | 'clock' | 'log'>;

export interface FfxPlace {
  readonly id: InstanceId;
  readonly name: string;
  readonly directory: string;
}

interface Seen {
  readonly evidence: FfxEvidence;
  readonly verdict: FfxVerdict;
  readonly engineLog: string;
  readonly lastLines: readonly string[];
  readonly engineLogTail: string;
}

export class FfxInstance implements ManagedInstance {
  readonly changed = new Emitter<InstanceView>();
  readonly consoles: FfxConsoles;
  readonly ports: FfxPortDesk;
  /** Its disk is ffx's care. */
  readonly watched = null;
  readonly #place: FfxPlace;
  readonly #services: FfxServices;
  readonly #observer: FfxObserver;
  readonly #looks = new SingleFlight<boolean>();
  readonly #disposal = new AbortController();
  readonly #qmp: FfxQmp;
  readonly #ending: FfxEnding;
  #seen: Seen | null = null;
  #life: ForeignProcess | null = null;
  #boot = 0;
  #usernet: readonly UsernetRow[] | null = null;
  #serialHeld = false;
  #serialSeam: number | null = null;
  #told = '';

  constructor(services: FfxServices, place: FfxPlace) {
    this.#services = services;
    this.#place = place;
    this.#observer = new FfxObserver(place.directory, place.name, services.clock);
    this.consoles = new FfxConsoles({
      directory: place.directory,
      kept: services.paths.adopted(place.id),
      clock: services.clock,
      // QEMU serves one client, and ffx comes first: every command is a short conversation, and events are not heard.
      control: { use: (ask) => this.#qmp.ask(ask), listen: () => () => undefined },
      onHeld: (held) => {
        this.#serialHeld = held;
        this.#tell();
      },
      onSeam: (offset) => {
        this.#serialSeam = offset;
        this.#tell();
      },
    });
    this.ports = new FfxPortDesk(
      place.name,
      () => this.#ports,
      () => this.#tell(),
    );
    this.#qmp = new FfxQmp(place.directory, this.consoles, this.#disposal.signal);
    this.#ending = new FfxEnding({
      quit: () => this.#qmp.quit(),
      onStep: () => this.#tell(),
      clock: services.clock,
      log: services.log,
      signal: this.#disposal.signal,
    });
  }

  get view(): InstanceView {
    return viewOfFfx(this.#state);
  }

  get spec(): Spec {
    const { evidence } = this.#known;
    if (evidence.record.state === 'broken') throw SlipwayError.from(evidence.record.failure);
    return detailsOfFfx(this.view, this.#state).spec;
  }

  /** Looks anew and tells what changed. False: ffx has no such instance any more. */
  look(): Promise<boolean> {
    return this.#looks.run('look', () => this.#look());
  }

  async describe(): Promise<InstanceDetails> {
    await this.look();
    await this.#readPorts();
    return detailsOfFfx(this.view, this.#state);
  }

  async boots(): Promise<[]> {
    return [];
  }

  logPath(file: LogFile): string {
    return file === 'engine' ? this.#known.engineLog : this.consoles.transcriptOf(file);
  }

  async sendBreak(console: ConsoleName): Promise<void> {
    await this.look();
    this.#demandProcess('send a break to');
    const { serialSocket } = this.consoles;
    if (console !== 'serial' || serialSocket === null) {
      throw new SlipwayError('unknown_console', `${this.#place.name} has no serial line for a break.`, {
        cause: 'Its serial line is in the terminal that ffx was started in, if it has one.',
      });
    }
    await this.#qmp.sendBreak(serialSocket);
  }

  async ffxWords(): Promise<FfxWords> {
    await this.look();
    await this.#readPorts();
    const { evidence, verdict } = this.#known;
    if (evidence.record.state === 'broken') throw SlipwayError.from(evidence.record.failure);
    const { data } = evidence.record;
    const { view } = this;
    const configuration = withHostPorts(data.emulator_configuration, view.ports);
    return {
      data: { ...data, emulator_configuration: configuration, pid: view.status.pid ?? 0 },
      state: verdict.engineState,
      program: data.emulator_binary,
      args: composeArguments(configuration, configuration.flags).flatMap(({ args }) => args),
      environment: configuration.flags.envs,
    };
  }

  async screenshot(): Promise<Uint8Array> {
    this.#demandProcess('take a picture of');
    const { directory } = this.#services.paths.adopted(this.#place.id);
    return this.#qmp.screenshot(directory);
  }

  async diskUse(): Promise<never> {
    throw refusal(this.#place.name, 'delete');
  }

  demand(action: Parameters<ManagedInstance['demand']>[0]): never {
    throw refusal(this.#place.name, action);
  }

  async perform(action: Parameters<ManagedInstance['perform']>[0]): Promise<never> {
    throw refusal(this.#place.name, action);
  }

  async configure(): Promise<never> {
    throw refusal(this.#place.name, 'configure');
  }

  async label(): Promise<never> {
    throw refusal(this.#place.name, 'rename');
  }

  demandDuplicable(): never {
    throw refusal(this.#place.name, 'duplicate');
  }

  /** Its directory is ffx's care. */
  async measureDisk(): Promise<void> {}

  async stop(): Promise<void> {
    await this.look();
    const process = this.#demandProcess('stop');
    const isFirst = !this.#ending.isEnding;
    const ended = this.#ending.end(process);
    this.#tell();
    if (isFirst)
      unawaited(
        ended.then(() => this.#lookAfterEnd()),
        'the end of an emulator of ffx could not be told',
      );
  }

  async whenStopped(): Promise<void> {
    while (this.#life !== null || this.#ending.isEnding) {
      await new Promise<void>((resolve) => {
        const unsubscribe = this.changed.on(() => {
          unsubscribe();
          resolve();
        });
      });
    }
  }

  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('let go'));
    await this.consoles.dispose();
  }

  async #look(): Promise<boolean> {
    const evidence = await this.#observer.look();
    if (evidence === null) return false;
    const { record, process } = evidence;
    const verdict = decideFfx({
      record: record.state,
      stored: record.state === 'read' ? record.data.engine_state : 'error',
      imagesStaged: evidence.imagesStaged,
      processIsOurs: process !== null,
      socketsLeft: evidence.socketsSince !== null,
      stopping: this.#ending.isEnding,
      endedByUs: record.state === 'read' && this.#ending.hasEnded(record.data.pid),
    });
    const recordedLog = record.state === 'read' ? record.data.emulator_configuration.host.log : '';
    const engineLog = recordedLog.startsWith('/') ? recordedLog : `${this.#place.directory}/emulator.log`;
    const isFirst = this.#seen === null;
    const isFault = verdict.fault !== null;
    this.#seen = {
      evidence,
      verdict,
      engineLog,
      lastLines: isFault ? await lastLinesOf(`${engineLog}.serial`).catch(() => []) : [],
      engineLogTail: isFault ? await readLogTail(engineLog).catch(() => '') : '',
    };
    if (isFirst || !isSameLife(process, this.#life)) await this.#enterLife(process, evidence, engineLog);
    this.#tell();
    return true;
  }

  async #enterLife(process: ForeignProcess | null, { directories }: FfxEvidence, engineLog: string): Promise<void> {
    this.#life = process;
    this.#usernet = null;
    this.ports.forget();
    this.#serialHeld = false;
    this.#serialSeam = null;
    if (process !== null) this.#boot += 1;
    if (this.#disposal.signal.aborted) return;
    await this.consoles.follow({ boot: Math.max(1, this.#boot), process, directories, engineLog });
  }

  async #lookAfterEnd(): Promise<void> {
    if (this.#disposal.signal.aborted) return;
    // One that is under way has seen the process.
    await this.look();
    await this.look();
  }

  /** The ports QEMU chose itself, and on which addresses it listens. Not while somebody talks QMP: that is worth more. */
  async #readPorts(): Promise<void> {
    const { record, process } = this.#known.evidence;
    if (process === null || record.state === 'broken' || this.consoles.isQmpViewed) return;
    if (record.data.emulator_configuration.host.networking !== 'user') return;
    try {
      const forwards = await this.#qmp.forwards();
      if (this.#life === process) this.#usernet = forwards;
      this.#tell();
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      this.#services.log.info('ports of an ffx instance could not be read', {
        id: this.#place.id,
        error: error.message,
      });
    }
  }

  #demandProcess(action: string): ForeignProcess {
    if (this.#life !== null) return this.#life;
    throw new SlipwayError('wrong_phase', `Cannot ${action} ${this.#place.name}: it is ${this.view.status.phase}.`);
  }

  get #known(): Seen {
    if (this.#seen === null) throw new SlipwayError('internal', `${this.#place.name} was not looked at yet.`);
    return this.#seen;
  }

  get #ports(): readonly PortStatus[] {
    const { record, process } = this.#known.evidence;
    if (record.state === 'broken') return [];
    return portsOf(record.data.emulator_configuration, process?.commandLine ?? null, this.#usernet);
  }

  get #state(): FfxViewState {
    const { evidence, verdict, lastLines, engineLogTail } = this.#known;
    const stopping = this.#ending.isEnding && verdict.phase === 'running';
    return {
      ...this.#place,
      evidence,
      verdict: stopping ? { ...verdict, phase: 'stopping' } : verdict,
      boot: this.#boot,
      ports: this.ports.withAnswers(this.#ports),
      serial: this.consoles.serialState,
      serialHeld: this.#serialHeld,
      serialSeam: this.#serialSeam,
      stopStep: this.#ending.step,
      lastLines,
      engineLog: engineLogTail,
    };
  }

  #tell(): void {
    const { view } = this;
    const text = JSON.stringify(view);
    if (text === this.#told) return;
    this.#told = text;
    this.changed.emit(view);
  }
}

function isSameLife(a: ForeignProcess | null, b: ForeignProcess | null): boolean {
  return a?.pid === b?.pid && a?.startTicks === b?.startTicks;
}
