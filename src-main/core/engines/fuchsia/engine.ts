/**
 * The engine of Fuchsia guests: what `ffx emu start` does, on QEMU or on femu. Owns the composition: sources, decisions,
 * checks, staging, plan. Must never start a guest or talk to one: that is the supervisor's.
 */
import { dirname } from 'node:path';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { EngineDescription, FirmwareDescription } from '../../../../src-shared/model/engine.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import { type BootSources, readBootSources } from '../../guests/fuchsia/boot-sources.ts';
import type { PreparedFuchsia } from '../../guests/fuchsia/prepared-guest.ts';
import { ensureSshKeys } from '../../guests/ssh-keys.ts';
import type { InstancePaths, Paths } from '../../home/paths.ts';
import type { Clock } from '../../kit/clock.ts';
import { findHostTool, type HostToolSearch, requireExecutable, systemSearch } from '../../process/host-tool.ts';
import type { StagedImages } from '../../staging/staged-images.ts';
import type { EmulatorEngine, EngineCapabilities } from '../engine.ts';
import { femuCapabilities, femuMissing, findFemu, findSdkTool } from '../femu/find-femu.ts';
import { type CapabilityProbe, createCapabilityProbe, requireArchitecture } from '../qemu/capabilities.ts';
import { findEmulator } from '../qemu/find-emulator.ts';
import { findFirmware } from '../qemu/firmware.ts';
import { type HostFacts, thisHost } from '../qemu/host-facts.ts';
import { readDevConfig } from '../qemu-based/flag-template/dev-config.ts';
import { readFlagTemplate, templatePath } from '../qemu-based/flag-template/flag-template.ts';
import { configurationOf, type PlacedFiles } from './configuration.ts';
import { decide, settledSpec } from './decide.ts';
import { type FuchsiaHost, readFuchsiaHost } from './host.ts';
import { planFuchsia } from './plan.ts';
import { stageFuchsia } from './stage.ts';
import { fuchsiaLayout } from './staged-layout.ts';
import { validateFuchsia } from './validate.ts';

export interface FuchsiaEngineOptions {
  readonly paths: Paths;
  /** Holds `flag-templates/`. */
  readonly assetsDirectory: string;
  readonly clock: Clock;
  readonly search?: HostToolSearch;
  readonly hostFacts?: () => Promise<HostFacts>;
  readonly readHost?: (search: HostToolSearch) => Promise<FuchsiaHost>;
}

export function createFuchsiaEngine(options: FuchsiaEngineOptions): EmulatorEngine<FuchsiaSpec> {
  const { paths, clock, assetsDirectory } = options;
  const search = options.search ?? systemSearch;
  const readHost = () => (options.readHost ?? readFuchsiaHost)(search);
  const hostFacts = options.hostFacts ?? thisHost;
  const probe = createCapabilityProbe(paths.capabilities);

  async function prepare(
    spec: FuchsiaSpec,
    sources: BootSources,
    files: PlacedFiles,
    instance: Pick<InstancePaths, 'directory'>,
  ): Promise<StagedImages> {
    const configuration = configurationOf(spec, sources, await readHost(), files, instance);
    const { devConfig } = spec.guest;
    const fuchsia: PreparedFuchsia = {
      configuration,
      template: await readFlagTemplate(templatePath(configuration, assetsDirectory)),
      devConfig: devConfig === null ? null : await readDevConfig(devConfig),
      environment: search.environment,
    };
    return { ...noImages, fuchsia };
  }

  return {
    kind: 'fuchsia',
    describe: async () => [describeFemu(search)],
    settle: async (spec) => {
      const sources = await readBootSources(spec);
      return settledSpec(spec, sources, decide(spec, sources, await readHost()));
    },
    detect: (spec) => detect(spec, search, probe),
    validate: async (spec, capabilities) => {
      const sources = await readBootSources(spec);
      const [host, facts] = await Promise.all([readHost(), hostFacts()]);
      const firmware = firmwareOf(spec, sources);
      const context = { sources, host, hostFacts: facts, firmware, needsFirmware: needsFirmware(spec, sources) };
      return validateFuchsia(spec, capabilities, context);
    },
    stage: async (spec, context) => {
      const sources = await readBootSources(spec);
      const layout = fuchsiaLayout(sources, context.paths, firmwareOf(spec, sources));
      const keys = await ensureSshKeys(paths.ssh);
      const files = await stageFuchsia({ spec, sources, layout, keys, clock }, context);
      return prepare(spec, sources, files, context.paths);
    },
    expectStaged: async (spec, instance) => {
      const sources = await readBootSources(spec);
      const { files } = fuchsiaLayout(sources, instance, firmwareOf(spec, sources));
      return prepare(spec, sources, files, instance);
    },
    plan: planFuchsia,
  };
}

const noImages: StagedImages = {
  kernel: null,
  initrd: null,
  append: '',
  disks: [],
  bios: null,
  pflash: null,
  efiDirectory: null,
};

function needsFirmware({ guest }: FuchsiaSpec, { kernel, disk }: BootSources): boolean {
  if (guest.source.from === 'template') return false;
  return disk?.kind === 'gpt' || disk?.kind === 'fat' || /\.efi$/i.test(kernel?.file ?? '');
}

function firmwareOf(spec: FuchsiaSpec, sources: BootSources): FirmwareDescription | null {
  return needsFirmware(spec, sources) ? findFirmware(spec.architecture) : null;
}

async function detect(spec: FuchsiaSpec, search: HostToolSearch, probe: CapabilityProbe): Promise<EngineCapabilities> {
  const own = spec.runtime.binary;
  if (spec.guest.engine === 'femu') {
    const tool = own === null ? findFemu(search) : requireExecutable(own, 'runtime.binary');
    if (tool === null) throw femuMissing();
    return femuCapabilities(tool.path, spec.architecture);
  }
  const path = own === null ? findQemu(spec, search) : requireExecutable(own, 'runtime.binary').path;
  const capabilities = await probe.probe(path);
  requireArchitecture(capabilities, spec.architecture);
  return capabilities;
}

/** The SDK's QEMU is the one that its images are tested with; its manifest names the x64 program only. */
function findQemu({ architecture }: FuchsiaSpec, search: HostToolSearch): string {
  const inSdk = findSdkTool('qemu_internal', search);
  if (inSdk !== null) {
    const directory = { environment: {}, knownDirectories: [dirname(inSdk.path)] };
    const tool = findHostTool([`qemu-system-${architecture}`], directory);
    if (tool !== null) return tool.path;
  }
  return findEmulator(architecture, search).path;
}

function describeFemu(search: HostToolSearch): EngineDescription {
  const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const nothing = { kind: 'femu', architecture, binary: null, version: null, machines: [], accelerators: [] } as const;
  const absent = (error: SlipwayError): EngineDescription => {
    const { message, cause, hint } = error.failure;
    return { ...nothing, machines: [], accelerators: [], note: [message, cause, hint].filter(Boolean).join(' ') };
  };
  try {
    const tool = findFemu(search);
    if (tool === null) return absent(femuMissing());
    const { version, accelerators } = femuCapabilities(tool.path, architecture);
    return { ...nothing, binary: tool.path, version, machines: [], accelerators: [...accelerators], note: tool.note };
  } catch (error) {
    if (error instanceof SlipwayError) return absent(error);
    throw error;
  }
}
