/**
 * One instance that `ffx emu` started, adopted: shown as it truly is, with its consoles and ports, and stopped when asked.
 * Everything about it is derived from evidence at each look; ffx's own "running" and pid are among what is looked at.
 *
 * Must never write in its directory, signal a process that was not recognised, or keep ffx from a socket.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { InstanceId } from '../../../../src-shared/model/ids.ts';
import type { InstanceDetails, InstanceView } from '../../../../src-shared/model/instance.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import { composeArguments } from '../../engines/qemu-based/flag-template/compose-arguments.ts';
import { Emitter } from '../../kit/emitter.ts';
import { SingleFlight } from '../../kit/single-flight.ts';
import { hostForwards, parseUsernetTable, type UsernetRow } from '../../network/usernet-table.ts';
import type { ForeignProcess } from '../../process/identity.ts';
import { QmpClient } from '../../qmp/client.ts';
import { quit } from '../../qmp/commands.ts';
import { infoUsernet } from '../../qmp/hmp.ts';
import { type FfxWords, withHostPorts } from '../ffx-words.ts';
import { lastLinesOf, readLogTail } from '../log-tail.ts';
import type { ManagedInstance } from '../managed-instance.ts';
import { takeScreenshot } from '../screenshot.ts';
import type { InstanceServices } from '../services.ts';
import { FfxConsoles } from './ffx-consoles.ts';
import { endEmulator } from './ffx-ending.ts';
import { type FfxEvidence, FfxObserver } from './ffx-observer.ts';
import { portsOf } from './ffx-ports.ts';
import { decideFfx, type FfxVerdict } from './ffx-verdict.ts';
import { detailsOfFfx, type FfxViewState, refusal, viewOfFfx } from './ffx-view.ts';

/** How long QMP may take to greet. Longer, and somebody else has it: a local socket answers in a millisecond. */
const greetingMs = 1000;

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
  /** Its disk is ffx's care. */
  readonly watched = null;
  readonly #place: FfxPlace;
  readonly #services: FfxServices;
  readonly #observer: FfxObserver;
  readonly #looks = new SingleFlight<boolean>();
  readonly #disposal = new AbortController();
  readonly #escalate = new Emitter<string>();
  #seen: Seen | null = null;
  #life: ForeignProcess | null = null;
  #boot = 0;
  #usernet: readonly UsernetRow[] | null = null;
  #serialHeld = false;
  #serialSeam: number | null = null;
  #ending: ForeignProcess | null = null;
  #ended: ForeignProcess | null = null;
  #stopStep: string | null = null;
  #told = '';

  constructor(services: FfxServices, place: FfxPlace) {
    this.#services = services;
    this.#place = place;
    this.#observer = new FfxObserver(place.directory, place.name, services.clock);
    this.consoles = new FfxConsoles({
      directory: place.directory,
      kept: services.paths.adopted(place.id),
      clock: services.clock,
      onHeld: (held) => {
        this.#serialHeld = held;
        this.#tell();
      },
      onSeam: (offset) => {
        this.#serialSeam = offset;
        this.#tell();
      },
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

  logPath(file: 'serial' | 'engine'): string {
    return file === 'serial' ? this.consoles.serialLog : this.#known.engineLog;
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
    return this.#withQmp((qmp) => {
      const { major, minor, micro } = qmp.greeting.version;
      return takeScreenshot(qmp, { directory, engineVersion: `${major}.${minor}.${micro}` });
    });
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

  async stop(): Promise<void> {
    await this.look();
    const process = this.#demandProcess('stop');
    if (this.#ending !== null) {
      this.#escalate.emit('a second press');
      return;
    }
    this.#ending = process;
    this.#tell();
    void this.#end(process);
  }

  async whenStopped(): Promise<void> {
    while (this.#life !== null || this.#ending !== null) {
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
      stopping: this.#ending !== null,
      endedByUs: this.#ended !== null && record.state === 'read' && record.data.pid === this.#ended.pid,
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
    this.#serialHeld = false;
    this.#serialSeam = null;
    if (process !== null) this.#boot += 1;
    if (this.#disposal.signal.aborted) return;
    await this.consoles.follow({ boot: Math.max(1, this.#boot), process, directories, engineLog });
  }

  async #end(process: ForeignProcess): Promise<void> {
    const { clock, log } = this.#services;
    const result = await endEmulator({
      process,
      quit: () => this.#withQmp((qmp) => quit(qmp)),
      escalate: this.#escalate,
      clock,
      log,
      signal: this.#disposal.signal,
      onStep: (step) => {
        this.#stopStep = step;
        this.#tell();
      },
    });
    if (this.#disposal.signal.aborted) return;
    if (result.exited) this.#ended = process;
    else log.error('the emulator survived every way to end it', { pid: process.pid });
    this.#ending = null;
    this.#stopStep = null;
    // One that is under way has seen the process.
    await this.look();
    await this.look();
    this.#tell();
  }

  /** The ports QEMU chose itself, and on which addresses it listens. Not while somebody talks QMP: that is worth more. */
  async #readPorts(): Promise<void> {
    const { record, process } = this.#known.evidence;
    if (process === null || record.state === 'broken' || this.consoles.isQmpViewed) return;
    if (record.data.emulator_configuration.host.networking !== 'user') return;
    try {
      const table = await this.#withQmp((qmp) => infoUsernet(qmp));
      if (this.#life === process) this.#usernet = hostForwards(parseUsernetTable(table));
      this.#tell();
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      this.#services.log.info('ports of an ffx instance could not be read', {
        id: this.#place.id,
        error: error.message,
      });
    }
  }

  /** A conversation with QEMU, given back at its end so that ffx is never locked out. */
  #withQmp<T>(use: (qmp: QmpClient) => Promise<T>): Promise<T> {
    const { directory } = this.#place;
    return this.consoles.lendQmp(async () => {
      const client = await QmpClient.connect({ directory, name: 'qmp' }, { greetingMs, signal: this.#disposal.signal });
      try {
        return await use(client);
      } finally {
        await client.end();
      }
    });
  }

  #demandProcess(action: string): ForeignProcess {
    if (this.#life !== null) return this.#life;
    throw new SlipwayError('wrong_phase', `Cannot ${action} ${this.#place.name}: it is ${this.view.status.phase}.`);
  }

  get #known(): Seen {
    if (this.#seen === null) throw new SlipwayError('internal', `${this.#place.name} was not looked at yet.`);
    return this.#seen;
  }

  get #state(): FfxViewState {
    const { evidence, verdict, lastLines, engineLogTail } = this.#known;
    const stopping = this.#ending !== null && verdict.phase === 'running';
    const { record, process } = evidence;
    return {
      ...this.#place,
      evidence,
      verdict: stopping ? { ...verdict, phase: 'stopping' } : verdict,
      boot: this.#boot,
      ports:
        record.state === 'broken'
          ? []
          : portsOf(record.data.emulator_configuration, process?.commandLine ?? null, this.#usernet),
      serial: this.consoles.serialState,
      serialHeld: this.#serialHeld,
      serialSeam: this.#serialSeam,
      stopStep: this.#stopStep,
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
