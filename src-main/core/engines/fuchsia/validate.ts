/**
 * What can be said of a Fuchsia launch before anything is written: ffx's checks in ffx's words, and those it lacks.
 * Reads files and tries ports; must never write, and never start a program.
 */
import { access, constants } from 'node:fs/promises';
import { type FailureDetails, SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { FirmwareDescription } from '../../../../src-shared/model/engine.ts';
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { BootFile, BootSources } from '../../guests/fuchsia/boot-sources.ts';
import { listZbi } from '../../guests/fuchsia/zbi/zbi.ts';
import { installLine, thisSystem } from '../../process/host-tool.ts';
import { inspectSource } from '../../staging/source.ts';
import type { EngineCapabilities } from '../engine.ts';
import { errorFinding, findingFrom, noteFinding, warningFinding } from '../qemu/findings.ts';
import type { HostFacts } from '../qemu/host-facts.ts';
import { qemuPrograms } from '../qemu/packages.ts';
import { hostFindings } from '../qemu/validate-host.ts';
import { busyPortFindings, portFindings } from '../qemu/validate-ports.ts';
import { extraArgumentFindings } from '../qemu-based/extra-arguments.ts';
import { readDevConfig } from '../qemu-based/flag-template/dev-config.ts';
import { readFlagTemplate } from '../qemu-based/flag-template/flag-template.ts';
import { networkingFindings } from '../qemu-based/flag-template/resolve-networking.ts';
import type { FuchsiaHost } from './host.ts';

export interface FuchsiaValidation {
  readonly sources: BootSources;
  readonly host: FuchsiaHost;
  readonly hostFacts: HostFacts;
  /** null: none installed, or not needed. */
  readonly firmware: FirmwareDescription | null;
  readonly needsFirmware: boolean;
}

export async function validateFuchsia(
  spec: FuchsiaSpec,
  capabilities: EngineCapabilities,
  context: FuchsiaValidation,
): Promise<Finding[]> {
  const { sources, host, hostFacts } = context;
  const asked = await Promise.all([
    fileFindings(spec, sources),
    ownFileFindings(spec),
    busyPortFindings(spec),
    zbiFindings(spec, sources),
  ]);
  const findings = [
    ...uefiFindings(spec, context),
    ...asked.flat(),
    ...networkingFindings(spec.host.networking, spec.guest.console, host),
    ...displayFindings(spec, sources, host),
    ...deviceFindings(sources, host),
    ...hostFindings(spec, capabilities, hostFacts),
    ...portFindings(spec, hostFacts),
    ...extraArgumentFindings(spec),
    ...sources.notes.map(({ path, text }) => noteFinding('invalid_input', `${path}: ${text}`)),
  ];
  const order = { error: 0, warning: 1, note: 2 } as const;
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}

async function fileFindings({ guest }: FuchsiaSpec, { kernel, zbi, disk }: BootSources): Promise<Finding[]> {
  if (guest.source.from === 'template') return [];
  const bootsAlone = disk !== null && (disk.kind === 'fat' || disk.kind === 'gpt');
  if (kernel === null && !bootsAlone) {
    return [
      errorFinding('invalid_input', 'No kernel file or bootloader file configured.', { field: 'guest.source.kernel' }),
    ];
  }
  const checks = [existing('kernel file', kernel), existing('zbi file', zbi), existing('disk image file', disk)];
  return (await Promise.all(checks)).flat();
}

async function existing(what: string, file: BootFile | null): Promise<Finding[]> {
  if (file === null) return [];
  try {
    await inspectSource(file.file, { field: file.field });
    return [];
  } catch (error) {
    const found = findingFrom(error);
    if (found.failure.code !== 'file_missing') return [found];
    return [{ ...found, failure: { ...found.failure, message: `${what} ${file.file} does not exist.` } }];
  }
}

/** A boot image for other hardware, or none at all, is told now and not by a guest that stays silent. */
async function zbiFindings({ architecture }: FuchsiaSpec, { zbi }: BootSources): Promise<Finding[]> {
  if (zbi === null) return [];
  try {
    const { bootable } = await listZbi(zbi.file, { architecture, field: zbi.field });
    if (bootable.isBootable) return [];
    return [
      warningFinding('invalid_input', `${zbi.file} is not bootable: ${bootable.reason}.`, {
        hint: 'Only a boot shim that brings its own kernel can start it.',
        field: zbi.field,
      }),
    ];
  } catch (error) {
    // Its absence is told by the check of the files.
    if (error instanceof SlipwayError && error.code.startsWith('file_')) return [];
    return [findingFrom(error)];
  }
}

async function ownFileFindings({ guest }: FuchsiaSpec): Promise<Finding[]> {
  const checks: [string, Promise<unknown>][] = [];
  if (guest.devConfig !== null) checks.push(['guest.devConfig', readDevConfig(guest.devConfig)]);
  if (guest.source.from === 'template') checks.push(['guest.source.template', readFlagTemplate(guest.source.template)]);
  if (guest.upscript !== null) checks.push(['guest.upscript', requireProgram(guest.upscript)]);
  const results = await Promise.allSettled(checks.map(([, check]) => check));
  return results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return [];
    const found = findingFrom(result.reason);
    return [{ ...found, failure: { ...found.failure, field: checks[index]?.[0] } }];
  });
}

async function requireProgram(path: string): Promise<void> {
  await inspectSource(path, { field: 'guest.upscript' });
  await access(path, constants.X_OK).catch((error: unknown) => {
    throw new SlipwayError('file_unreadable', `The upscript ${path} may not be executed.`, {
      hint: `Make it executable: chmod +x ${path}`,
      raw: String(error),
    });
  });
}

/** A GPT disk is booted; making one of a bundle is what `make-fuchsia-vol` and signing keys are for. */
function uefiFindings(spec: FuchsiaSpec, { sources, firmware, needsFirmware }: FuchsiaValidation): Finding[] {
  const { guest, architecture } = spec;
  const findings: Finding[] = [];
  const problem = (message: string, details: FailureDetails) =>
    findings.push(errorFinding('guest_unavailable', message, { field: 'guest.uefi', ...details }));
  if (guest.uefi && architecture === 'riscv64') {
    problem('UEFI boots x64 and arm64 guests only.', { hint: 'Leave UEFI out, or choose another device.' });
  }
  if (guest.uefi && guest.engine === 'femu') {
    problem('UEFI needs the qemu engine.', { hint: 'Choose the engine "auto" or "qemu".' });
  }
  const { disk } = sources;
  if (guest.uefi && disk?.kind !== 'gpt' && disk?.kind !== 'fat') {
    const missing = [
      'a GPT disk (Slipway does not assemble one)',
      ...(guest.vbmetaKey === null ? ['the vbmeta key (PEM)'] : []),
      ...(guest.vbmetaKeyMetadata === null ? ['the vbmeta key metadata'] : []),
    ];
    problem('There is no full UEFI disk to boot.', {
      cause: `What is missing: ${missing.join(', ')}.`,
      hint: 'Make the disk with make-fuchsia-vol from the Fuchsia SDK, signing the ZBI with both vbmeta files, then choose it as a loose file of the kind gpt. Or leave UEFI out.',
    });
  }
  if ((guest.vbmetaKey === null) !== (guest.vbmetaKeyMetadata === null)) {
    const field = guest.vbmetaKey === null ? 'guest.vbmetaKey' : 'guest.vbmetaKeyMetadata';
    problem('A vbmeta key and its metadata belong together.', { hint: 'Give both, or neither.', field });
  }
  if (needsFirmware && firmware === null) {
    problem(`No UEFI firmware for ${architecture} is installed.`, {
      hint: installLine(qemuPrograms[architecture].firmwarePackages, thisSystem()),
    });
  }
  return findings;
}

function displayFindings({ guest }: FuchsiaSpec, { device }: BootSources, { hasDisplay }: FuchsiaHost): Finding[] {
  if (guest.headless) return [];
  const findings: Finding[] = [];
  if (!hasDisplay) {
    findings.push(
      warningFinding('invalid_input', 'There is no display for the window of the emulator (DISPLAY is not set).', {
        hint: 'Run it headless: pictures of its screen can be taken all the same.',
        field: 'guest.headless',
      }),
    );
  }
  if (guest.engine === 'qemu' && device.hardware.inputs.pointing_device === 'touch') {
    findings.push(
      warningFinding('invalid_input', 'Touchscreen as a pointing device is not available on Qemu.', {
        hint: 'Choose the engine femu, or a device with a mouse.',
        field: 'guest.engine',
      }),
    );
  }
  return findings;
}

function deviceFindings({ device, disk }: BootSources, { hasVsock }: FuchsiaHost): Finding[] {
  const findings: Finding[] = [];
  if (device.hardware.vsock?.enabled === true && !hasVsock) {
    findings.push(
      warningFinding('invalid_input', 'The device has a vsock, and this host has none for it; it is left out.', {
        cause: '/dev/vhost-vsock cannot be opened for reading and writing.',
        hint: 'sudo modprobe vhost_vsock, and give yourself access to the device.',
      }),
    );
  }
  if (device.start_up_args_template !== null) {
    findings.push(
      noteFinding('invalid_input', 'The device names a flag template of its own; the built-in one is used.'),
    );
  }
  if (disk?.kind === 'fat') {
    findings.push(
      noteFinding('invalid_input', `${disk.file} is used in place: what the guest writes to it stays.`, {
        field: disk.field,
      }),
    );
  }
  return findings;
}
