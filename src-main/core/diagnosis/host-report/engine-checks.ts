/** Emulators, what they run on, and their firmware. */
import type {
  AccelerationChoice,
  Architecture,
  EngineDescription,
  FirmwareDescription,
} from '../../../../src-shared/model/engine.ts';
import type { HostCheck } from '../../../../src-shared/model/host-report.ts';
import { qemuPrograms } from '../../engines/qemu/packages.ts';
import { type HostSystem, installCommand } from '../../process/host-tool.ts';
import { check } from './check.ts';

/** What a sentence about a missing engine depends on: one missing of three is a note, all of them a problem. */
export function engineChecks(
  engines: readonly EngineDescription[],
  hostArchitecture: Architecture | null,
  system: HostSystem,
): HostCheck[] {
  const none = engines.every(({ binary, kind }) => kind !== 'qemu' || binary === null);
  return engines.map((engine) => {
    const { kind, architecture, binary, version, note } = engine;
    const id = `engine.${kind}.${architecture}`;
    const name = kind === 'femu' ? 'The Fuchsia emulator (femu)' : `QEMU for ${architecture}`;
    const detail = binary === null ? null : `${binary} · ${note}`;
    if (binary === null) {
      const missing =
        kind === 'femu' ? 'note' : none ? 'problem' : architecture === hostArchitecture ? 'warning' : 'note';
      return check(missing, id, `${name} is not installed.`, {
        hint: kind === 'femu' ? note : null,
        command: kind === 'femu' ? null : installCommand(qemuPrograms[architecture].packages, system),
      });
    }
    if (version === null && kind === 'qemu')
      return check('warning', id, `${name} does not say which version it is.`, { detail, hint: note });
    return check('ok', id, version === null ? `${name} is installed.` : `${name}: version ${version}.`, { detail });
  });
}

export function accelerationChecks(
  choices: readonly { readonly architecture: Architecture; readonly choice: AccelerationChoice | null }[],
): HostCheck[] {
  return choices.map(({ architecture, choice }) => {
    const id = `acceleration.${architecture}`;
    if (choice === null) return check('note', id, `Guests for ${architecture}: not examined.`);
    const { accelerator, reason, hint, command = null } = choice;
    const text = `Guests for ${architecture}: ${accelerator === 'tcg' ? 'emulated' : `accelerated by ${accelerator.toUpperCase()}`}.`;
    const state = accelerator !== 'tcg' ? 'ok' : choice.case === 'foreign-guest' ? 'note' : 'warning';
    return check(state, id, text, { detail: reason, hint, command });
  });
}

export function firmwareChecks(
  found: readonly { readonly architecture: Architecture; readonly firmware: FirmwareDescription | null }[],
  system: HostSystem,
): HostCheck[] {
  return found.map(({ architecture, firmware }) => {
    const id = `firmware.${architecture}`;
    if (firmware !== null)
      return check('ok', id, `UEFI for ${architecture}: ${firmware.name}.`, { detail: firmware.code });
    return check('note', id, `UEFI for ${architecture} is not installed.`, {
      hint: 'Only guests that start by UEFI need it.',
      command: installCommand(qemuPrograms[architecture].firmwarePackages, system),
    });
  });
}
