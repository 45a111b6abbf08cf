/**
 * The command line of an engine from what a flag template gave. Pure.
 *
 * femu: `[-feature F,…] <options> -fuchsia <args> [-append "…"]`; qemu: `<args> [-append "…"]`.
 */
import type { EmulatorConfiguration, FlagData } from '../../../../../src-shared/model/emulator-configuration.ts';
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import { fieldOf } from './argument-fields.ts';
import { groupOptions, optionOf } from './option-groups.ts';

/** @param flags those of the configuration, or adapted ones. Fields are dotted paths into the configuration. */
export function composeArguments({ guest, runtime }: EmulatorConfiguration, flags: FlagData): PlannedArgument[] {
  const own = runtime.template === null ? null : 'runtime.template';
  const rowsOf = (words: readonly string[]) => groupOptions(words).map((group) => row(group, own));
  const args = argumentRows(flags.args, runtime.addl_emu_args, own);
  const rows =
    runtime.engine_type === 'femu'
      ? [
          ...(flags.features.length === 0 ? [] : [row(['-feature', flags.features.join(',')], null)]),
          ...rowsOf(flags.options),
          row(['-fuchsia'], null),
          ...args,
        ]
      : args;
  // Without a kernel QEMU refuses -append; with a template of the person's own only they know what is booted.
  const hasKernel = guest.kernel_image !== null || runtime.config_override;
  if (!hasKernel || flags.kernel_args.length === 0) return rows;
  return [...rows, row(['-append', flags.kernel_args.join(' ')], null)];
}

/** Variables for the emulator. One that is set already stays as it is: that is how a person overrides a template. */
export function composeEnvironment(
  { envs }: FlagData,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(envs).filter(([name]) => environment[name] === undefined));
}

/** The template puts a person's additions last; there they are recognised, also after the rest was adapted. */
function argumentRows(args: readonly string[], added: readonly string[], own: string | null): PlannedArgument[] {
  const start = args.length - added.length;
  const endsWithAdded = added.length > 0 && added.every((word, index) => args[start + index] === word);
  const template = endsWithAdded ? args.slice(0, start) : args;
  return [
    ...groupOptions(template).map((group) => row(group, own)),
    ...(endsWithAdded ? groupOptions(added) : []).map((args) => ({
      args: [...args],
      field: 'runtime.addl_emu_args',
      why: 'Your own, from the dev-config.',
    })),
  ];
}

function row(group: readonly string[], own: string | null): PlannedArgument {
  const { field, why } = fieldOf(optionOf(group), group[1] ?? '');
  return { args: [...group], field: own ?? field, why: own === null ? why : 'From your flag template.' };
}
