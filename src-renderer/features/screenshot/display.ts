/** Whether a command line gives the guest a display that a picture can be taken of. */
import type { CommandView } from '../../../src-shared/model/instance.ts';

const displayDevice =
  /^(virtio-gpu|virtio-vga|vhost-user-gpu|vhost-user-vga|VGA|secondary-vga|bochs-display|qxl|ramfb|cirrus-vga|ati-vga|vmware-svga)/;

/** QEMU gives a default display unless it is told not to; the Android emulator draws its own. */
export function hasDisplay({ arguments: planned }: Pick<CommandView, 'arguments'>): boolean {
  const args = planned.flatMap((one) => one.args);
  const given = (option: string): readonly string[] => args.filter((_, index) => args[index - 1] === option);
  if (args.includes('-fuchsia')) return !args.includes('-nographic') && !args.includes('-no-window');
  if (given('-device').some((device) => displayDevice.test(device))) return true;
  const vga = given('-vga').at(-1);
  if (vga !== undefined) return vga !== 'none';
  return !args.includes('-nodefaults');
}
