/**
 * Finds installed UEFI firmware: a pair of flash images, code and an empty variable store. Reads only.
 *
 * Distributions describe theirs in JSON files, one per firmware, to be taken in the order of their names: QEMU's
 * `docs/interop/firmware.json`. Where there are none, or none fits, the usual places are tried.
 */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { Architecture, FirmwareDescription } from '../../../../src-shared/model/engine.ts';
import { readRegularTextSync } from '../../kit/regular-file.ts';

/** In the order of the specification, with Homebrew's share at the end; a file masks one of the same name further on. */
const descriptorDirectories = [
  '/etc/qemu/firmware',
  '/usr/local/share/qemu/firmware',
  '/usr/share/qemu/firmware',
  '/opt/homebrew/share/qemu/firmware',
];

const flashFile = z.object({ filename: z.string(), format: z.string() });
const descriptorSchema = z.object({
  description: z.string(),
  'interface-types': z.array(z.string()),
  mapping: z.object({ device: z.literal('flash'), executable: flashFile, 'nvram-template': flashFile }),
  targets: z.array(z.object({ architecture: z.string(), machines: z.array(z.string()) })),
  features: z.array(z.string()),
});

/**
 * Needs more than a plain machine: System Management Mode, keys that refuse an unsigned boot loader, or a confidential
 * guest. `amd-sev` alone is only an ability.
 */
const unwanted = new Set(['requires-smm', 'enrolled-keys', 'secure-boot']);

const knownPairs: Readonly<Record<Architecture, readonly (readonly [code: string, variables: string])[]>> = {
  x86_64: [
    ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
    ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
    ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
    ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
    ['/usr/share/edk2-ovmf/x64/OVMF_CODE.fd', '/usr/share/edk2-ovmf/x64/OVMF_VARS.fd'],
    ['/usr/share/qemu/ovmf-x86_64-4m-code.bin', '/usr/share/qemu/ovmf-x86_64-4m-vars.bin'],
    ['/usr/share/qemu/edk2-x86_64-code.fd', '/usr/share/qemu/edk2-i386-vars.fd'],
    ['/usr/local/share/qemu/edk2-x86_64-code.fd', '/usr/local/share/qemu/edk2-i386-vars.fd'],
    ['/opt/homebrew/share/qemu/edk2-x86_64-code.fd', '/opt/homebrew/share/qemu/edk2-i386-vars.fd'],
  ],
  aarch64: [
    ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
    ['/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw', '/usr/share/edk2/aarch64/vars-template-pflash.raw'],
    ['/usr/share/edk2/aarch64/QEMU_CODE.fd', '/usr/share/edk2/aarch64/QEMU_VARS.fd'],
    ['/usr/share/qemu/aavmf-aarch64-code.bin', '/usr/share/qemu/aavmf-aarch64-vars.bin'],
    ['/usr/share/qemu/edk2-aarch64-code.fd', '/usr/share/qemu/edk2-arm-vars.fd'],
    ['/usr/local/share/qemu/edk2-aarch64-code.fd', '/usr/local/share/qemu/edk2-arm-vars.fd'],
    ['/opt/homebrew/share/qemu/edk2-aarch64-code.fd', '/opt/homebrew/share/qemu/edk2-arm-vars.fd'],
  ],
  riscv64: [
    ['/usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd', '/usr/share/qemu-efi-riscv64/RISCV_VIRT_VARS.fd'],
    ['/usr/share/edk2/riscv/RISCV_VIRT_CODE.fd', '/usr/share/edk2/riscv/RISCV_VIRT_VARS.fd'],
    ['/usr/share/qemu/edk2-riscv-code.fd', '/usr/share/qemu/edk2-riscv-vars.fd'],
    ['/opt/homebrew/share/qemu/edk2-riscv-code.fd', '/opt/homebrew/share/qemu/edk2-riscv-vars.fd'],
  ],
};

export interface FirmwarePlaces {
  readonly descriptorDirectories: readonly string[];
  readonly knownPairs: typeof knownPairs;
}

/** The firmware a UEFI guest of this architecture starts with, or null. Synchronous: previews do not wait. */
export function findFirmware(
  architecture: Architecture,
  places: FirmwarePlaces = { descriptorDirectories, knownPairs },
): FirmwareDescription | null {
  for (const file of descriptorFiles(places.descriptorDirectories)) {
    const firmware = parseDescriptor(readText(file) ?? '', architecture);
    if (firmware !== null && isFile(firmware.code) && isFile(firmware.variables)) return firmware;
  }
  for (const [code, variables] of places.knownPairs[architecture]) {
    if (isFile(code) && isFile(variables)) return { architecture, name: basename(code), code, variables };
  }
  return null;
}

/** Pure. Null when the text is no descriptor, or describes what a plain guest of the architecture cannot use. */
export function parseDescriptor(text: string, architecture: Architecture): FirmwareDescription | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = descriptorSchema.safeParse(json);
  if (!parsed.success) return null;
  const { description, mapping, targets, features } = parsed.data;
  const fits =
    parsed.data['interface-types'].includes('uefi') &&
    targets.some((target) => target.architecture === architecture && !target.machines.every(isMicrovm)) &&
    // Raw or qcow2: staging makes of both what the plan needs.
    !features.some((feature) => unwanted.has(feature));
  return fits
    ? {
        architecture,
        name: description,
        code: mapping.executable.filename,
        variables: mapping['nvram-template'].filename,
      }
    : null;
}

function isMicrovm(machine: string): boolean {
  return machine.startsWith('microvm');
}

function descriptorFiles(directories: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const directory of directories) {
    for (const name of listNames(directory)) {
      if (name.endsWith('.json') && !byName.has(name)) byName.set(name, join(directory, name));
    }
  }
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** A firmware descriptor has a few KiB. */
const largestDescriptorBytes = 256 * 1024;

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readText(path: string): string | null {
  try {
    return readRegularTextSync(path, largestDescriptorBytes);
  } catch {
    return null;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
