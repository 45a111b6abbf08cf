/**
 * What an engine is to the rest of the core. An engine knows binaries, images and arguments; it never starts a process
 * for a guest, never talks to one and never writes outside the instance's `staged/` directory. The supervisor does the
 * rest, the same way for every engine.
 */
import type { EmulatorConfiguration } from '../../../src-shared/model/emulator-configuration.ts';
import type { AccelerationChoice, Architecture, EngineDescription } from '../../../src-shared/model/engine.ts';
import type { Finding, PlannedArgument } from '../../../src-shared/model/instance.ts';
import type { PlainSpec, Spec } from '../../../src-shared/model/spec.ts';
import type { InstancePaths } from '../home/paths.ts';
import type { StagedImages, StagingContext } from '../staging/staged-images.ts';

/** What a probed binary can do. Cached by the binary's path, size and mtime. */
export interface EngineCapabilities {
  /** Absent: QEMU itself. `femu` is QEMU 2.12 inside another program, which nothing can be asked of. */
  readonly kind?: 'qemu' | 'femu';
  readonly binary: string;
  readonly architecture: Architecture;
  /** As `-version` says it, e.g. `7.2.22`. */
  readonly version: string;
  /** The same as numbers, for comparisons. */
  readonly versionNumbers: readonly [number, number, number];
  readonly accelerators: readonly string[];
  readonly machines: readonly { readonly name: string; readonly description: string; readonly isDefault: boolean }[];
  readonly devices: readonly string[];
  /** CPU models for `-cpu`; absent where nobody asked. */
  readonly cpus?: readonly string[];
  /** Whether `-sandbox` was compiled in and works on this kernel. */
  readonly sandbox: boolean;
}

export interface PlanInput<S extends Spec = PlainSpec> {
  readonly spec: S;
  readonly staged: StagedImages;
  readonly capabilities: EngineCapabilities;
  readonly acceleration: AccelerationChoice;
  /** New for every boot; part of the process's identity. */
  readonly uuid: string;
  /** Stem of the serial pipe pair, relative to the working directory. */
  readonly serialStem: string;
}

/** A program to be run to its end before the engine starts. One that fails stops the launch. */
export interface Preparation {
  /** Name of the step in the timeline. */
  readonly step: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** argv as data: every argument carries the field that caused it. */
export interface LaunchPlan {
  readonly binary: string;
  readonly arguments: readonly PlannedArgument[];
  /** Variables added to what the engine inherits; nothing where absent. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly preparations?: readonly Preparation[];
  /** The engine waits for a debugger before it answers anything, so its silence is no failure. */
  readonly awaitsDebugger?: boolean;
  /** The same launch in ffx's words, for `show` and export. */
  readonly configuration?: EmulatorConfiguration;
}

/** `S`: the guests it knows. */
export interface EmulatorEngine<S extends Spec = Spec> {
  readonly kind: string;
  /** Everything installed for every architecture, and what to install for the rest. Never throws. */
  describe(): Promise<EngineDescription[]>;
  /**
   * What a Spec comes to on this host now: every `auto` decided, ports and architecture of a device filled in. All that
   * follows is asked with the result. Throws what reading the guest's own descriptions throws.
   */
  settle(spec: S): Promise<S>;
  /** Finds and probes the binary a Spec needs. Throws `engine_missing` or `engine_unsuitable` with what to install. */
  detect(spec: S): Promise<EngineCapabilities>;
  /** What is wrong or worth saying before anything is written. Reads files and the host, changes nothing. */
  validate(spec: S, capabilities: EngineCapabilities): Promise<Finding[]>;
  /** Puts every image in place: ordered, idempotent, cancellable. */
  stage(spec: S, context: StagingContext): Promise<StagedImages>;
  /** What staging would give, without doing it: for previews. */
  expectStaged(spec: S, paths: InstancePaths): StagedImages | Promise<StagedImages>;
  /** Pure. */
  plan(input: PlanInput<S>): LaunchPlan;
}
