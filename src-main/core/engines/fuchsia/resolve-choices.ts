/** Each `auto` of a Fuchsia Spec and what it comes to on this host, for people to read before they launch. */
import { bytesOf, engineArchitecture } from '../../../../src-shared/model/emulator-configuration.ts';
import type { AccelerationChoice } from '../../../../src-shared/model/engine.ts';
import type { BundleSummary, ResolvedChoice } from '../../../../src-shared/model/fuchsia.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { VirtualDevice } from '../../../../src-shared/model/virtual-device.ts';
import { type BootSources, readBootSources } from '../../guests/fuchsia/boot-sources.ts';
import { inspectFxfs } from '../../guests/fuchsia/fxfs/grow-fxfs.ts';
import { macAddressOf } from '../../guests/fuchsia/mac-address.ts';
import { targetSizeOf } from '../../guests/fuchsia/target-size.ts';
import { explainRead } from '../../kit/regular-file.ts';
import type { HostToolSearch } from '../../process/host-tool.ts';
import { explainWrite, requireRoom } from '../../staging/disk-full.ts';
import { inspectSource } from '../../staging/source.ts';
import { nodeNameOf } from './configuration.ts';
import { decide } from './decide.ts';
import { readFuchsiaHost } from './host.ts';

export type ShownDevice = BundleSummary['devices'][number];

export interface ResolvedFuchsia {
  readonly choices: ResolvedChoice[];
  readonly device: ShownDevice;
}

/** @throws SlipwayError as reading the guest's own descriptions. A disk that cannot be read is a choice that says so. */
export async function resolveFuchsia(
  spec: FuchsiaSpec,
  search: HostToolSearch,
  acceleration: AccelerationChoice | null,
): Promise<ResolvedFuchsia> {
  const sources = await readBootSources(spec);
  const { engine, networking, gpu, ports } = decide(spec, sources, await readFuchsiaHost(search));
  const { device } = sources;
  const choices: ResolvedChoice[] = [
    choice('guest.source.device', 'Virtual device', device.name, sources.deviceReason),
    choice('guest.engine', 'Engine', engine.value, engine.reason, engine.hint),
    ...(acceleration === null
      ? []
      : [
          choice('host.acceleration', 'Acceleration', acceleration.accelerator, acceleration.reason, acceleration.hint),
        ]),
    choice('host.networking', 'Networking', networking.value, networking.reason, networking.hint),
    choice('guest.gpu', 'GPU', gpu.value, gpu.reason, gpu.hint),
  ];
  if (networking.value !== 'none') {
    choices.push(choice('name', 'MAC address', macAddressOf(nodeNameOf(spec)), 'From the name, as ffx makes it.'));
  }
  if (ports.length > 0) {
    const shown = ports.map(({ name, guest, host }) => `${name} ${guest} at ${host ?? 'a free port'}`);
    choices.push(
      choice('host.ports', 'Ports', shown.join(', '), "The device's, and those you named. On loopback only."),
    );
  }
  choices.push(...(await diskChoice(sources)));
  return { choices, device: shownDevice(device) };
}

async function diskChoice({ device, disk }: BootSources): Promise<ResolvedChoice[]> {
  if (disk === null || disk.kind === 'fat' || disk.kind === 'gpt') return [];
  const { field, file, kind } = disk;
  try {
    const storage = bytesOf(device.hardware.storage);
    const bytes =
      kind === 'fxfs'
        ? (await inspectFxfs(file, { host: { requireRoom, explainRead, explainWrite }, field })).imageBytes
        : (await inspectSource(file, { field })).facts.size;
    const target = targetSizeOf(storage, bytes);
    return [choice(field, 'Disk size', `${target.bytes} bytes`, target.reason)];
  } catch (error) {
    return [choice(field, 'Disk size', 'unknown', error instanceof Error ? error.message : String(error))];
  }
}

function choice(
  field: string,
  label: string,
  result: string,
  reason: string,
  hint: string | null = null,
): ResolvedChoice {
  return { field, label, result, reason, hint };
}

function shownDevice({ name, description, hardware, ports }: VirtualDevice): ShownDevice {
  return {
    name,
    description: description ?? '',
    recommended: false,
    architecture: engineArchitecture[hardware.cpu.arch],
    memoryBytes: bytesOf(hardware.memory),
    storageBytes: bytesOf(hardware.storage),
    processors: hardware.cpu.count ?? 4,
    ports: { ...ports },
  };
}
