/**
 * Everything that can be said of a launch before anything is written. Owns which questions are asked and their order:
 * errors first. Reads files and tries ports; must never write, and never start a program.
 */
import { dirname } from 'node:path';
import type { Architecture, FirmwareDescription } from '../../../../src-shared/model/engine.ts';
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { PlainSpec } from '../../../../src-shared/model/spec.ts';
import type { InstancePaths } from '../../home/paths.ts';
import { installLine, missingTool, thisSystem } from '../../process/host-tool.ts';
import type { EngineCapabilities } from '../engine.ts';
import { extraArgumentFindings } from '../qemu-based/extra-arguments.ts';
import { errorFinding } from './findings.ts';
import type { HostFacts } from './host-facts.ts';
import { qemuImgPackages, qemuPrograms } from './packages.ts';
import { deviceFindings } from './validate-devices.ts';
import { fileFindings, spaceFindings } from './validate-files.ts';
import { hostFindings } from './validate-host.ts';
import { busyPortFindings, portFindings } from './validate-ports.ts';

export interface ValidationContext {
  readonly host: HostFacts;
  readonly paths: InstancePaths;
  readonly home: string;
  findFirmware(architecture: Architecture): FirmwareDescription | null;
  readonly hasQemuImg: boolean;
}

export async function validateLaunch(
  spec: PlainSpec,
  capabilities: EngineCapabilities,
  context: ValidationContext,
): Promise<Finding[]> {
  const asked = await Promise.all([
    fileFindings(spec, dirname(context.paths.stagingRecord)),
    spaceFindings(spec, context.home),
    busyPortFindings(spec),
  ]);
  const findings = [
    ...asked.flat(),
    ...guestFindings(spec),
    ...tapFindings(spec),
    ...toolFindings(spec, context),
    ...firmwareFindings(spec, context),
    ...deviceFindings(spec, capabilities),
    ...hostFindings(spec, capabilities, context.host),
    ...portFindings(spec, context.host),
    ...extraArgumentFindings(spec),
  ];
  const order = { error: 0, warning: 1, note: 2 } as const;
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}

function tapFindings({ host }: PlainSpec): Finding[] {
  if (host.networking !== 'tap') return [];
  return [
    errorFinding('invalid_input', 'Tap networking is for Fuchsia guests.', {
      hint: 'Choose user-mode networking, or give QEMU a -netdev of your own as extra arguments.',
      field: 'host.networking',
    }),
  ];
}

/** The guests that come with Slipway are PC programs. */
function guestFindings({ guest, architecture }: PlainSpec): Finding[] {
  if ((guest.kind !== 'demo' && guest.kind !== 'linux') || architecture === 'x86_64') return [];
  const name = guest.kind === 'demo' ? 'The demo guest' : "Slipway's Linux guest";
  return [
    errorFinding('guest_unavailable', `${name} exists for x86_64 only, and this instance is ${architecture}.`, {
      hint: 'Choose x86_64, or launch a kernel or disk of your own.',
      field: 'architecture',
    }),
  ];
}

/** Said before a long staging begins, not at its end. */
function toolFindings(spec: PlainSpec, context: ValidationContext): Finding[] {
  if (context.hasQemuImg || !needsQemuImg(spec)) return [];
  const { failure } = missingTool('tool_missing', 'qemu-img', qemuImgPackages);
  return [{ severity: 'error', failure: { ...failure, cause: 'It makes disk overlays and firmware variables.' } }];
}

function needsQemuImg({ guest }: PlainSpec): boolean {
  if (guest.kind === 'demo') return false;
  if (guest.kind === 'disk' && guest.firmware === 'uefi') return true;
  if (guest.kind === 'firmware' && guest.image.as === 'pflash' && guest.image.variables !== null) return true;
  return guest.disks.some((disk) => disk.access === 'overlay' && disk.media === 'disk');
}

function firmwareFindings(spec: PlainSpec, context: ValidationContext): Finding[] {
  const { guest, architecture } = spec;
  if (guest.kind !== 'disk') return [];
  const field = 'guest.firmware';
  if (guest.firmware === 'bios') {
    // Without a disk of ours the machine starts what the extra arguments give it: a loader device, a flash.
    if (architecture === 'x86_64' || guest.disks.length === 0) return [];
    return [
      errorFinding('invalid_input', `There is no BIOS on ${architecture}.`, {
        cause: 'Disks of this architecture boot by UEFI.',
        hint: 'Choose UEFI.',
        field,
      }),
    ];
  }
  if (context.findFirmware(architecture) !== null) return [];
  return [
    errorFinding('guest_unavailable', `No UEFI firmware for ${architecture} is installed.`, {
      cause: 'A UEFI guest needs a firmware image with an empty variable store, and there is none in the usual places.',
      hint: installLine(qemuPrograms[architecture].firmwarePackages, thisSystem()),
      field,
    }),
  ];
}
