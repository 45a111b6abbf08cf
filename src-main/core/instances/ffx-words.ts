/** An instance in ffx's words: what `ffx emu show` prints of it, and what is exported. Pure, but for planning. */
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
import { isFuchsia } from '../engines/engines.ts';
import type { InstanceState } from './instance-state.ts';
import { planWithoutLaunch } from './preview.ts';
import type { InstanceServices } from './services.ts';

export interface FfxWords {
  readonly data: EngineData;
  /** The derived one; what is stored in `data` may be of yesterday. */
  readonly state: EngineState;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What was launched last; of an instance that was never launched, what would be. */
export async function ffxWordsOf(
  services: Pick<InstanceServices, 'paths' | 'engine' | 'doctor'>,
  { spec, current, view }: Pick<InstanceState, 'spec' | 'current' | 'view'>,
): Promise<FfxWords> {
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
export function withHostPorts(
  configuration: EmulatorConfiguration,
  ports: readonly PortStatus[],
): EmulatorConfiguration {
  const { host } = configuration;
  const entries = Object.entries(host.port_map).map(([name, mapping]) => {
    const found = ports.find((port) => port.name === name && port.state !== 'failed');
    return [name, { ...mapping, host: found?.host ?? mapping.host }] as const;
  });
  return { ...configuration, host: { ...host, port_map: Object.fromEntries(entries) } };
}

/** The sections of `show`, in ffx's order. */
export function sectionsOf({ data, state, program, args, environment }: FfxWords): ShowDetail[] {
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

export function notFuchsia({ name, guest }: Spec): SlipwayError {
  return new SlipwayError('invalid_input', `${name} is no Fuchsia guest but of the kind ${guest.kind}.`, {
    hint: 'The Command and Details tabs show what it is.',
  });
}
