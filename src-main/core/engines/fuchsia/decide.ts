/**
 * What each `auto` of a Fuchsia Spec comes to, each with its reason, and the Spec that follows from it. Pure: from the
 * Spec, the guest's own descriptions and the host's facts.
 */

import { limits } from '../../../../src-shared/limits.ts';
import {
  bytesOf,
  type CpuArchitecture,
  engineArchitecture,
  type FfxEngine,
  type GpuMode,
  type NetworkingMode,
} from '../../../../src-shared/model/emulator-configuration.ts';
import type { PortMapping } from '../../../../src-shared/model/ports.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { VirtualDevice } from '../../../../src-shared/model/virtual-device.ts';
import type { BootSources } from '../../guests/fuchsia/boot-sources.ts';
import { resolveEngine, resolveGpu } from '../qemu-based/flag-template/resolve-hardware.ts';
import { type Resolved, resolveNetworking } from '../qemu-based/flag-template/resolve-networking.ts';
import type { FuchsiaHost } from './host.ts';

export interface Decisions {
  readonly engine: Resolved<'qemu' | 'femu'>;
  readonly networking: Resolved<Exclude<NetworkingMode, 'auto'>>;
  readonly gpu: Resolved<Exclude<GpuMode, 'auto'>>;
  readonly ports: readonly PortMapping[];
}

export function decide(spec: FuchsiaSpec, { device, disk, kernel }: BootSources, host: FuchsiaHost): Decisions {
  const { guest } = spec;
  const isUefi = guest.uefi || disk?.kind === 'gpt' || disk?.kind === 'fat' || /\.efi$/i.test(kernel?.file ?? '');
  const engine = decideEngine(guest.engine === 'auto' ? null : guest.engine, device.hardware.cpu.arch, isUefi, host);
  const networking = resolveNetworking(spec.host.networking, host);
  return {
    engine,
    networking,
    gpu: resolveGpu(guest.gpu, engine.value, { ...host, headless: guest.headless }),
    ports: networking.value === 'user' ? mergePorts(device, spec) : [],
  };
}

function decideEngine(
  requested: FfxEngine | null,
  guest: CpuArchitecture,
  uefi: boolean,
  host: FuchsiaHost,
): Decisions['engine'] {
  const { value, reason, hint } = resolveEngine(requested, guest, { hostArchitecture: host.architecture, uefi });
  if (value !== 'femu') return { value: 'qemu', reason, hint };
  if (requested === null && host.femu === null) {
    return { value: 'qemu', reason: 'femu is not installed.', hint: 'It comes with the Fuchsia SDK.' };
  }
  return { value, reason, hint };
}

/** The Spec's mappings first, as they were given; then the device's that it says nothing of, on free host ports. */
function mergePorts({ ports }: VirtualDevice, { host, guest }: FuchsiaSpec): PortMapping[] {
  // A template of the person's own says itself what it forwards.
  const ofDevice = guest.source.from === 'template' ? {} : (ports ?? {});
  const named = new Set(host.ports.map(({ name }) => name));
  const rest = Object.entries(ofDevice).flatMap(([name, port]): PortMapping[] =>
    named.has(name) ? [] : [{ name: mappingName(name), protocol: 'tcp', guest: port, host: null, bind: '127.0.0.1' }],
  );
  return [...host.ports, ...rest].slice(0, limits.portMappings);
}

/** A device may call its ports anything; a mapping is spoken of by a plain word. */
function mappingName(name: string): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_.-]/g, '-').replace(/^[^a-zA-Z0-9]+/, '');
  return plain === '' ? 'port' : plain.slice(0, 31);
}

/** The Spec with every decision in it: what validation, staging and the plan are asked with. */
export function settledSpec(spec: FuchsiaSpec, { device }: BootSources, decisions: Decisions): FuchsiaSpec {
  const { engine, networking, gpu, ports } = decisions;
  const { cpu, memory } = device.hardware;
  const memoryMiB = Math.ceil(bytesOf(memory) / 1024 ** 2);
  const { debug } = spec.runtime;
  // femu waits by itself; QEMU stays at its first instruction with its gdb stub open.
  const isDebugged = spec.guest.debugger && engine.value === 'qemu';
  return {
    ...spec,
    architecture: engineArchitecture[cpu.arch],
    guest: { ...spec.guest, engine: engine.value, gpu: gpu.value },
    device: {
      ...spec.device,
      memoryMiB: Math.min(Math.max(memoryMiB, limits.memoryMiB.min), limits.memoryMiB.max),
      processors: cpu.count ?? spec.device.processors,
    },
    host: { ...spec.host, networking: networking.value, ports: [...ports] },
    runtime: {
      ...spec.runtime,
      debug: isDebugged ? { ...debug, startPaused: true, gdb: debug.gdb ?? { port: null } } : debug,
    },
  };
}
