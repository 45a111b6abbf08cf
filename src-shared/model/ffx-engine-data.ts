/**
 * What ffx keeps of one emulator: the top level of `engine.json` (`EmulatorInstanceData`), its states, and the shapes in
 * which `ffx emu show --machine json` prints it.
 */
import * as z from 'zod';
import {
  bytesOf,
  type EmulatorConfiguration,
  emulatorConfigurationSchema,
  type FlagData,
  ffxEngines,
  type PortMap,
} from './emulator-configuration.ts';

export const engineStates = ['new', 'configured', 'staged', 'running', 'error'] as const;
export type EngineState = (typeof engineStates)[number];

export const engineDataSchema = z.strictObject({
  /** Empty when ffx had not looked for it yet. */
  emulator_binary: z.string().default(''),
  emulator_configuration: emulatorConfigurationSchema,
  /** 0: never started. A number alone proves nothing: compare start time and command line before believing it. */
  pid: z.number().int().nonnegative().max(0xffff_ffff),
  engine_type: z.enum(ffxEngines),
  engine_state: z.enum(engineStates).default('new'),
});
export type EngineData = z.infer<typeof engineDataSchema>;

/** What can be seen of an instance, gathered by somebody who reads files and processes. */
export interface EngineEvidence {
  /** `engine.json`: not there, there but unreadable, or read. */
  readonly record: 'absent' | 'broken' | 'read';
  /** What the record says, for what cannot be seen: a failed configure or stage leaves nothing else behind. */
  readonly stored: EngineState;
  /** Every image the configuration names is in the instance's directory. */
  readonly imagesStaged: boolean;
  /** The recorded process lives and was recognised as this very emulator, not merely as a pid in use. */
  readonly processIsOurs: boolean;
}

/**
 * The state to report. A living process comes first, whatever is stored: ffx forgets the pid when reading the ports
 * fails, and says "running" of a pid that belongs to another program after a reboot.
 */
export function deriveEngineState(evidence: EngineEvidence): EngineState {
  const { record, stored, imagesStaged, processIsOurs } = evidence;
  if (processIsOurs) return 'running';
  if (record === 'absent') return 'new';
  if (record === 'broken' || stored === 'error') return 'error';
  if (imagesStaged && stored !== 'new') return 'staged';
  return stored === 'new' ? 'new' : 'configured';
}

export type ShowDetail =
  | { readonly Cmd: { readonly program: string; readonly args: readonly string[]; readonly env: FlagData['envs'] } }
  | { readonly Config: { readonly flags: FlagData } }
  | { readonly Device: { readonly device: ShownDevice } }
  | { readonly Net: ShownNet }
  | { readonly Instance: ShownInstance }
  | { readonly Raw: { readonly config: EmulatorConfiguration } };

export interface ShownDevice {
  readonly name: string;
  readonly description: string;
  readonly cpu: string;
  readonly cpu_count: number;
  readonly audio: string;
  readonly storage_bytes: number;
  readonly pointing_device: string;
  readonly memory_bytes: number;
  readonly ports: PortMap | null;
  readonly window_height: number;
  readonly window_width: number;
  readonly cid: number | null;
}

export interface ShownNet {
  readonly mode: string;
  readonly mac_address: string | null;
  readonly upscript: string | null;
  readonly ports: PortMap | null;
}

export interface ShownInstance {
  readonly name: string;
  readonly engine_type: string;
  readonly engine_state: EngineState;
  readonly pid: number;
  readonly emulator_binary: string;
  readonly instance_directory: string;
}

export function showCommand(program: string, args: readonly string[], env: FlagData['envs']): ShowDetail {
  return { Cmd: { program, args, env } };
}

export function showConfig(configuration: EmulatorConfiguration): ShowDetail {
  return { Config: { flags: configuration.flags } };
}

export function showDevice({ device, host, runtime }: EmulatorConfiguration): ShowDetail {
  return {
    Device: {
      device: {
        name: `${runtime.name}_device`,
        description: `The virtual device of ${runtime.name}.`,
        cpu: device.cpu.architecture,
        cpu_count: device.cpu.count,
        audio: device.audio.model,
        storage_bytes: bytesOf(device.storage),
        pointing_device: device.pointing_device,
        memory_bytes: bytesOf(device.memory),
        ports: host.networking === 'user' ? host.port_map : null,
        window_height: device.screen.height,
        window_width: device.screen.width,
        cid: device.vsock?.enabled ? device.vsock.cid : null,
      },
    },
  };
}

export function showNet({ host, runtime }: EmulatorConfiguration): ShowDetail {
  const hasDevice = host.networking === 'tap' || host.networking === 'user';
  return {
    Net: {
      mode: host.networking,
      mac_address: hasDevice ? runtime.mac_address : null,
      upscript: host.networking === 'tap' ? runtime.upscript : null,
      ports: hasDevice ? host.port_map : null,
    },
  };
}

/** `state` is the derived one: what is stored may be of yesterday. */
export function showInstance(data: EngineData, state: EngineState): ShowDetail {
  const { name, instance_directory } = data.emulator_configuration.runtime;
  return {
    Instance: {
      name,
      engine_type: data.engine_type,
      engine_state: state,
      pid: data.pid,
      emulator_binary: data.emulator_binary,
      instance_directory,
    },
  };
}

export function showRaw(configuration: EmulatorConfiguration): ShowDetail {
  return { Raw: { config: configuration } };
}
