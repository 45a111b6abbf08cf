/**
 * Which field of the form an argument of the command line comes from, and the other way round. Pure. An argument's own
 * field is a path into the Spec, or for Fuchsia guests into what ffx keeps of an emulator.
 */
import { overlaps } from '../field-path.ts';

/** What ffx calls a thing, and where the form has it. */
const aliases: Readonly<Record<string, string>> = {
  'device.memory': 'device.memoryMiB',
  'device.cpu.count': 'device.processors',
  'device.cpu.architecture': 'architecture',
  'device.audio.model': 'guest.source.device',
  'device.pointing_device': 'guest.source.device',
  'device.screen': 'guest.source.device',
  'device.vsock': 'guest.source.device',
  'guest.kernel_image': 'guest.source.kernel',
  'guest.ramdisk': 'guest.source.zbi',
  'guest.disk_image': 'guest.source.disk',
  'guest.ovmf_code': 'guest.uefi',
  'guest.secure_bootloader_arm64': 'guest.uefi',
  'flags.kernel_args': 'guest.kernelArguments',
  'flags.args': 'guest.flags',
  'flags.features': 'guest.flags',
  'host.gpu': 'guest.gpu',
  'host.port_map': 'host.ports',
  'runtime.headless': 'guest.headless',
  'runtime.console': 'guest.console',
  'runtime.hidpi_scaling': 'guest.hidpiScaling',
  'runtime.log_level': 'guest.verbose',
  'runtime.debugger': 'guest.debugger',
  'runtime.engine_type': 'guest.engine',
  'runtime.addl_emu_args': 'runtime.extraArguments',
};

/** Arguments that several fields have a say in. */
const also: Readonly<Record<string, readonly string[]>> = {
  'device.machine': ['architecture'],
  'device.cpu': ['architecture', 'host.acceleration'],
};

export const binaryField = 'runtime.binary';

export type ArgumentOrigin = 'field' | 'slipway' | 'own';

export function originOf(argumentField: string): ArgumentOrigin {
  if (argumentField === 'slipway' || argumentField === 'runtime.instance_directory') return 'slipway';
  return argumentField === 'runtime.extraArguments' || argumentField === 'runtime.addl_emu_args' ? 'own' : 'field';
}

/** The path in the form's own words. */
export function formFieldOf(argumentField: string): string {
  const direct = aliases[argumentField];
  if (direct !== undefined) return direct;
  const above = Object.keys(aliases).find((alias) => argumentField.startsWith(`${alias}.`));
  return above === undefined ? argumentField : (aliases[above] ?? argumentField);
}

/** Whether a change of this field could change this argument. */
export function isMadeBy(argumentField: string, field: string): boolean {
  if (originOf(argumentField) === 'slipway') return false;
  const own = formFieldOf(argumentField);
  if (overlaps(own, field)) return true;
  return (
    (also[argumentField] ?? []).includes(field) ||
    (own.startsWith('guest.source') && field === 'guest.source.directory')
  );
}

/**
 * Of the fields that are on screen, the one an argument leads to: itself, what lies in it, or the nearest above it.
 * null: nothing of the form makes it.
 */
export function fieldOnScreen(argumentField: string, onScreen: readonly string[]): string | null {
  if (originOf(argumentField) === 'slipway') return null;
  let wanted = formFieldOf(argumentField);
  for (;;) {
    const exact =
      onScreen.find((field) => field === wanted) ?? onScreen.find((field) => field.startsWith(`${wanted}.`));
    if (exact !== undefined) return exact;
    const cut = wanted.lastIndexOf('.');
    // Not all the way up: any field of the guest would be as wrong as another.
    if (cut < 0 || !wanted.slice(0, cut).includes('.')) return null;
    wanted = wanted.slice(0, cut);
  }
}
