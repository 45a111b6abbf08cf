/** The calls about Fuchsia guests: a bundle before launch, what each `auto` comes to, `show` and export in ffx's words. */
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { EmulatorConfiguration } from '../../../src-shared/model/emulator-configuration.ts';
import {
  deriveEngineState,
  type EngineData,
  type EngineState,
  type ShowDetail,
  showCommand,
  showConfig,
  showDevice,
  showInstance,
  showNet,
  showRaw,
} from '../../../src-shared/model/ffx-engine-data.ts';
import type { PortStatus } from '../../../src-shared/model/ports.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { isFuchsia } from '../engines/engines.ts';
import { resolveFuchsia } from '../engines/fuchsia/resolve-choices.ts';
import { describeBundle } from '../guests/fuchsia/bundle-gallery.ts';
import { defaultFfxInstanceRoot, engineDataFilename, exportEngineData } from '../guests/fuchsia/engine-data.ts';
import type { Paths } from '../home/paths.ts';
import type { InstanceManager } from '../instances/manager.ts';
import { planWithoutLaunch } from '../instances/preview.ts';
import type { AccelerationDoctor } from '../instances/services.ts';
import type { Supervisor } from '../instances/supervisor.ts';
import { type HostToolSearch, systemSearch } from '../process/host-tool.ts';
import { requestOfDraft } from './draft.ts';
import { mayRunPrograms } from './power.ts';
import type { Handlers } from './router.ts';

interface FuchsiaServices {
  readonly paths: Paths;
  readonly manager: InstanceManager;
  readonly engine: EmulatorEngine;
  readonly doctor: AccelerationDoctor;
  readonly toolSearch?: HostToolSearch;
}

type FuchsiaCalls = 'fuchsia.bundle' | 'fuchsia.resolve' | 'fuchsia.show' | 'fuchsia.export';

export function fuchsiaHandlers(services: FuchsiaServices): Pick<Handlers, FuchsiaCalls> {
  const { manager } = services;
  return {
    'fuchsia.bundle': ({ directory }, session) => describeBundle(session.tokens.resolve(directory)),
    'fuchsia.resolve': async (draft, session) => {
      const request = requestOfDraft(draft, session.tokens);
      const spec: Spec = { version: 1, id: 'preview', createdAt: new Date(0).toISOString(), ...request };
      return resolve(services, spec, mayRunPrograms(session.identity));
    },
    'fuchsia.show': async ({ id }) => {
      const data = await engineDataOf(services, manager.get(id));
      return { sections: sectionsOf(data).map((section) => ({ ...section })) };
    },
    'fuchsia.export': async ({ id, directory }, session) => {
      const { data } = await engineDataOf(services, manager.get(id));
      // A directory of its own: another instance's record in the chosen one must not be replaced.
      const path = join(session.tokens.resolve(directory), id, engineDataFilename);
      await exportEngineData(data, path, [defaultFfxInstanceRoot()]);
      return { path };
    },
  };
}

async function resolve({ engine, doctor, toolSearch }: FuchsiaServices, spec: Spec, mayRun: boolean) {
  if (!isFuchsia(spec)) throw notFuchsia(spec);
  const acceleration = async () => {
    // A page may not have programs run that nobody confirmed.
    const runtime = mayRun ? spec.runtime : { ...spec.runtime, binary: null };
    const settled = await engine.settle({ ...spec, runtime });
    return doctor.resolve(spec.host.acceleration, settled.architecture, await engine.detect(settled));
  };
  // What cannot be accelerated, or has no engine, is told by the findings; the other choices are worth showing anyway.
  return resolveFuchsia(spec, toolSearch ?? systemSearch, await acceleration().catch(() => null));
}

interface Shown {
  readonly data: EngineData;
  readonly state: EngineState;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What was launched last; of an instance that was never launched, what would be. */
async function engineDataOf(services: FuchsiaServices, { state }: Supervisor): Promise<Shown> {
  const { spec, current, view } = state;
  if (!isFuchsia(spec)) throw notFuchsia(spec);
  const { record } = current;
  const launched = record !== null && record.configuration !== null ? record : null;
  const plan = launched === null ? await planWithoutLaunch(services, spec) : null;
  const configuration = launched?.configuration ?? plan?.configuration;
  if (configuration === undefined) throw new SlipwayError('internal', 'A Fuchsia guest was planned without its words.');
  const { arguments: rows, binary, environment = {} } = launched ?? plan ?? { arguments: [], binary: '' };
  const engineState = deriveEngineState({
    record: 'read',
    stored: 'staged',
    imagesStaged: launched !== null,
    processIsOurs: view.status.processLives,
  });
  return {
    data: {
      emulator_binary: binary,
      emulator_configuration: withHostPorts(configuration, view.ports),
      pid: view.status.pid ?? 0,
      engine_type: configuration.runtime.engine_type,
      engine_state: engineState,
    },
    state: engineState,
    program: binary,
    args: rows.flatMap(({ args }) => args),
    environment,
  };
}

/** Those that QEMU really listens on, as far as they are known. */
function withHostPorts(configuration: EmulatorConfiguration, ports: readonly PortStatus[]): EmulatorConfiguration {
  const { host } = configuration;
  const entries = Object.entries(host.port_map).map(([name, mapping]) => {
    const found = ports.find((port) => port.name === name && port.state !== 'failed');
    return [name, { ...mapping, host: found?.host ?? mapping.host }] as const;
  });
  return { ...configuration, host: { ...host, port_map: Object.fromEntries(entries) } };
}

function sectionsOf({ data, state, program, args, environment }: Shown): ShowDetail[] {
  const configuration = data.emulator_configuration;
  return [
    showCommand(program, args, { ...environment }),
    showConfig(configuration),
    showDevice(configuration),
    showNet(configuration),
    showInstance(data, state),
    showRaw(configuration),
  ];
}

function notFuchsia({ name, guest }: Spec): SlipwayError {
  return new SlipwayError('invalid_input', `${name} is no Fuchsia guest but of the kind ${guest.kind}.`, {
    hint: 'The Command and Details tabs show what it is.',
  });
}
