/**
 * host-report/ looks at everything on this host that a guest depends on and says of each thing, in a sentence, whether
 * it is fine and what to type if not. It must never repair anything, and nothing it finds may keep it from finishing.
 */
import { type Architecture, architectures } from '../../../../src-shared/model/engine.ts';
import type { HostCheck, HostReport } from '../../../../src-shared/model/host-report.ts';
import { specSchema } from '../../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../../engines/engine.ts';
import { findFirmware } from '../../engines/qemu/firmware.ts';
import { thisHost } from '../../engines/qemu/host-facts.ts';
import { linuxGuestAvailability } from '../../guests/linux/recipe.ts';
import type { Paths } from '../../home/paths.ts';
import { type HostToolSearch, systemSearch, thisSystem } from '../../process/host-tool.ts';
import type { AccelerationDoctor } from '../acceleration.ts';
import { gravest } from './check.ts';
import { accelerationChecks, engineChecks, firmwareChecks } from './engine-checks.ts';
import { networkChecks, readNetworkFacts } from './network-checks.ts';
import { placeChecks, readPlaceFacts, resourceChecks } from './place-checks.ts';
import { linuxGuestCheck, toolChecks } from './tool-checks.ts';

export interface ExamineOptions {
  readonly paths: Pick<Paths, 'home' | 'linuxGuest'>;
  readonly engine: Pick<EmulatorEngine, 'describe' | 'detect'>;
  readonly doctor: AccelerationDoctor;
  readonly toolSearch?: HostToolSearch;
  /** Try accelerators anew that failed a moment ago. */
  readonly again: boolean;
  readonly now: Date;
}

/** Takes a second or two where an accelerator is tried; some hundred milliseconds otherwise. Never throws. */
export async function examineHost(options: ExamineOptions): Promise<HostReport> {
  const { paths, engine, now, toolSearch = systemSearch } = options;
  const system = thisSystem();
  const [engines, host] = await Promise.all([engine.describe(), thisHost()]);
  const emulators = engines.flatMap(({ kind, architecture, binary, version }) =>
    kind === 'qemu' && binary !== null && version !== null ? [{ architecture, binary }] : [],
  );
  const [choices, network, place, linuxGuest] = await Promise.all([
    Promise.all(
      emulators.map(async ({ architecture }) => ({ architecture, choice: await chosen(options, architecture) })),
    ),
    readNetworkFacts(emulators),
    readPlaceFacts(paths.home, host, toolSearch.environment),
    linuxGuestAvailability({ cacheDirectory: paths.linuxGuest }),
  ]);
  const firmware = architectures.map((architecture) => ({ architecture, firmware: findFirmware(architecture) }));
  const sections = [
    { id: 'acceleration', title: 'Acceleration', checks: accelerationChecks(choices) },
    { id: 'engines', title: 'Emulators', checks: engineChecks(engines, host.architecture, system) },
    { id: 'firmware', title: 'Firmware', checks: firmwareChecks(firmware, system) },
    {
      id: 'tools',
      title: 'Tools and guests',
      checks: [...toolChecks(toolSearch, system), linuxGuestCheck(linuxGuest)],
    },
    { id: 'network', title: 'Network', checks: networkChecks(network) },
    { id: 'places', title: 'Disk and directories', checks: placeChecks(place) },
    { id: 'resources', title: 'Memory and limits', checks: resourceChecks(place) },
  ];
  return { examinedAt: now.toISOString(), verdict: verdictOf(sections.flatMap(({ checks }) => checks)), sections };
}

async function chosen({ engine, doctor, again }: ExamineOptions, architecture: Architecture) {
  const spec = specSchema.parse({
    version: 1,
    id: 'plain',
    createdAt: new Date(0).toISOString(),
    name: 'plain',
    architecture,
    guest: { kind: 'demo' },
  });
  try {
    return await doctor.resolve('auto', architecture, await engine.detect(spec), { again });
  } catch {
    return null;
  }
}

/** Pure. */
export function verdictOf(checks: readonly HostCheck[]): HostReport['verdict'] {
  const state = gravest(checks);
  const count = checks.filter((one) => one.state === state).length;
  switch (state) {
    case 'problem':
      return {
        state,
        text: count === 1 ? 'One thing keeps guests from running.' : `${count} things keep guests from running.`,
      };
    case 'warning':
      return {
        state,
        text:
          count === 1
            ? 'Guests run here. One thing could be better.'
            : `Guests run here. ${count} things could be better.`,
      };
    case 'note':
    case 'ok':
      return { state: 'ok', text: 'Guests run here, and nothing is in their way.' };
  }
}
