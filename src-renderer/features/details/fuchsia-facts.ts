/** A Fuchsia guest as label and value: its sources, its engine, and what was asked beyond the defaults. */
import type { FuchsiaGuest } from '../../../src-shared/model/spec.ts';
import { factStrings as strings } from '../../strings/facts.ts';
import { type Fact, machine, words } from './facts.ts';

const files = (rows: readonly (readonly [string, string | null])[]): Fact[] =>
  rows.flatMap(([label, path]) => (path === null ? [] : [machine(label, path)]));

function sourceFacts({ source }: FuchsiaGuest): Fact[] {
  switch (source.from) {
    case 'bundle':
      return [
        machine(strings.productBundle, source.directory),
        ...(source.system === 'a' ? [] : [words(strings.system, source.system.toUpperCase())]),
        words(strings.device, source.device ?? strings.recommended),
      ];
    case 'files':
      return files([
        [strings.kernel, source.kernel],
        [strings.zbi, source.zbi],
        [strings.diskOf(source.disk?.kind ?? ''), source.disk?.file ?? null],
      ]);
    case 'template':
      return [machine(strings.flagTemplate, source.template)];
  }
}

/** Without a device of its own the guest's size is what the form said. */
export const fuchsiaSized = ({ source, virtualDevice }: FuchsiaGuest): boolean =>
  source.from === 'files' && virtualDevice === null;

export function fuchsiaFacts(guest: FuchsiaGuest): Fact[] {
  const options = [
    guest.headless ? strings.headless : strings.withWindow,
    guest.debugger ? strings.waitsForDebugger : '',
    guest.uefi ? strings.uefi : '',
    guest.serialNumber ? '' : strings.noSerialNumber,
    guest.hidpiScaling ? strings.hidpi : '',
    guest.verbose ? strings.verbose : '',
  ].filter(Boolean);
  const asked = guest.kernelArguments.join(' ');
  return [
    ...sourceFacts(guest),
    ...files([[strings.virtualDevice, guest.virtualDevice]]),
    words(strings.engine, strings.engines[guest.engine]),
    words(strings.gpu, guest.gpu),
    words(strings.options, options.join(', ')),
    ...(guest.console === 'none'
      ? []
      : [words(strings.consoleInFront, guest.console === 'monitor' ? strings.monitor : strings.serial)]),
    ...(asked === '' ? [] : [machine(strings.kernelArguments, asked)]),
    ...(guest.smp === null ? [] : [machine('-smp', guest.smp)]),
    ...files([
      [strings.devConfig, guest.devConfig],
      [strings.upscript, guest.upscript],
      [strings.vbmetaKey, guest.vbmetaKey],
      [strings.vbmetaKeyMetadata, guest.vbmetaKeyMetadata],
    ]),
    words(strings.reused, strings.reuse[guest.reuse]),
    ...(guest.flags === null ? [] : [words(strings.flags, strings.editedByHand)]),
  ];
}
