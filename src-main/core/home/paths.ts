/**
 * The only place that joins a path below the home. `SLIPWAY_HOME` moves everything Slipway writes; without it the home
 * is where the platform keeps an application's data.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SerialName } from '../../../src-shared/model/console.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import { filenames, serialFile } from './filenames.ts';

export interface Paths {
  readonly home: string;
  readonly instances: string;
  readonly trash: string;
  readonly cache: string;
  readonly capabilities: string;
  readonly acceleration: string;
  readonly linuxGuest: string;
  readonly ssh: string;
  readonly settings: string;
  readonly powers: string;
  readonly templates: string;
  readonly serviceSocket: string;
  readonly log: string;
  readonly electron: string;
  instance(id: InstanceId): InstancePaths;
  adopted(id: InstanceId): AdoptedPaths;
}

type ControlTranscript = 'monitorTranscript' | 'qmpTranscript' | 'rawMonitorTranscript' | 'rawQmpTranscript';

/** What is kept here of an instance that lives elsewhere: what was said while Slipway listened. */
export interface AdoptedPaths {
  readonly directory: string;
  /** `run`: a name for one life of its engine. */
  run(run: string): Pick<BootPaths, 'directory' | 'serial' | 'serialOutput' | ControlTranscript>;
}

export interface InstancePaths {
  readonly directory: string;
  readonly spec: string;
  readonly run: string;
  readonly staged: string;
  readonly stagingRecord: string;
  readonly boots: string;
  readonly pauseMarker: string;
  readonly qmp: string;
  readonly qmpUser: string;
  readonly monitor: string;
  readonly gdb: string;
  /** Of the first serial line; others: `serialSocketOf`. */
  readonly serialSocket: string;
  serialSocketOf(line: SerialName): string;
  readonly pid: string;
  boot(number: number): BootPaths;
}

export interface BootPaths {
  readonly directory: string;
  readonly launch: string;
  readonly timeline: string;
  readonly seen: string;
  readonly outcome: string;
  readonly engineLog: string;
  /** Of the first serial line; others are in `serial`. */
  readonly serialOutput: string;
  readonly serialInput: string;
  readonly serialStem: string;
  readonly engineLogTimes: string;
  serial(line: SerialName): SerialPaths;
  readonly monitorTranscript: string;
  readonly qmpTranscript: string;
  readonly rawMonitorTranscript: string;
  readonly rawQmpTranscript: string;
}

/** One serial line of one boot. */
export interface SerialPaths {
  readonly output: string;
  readonly input: string;
  readonly times: string;
}

export function defaultHome(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.SLIPWAY_HOME) return resolve(environment.SLIPWAY_HOME);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Slipway');
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'slipway');
}

export function pathsOf(home: string): Paths {
  const at = (...names: string[]) => join(home, ...names);
  return {
    home,
    instances: at(filenames.instances),
    trash: at(filenames.trash),
    cache: at(filenames.cache),
    capabilities: at(filenames.cache, filenames.capabilities),
    acceleration: at(filenames.cache, filenames.acceleration),
    linuxGuest: at(filenames.cache, filenames.linuxGuest),
    ssh: at(filenames.ssh),
    settings: at(filenames.settings),
    powers: at(filenames.powers),
    templates: at(filenames.templates),
    serviceSocket: at(filenames.serviceSocket),
    log: at(filenames.log),
    electron: at(filenames.electron),
    instance: (id) => instancePathsOf(at(filenames.instances, id)),
    adopted: (id) => ({
      directory: at(filenames.cache, filenames.adopted, id),
      run: (run) => bootPathsOf(at(filenames.cache, filenames.adopted, id, run)),
    }),
  };
}

export function instancePathsOf(directory: string): InstancePaths {
  const at = (...names: string[]) => join(directory, ...names);
  return {
    directory,
    spec: at(filenames.spec),
    run: at(filenames.run),
    staged: at(filenames.staged),
    stagingRecord: at(filenames.staged, filenames.stagingRecord),
    boots: at(filenames.boots),
    pauseMarker: at(filenames.pauseMarker),
    qmp: at(filenames.run, filenames.qmp),
    qmpUser: at(filenames.run, filenames.qmpUser),
    monitor: at(filenames.run, filenames.monitor),
    gdb: at(filenames.run, filenames.gdb),
    serialSocket: at(filenames.run, filenames.serialSocket),
    serialSocketOf: (line) => at(filenames.run, serialFile(filenames.serialSocket, line)),
    pid: at(filenames.run, filenames.pid),
    boot: (number) => bootPathsOf(at(filenames.boots, bootName(number))),
  };
}

/** Zero-padded, so that a listing sorts as time went. */
export function bootName(number: number): string {
  return String(number).padStart(4, '0');
}

function bootPathsOf(directory: string): BootPaths {
  const at = (name: string) => join(directory, name);
  return {
    directory,
    launch: at(filenames.launch),
    timeline: at(filenames.timeline),
    seen: at(filenames.seen),
    outcome: at(filenames.outcome),
    engineLog: at(filenames.engineLog),
    serialOutput: at(filenames.serialOutput),
    serialInput: at(filenames.serialInput),
    serialStem: at(filenames.serialStem),
    engineLogTimes: at(filenames.engineLogTimes),
    serial: (line) => ({
      output: at(serialFile(filenames.serialOutput, line)),
      input: at(serialFile(filenames.serialInput, line)),
      times: at(serialFile(filenames.serialTimes, line)),
    }),
    monitorTranscript: at(filenames.monitorTranscript),
    qmpTranscript: at(filenames.qmpTranscript),
    rawMonitorTranscript: at(filenames.rawMonitorTranscript),
    rawQmpTranscript: at(filenames.rawQmpTranscript),
  };
}
