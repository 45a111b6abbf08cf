/** A Fuchsia guest as label and value: its sources, its engine, and what was asked beyond the defaults. */
import type { FuchsiaGuest } from '../../../src-shared/model/spec.ts';
import { type Fact, machine, words } from './facts.ts';

const files = (rows: readonly (readonly [string, string | null])[]): Fact[] =>
  rows.flatMap(([label, path]) => (path === null ? [] : [machine(label, path)]));

function sourceFacts({ source }: FuchsiaGuest): Fact[] {
  switch (source.from) {
    case 'bundle':
      return [
        machine('Product bundle', source.directory),
        ...(source.system === 'a' ? [] : [words('System', source.system.toUpperCase())]),
        words('Device', source.device ?? 'the recommended one'),
      ];
    case 'files':
      return files([
        ['Kernel', source.kernel],
        ['ZBI', source.zbi],
        [`Disk (${source.disk?.kind ?? ''})`, source.disk?.file ?? null],
      ]);
    case 'template':
      return [machine('Flag template', source.template)];
  }
}

const reuse: Record<FuchsiaGuest['reuse'], string> = {
  check: 'staged images, while their sources are unchanged',
  reuse: 'staged images, unchecked',
  restage: 'nothing: staged anew at each launch',
};

const engines: Record<FuchsiaGuest['engine'], string> = { auto: 'automatic', qemu: 'QEMU', femu: 'FEMU' };

/** Without a device of its own the guest's size is what the form said. */
export const fuchsiaSized = ({ source, virtualDevice }: FuchsiaGuest): boolean =>
  source.from === 'files' && virtualDevice === null;

export function fuchsiaFacts(guest: FuchsiaGuest): Fact[] {
  const options = [
    guest.headless ? 'headless' : 'with a window',
    guest.debugger ? 'waits for a debugger' : '',
    guest.uefi ? 'UEFI' : '',
    guest.serialNumber ? '' : 'no serial number',
    guest.hidpiScaling ? 'HiDPI scaling' : '',
    guest.verbose ? 'verbose' : '',
  ].filter(Boolean);
  const asked = guest.kernelArguments.join(' ');
  return [
    ...sourceFacts(guest),
    ...files([['Virtual device', guest.virtualDevice]]),
    words('Engine', engines[guest.engine]),
    words('GPU', guest.gpu),
    words('Options', options.join(', ')),
    ...(guest.console === 'none'
      ? []
      : [words('Console in front', guest.console === 'monitor' ? 'monitor' : 'serial')]),
    ...(asked === '' ? [] : [machine('Kernel arguments', asked)]),
    ...(guest.smp === null ? [] : [machine('-smp', guest.smp)]),
    ...files([
      ['Dev config', guest.devConfig],
      ['Upscript', guest.upscript],
      ['vbmeta key', guest.vbmetaKey],
      ['vbmeta key metadata', guest.vbmetaKeyMetadata],
    ]),
    words('Reused', reuse[guest.reuse]),
    ...(guest.flags === null ? [] : [words('Flags', 'edited by hand')]),
  ];
}
