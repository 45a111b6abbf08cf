/**
 * The QEMU engine: finds emulators, says what is wrong with a PlainSpec, stages images and plans the command line. Owns the
 * composition of those parts. Must never start a guest or talk to one: that is the supervisor's.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { type Architecture, architectures, type EngineDescription } from '../../../../src-shared/model/engine.ts';
import type { PlainSpec } from '../../../../src-shared/model/spec.ts';
import { appendAuthorizedKey } from '../../guests/linux/initrd.ts';
import { prepareLinuxGuest } from '../../guests/linux/recipe.ts';
import { ensureSshKeys } from '../../guests/ssh-keys.ts';
import type { Paths } from '../../home/paths.ts';
import type { Clock } from '../../kit/clock.ts';
import {
  findHostTool,
  type HostTool,
  type HostToolSearch,
  requireExecutable,
  systemSearch,
} from '../../process/host-tool.ts';
import { createStaging, type Staging } from '../../staging/stage.ts';
import type { EmulatorEngine, EngineCapabilities } from '../engine.ts';
import { planLaunch } from '../qemu-based/arguments.ts';
import { type CapabilityProbe, createCapabilityProbe, requireArchitecture } from './capabilities.ts';
import { findEmulator } from './find-emulator.ts';
import { findFirmware } from './firmware.ts';
import { type HostFacts, thisHost } from './host-facts.ts';
import { validateLaunch } from './validate.ts';

export interface QemuEngineOptions {
  readonly paths: Paths;
  /** Where the embedded guests lie, as real files that QEMU can open. */
  readonly assetsDirectory: string;
  readonly clock: Clock;
  readonly search?: HostToolSearch;
  readonly staging?: Staging;
  readonly hostFacts?: () => Promise<HostFacts>;
}

export function createQemuEngine(options: QemuEngineOptions): EmulatorEngine<PlainSpec> {
  const { paths } = options;
  const search = options.search ?? systemSearch;
  const hostFacts = options.hostFacts ?? thisHost;
  const capabilities = createCapabilityProbe(paths.capabilities);
  const staging =
    options.staging ??
    createStaging({
      assetsDirectory: options.assetsDirectory,
      linuxGuestDirectory: paths.linuxGuest,
      sshDirectory: paths.ssh,
      clock: options.clock,
      prepareLinuxGuest,
      appendAuthorizedKey,
      ensureSshKeys,
      findFirmware: (architecture) => findFirmware(architecture),
      findTool: async (name) => findHostTool([name], search)?.path ?? null,
    });

  return {
    kind: 'qemu',
    describe: () => Promise.all(architectures.map((architecture) => describe(architecture, search, capabilities))),
    settle: async (spec) =>
      spec.host.networking === 'auto' ? { ...spec, host: { ...spec.host, networking: 'user' } } : spec,
    detect: (spec) => detect(spec, search, capabilities),
    validate: async (spec, found) =>
      validateLaunch(spec, found, {
        host: await hostFacts(),
        paths: paths.instance(spec.id),
        home: paths.home,
        findFirmware: (architecture) => findFirmware(architecture),
        hasQemuImg: findHostTool(['qemu-img'], search) !== null,
      }),
    stage: (spec, context) => staging.stage(spec, context),
    expectStaged: (spec, instancePaths) => staging.expect(spec, instancePaths),
    plan: planLaunch,
  };
}

async function detect(spec: PlainSpec, search: HostToolSearch, probe: CapabilityProbe): Promise<EngineCapabilities> {
  const own = spec.runtime.binary;
  const tool = own === null ? findEmulator(spec.architecture, search) : requireOwnBinary(own);
  const capabilities = await probe.probe(tool.path);
  requireArchitecture(capabilities, spec.architecture);
  return capabilities;
}

/** An unusable path is an engine that is missing or unsuitable: the words stay, the code is the engine's. */
function requireOwnBinary(path: string): HostTool {
  try {
    return requireExecutable(path, 'runtime.binary');
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    const code = error.code === 'file_missing' ? 'engine_missing' : 'engine_unsuitable';
    throw SlipwayError.from({ ...error.failure, code });
  }
}

async function describe(
  architecture: Architecture,
  search: HostToolSearch,
  probe: CapabilityProbe,
): Promise<EngineDescription> {
  let binary: string | null = null;
  try {
    const tool = findEmulator(architecture, search);
    binary = tool.path;
    const { version, machines, accelerators } = await probe.probe(tool.path);
    const copied = machines.map((machine) => ({ ...machine }));
    return {
      kind: 'qemu',
      architecture,
      binary,
      version,
      note: tool.note,
      machines: copied,
      accelerators: [...accelerators],
    };
  } catch (error) {
    const failure = error instanceof SlipwayError ? error.failure : null;
    const note =
      failure === null ? String(error) : [failure.message, failure.cause, failure.hint].filter(Boolean).join(' ');
    return { kind: 'qemu', architecture, binary, version: null, note, machines: [], accelerators: [] };
  }
}
