/**
 * The command line of a Fuchsia guest: what ffx's flag template says, adapted to the binary that is there, with Slipway's
 * own consoles, control connections and port mappings in place of ffx's. Pure. Must never change what a person wrote
 * (own template, edited flags) but for what would take the process out of Slipway's hands.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { EmulatorConfiguration, FlagData } from '../../../../src-shared/model/emulator-configuration.ts';
import type { PlannedArgument } from '../../../../src-shared/model/instance.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { PreparedFuchsia } from '../../guests/fuchsia/prepared-guest.ts';
import type { LaunchPlan, PlanInput } from '../engine.ts';
import { extraArgumentRows, takesControl, wordsOfExtraArguments } from '../qemu-based/extra-arguments.ts';
import { type Adaptation, adaptArguments } from '../qemu-based/flag-template/adapt-arguments.ts';
import { composeArguments, composeEnvironment } from '../qemu-based/flag-template/compose-arguments.ts';
import { renderFlags } from '../qemu-based/flag-template/flag-template.ts';
import { groupOptions, optionOf } from '../qemu-based/flag-template/option-groups.ts';
import { tapInterface } from '../qemu-based/flag-template/resolve-networking.ts';
import {
  bindDebuggerToLoopback,
  bindForwardsToLoopback,
  takeOverConsoles,
  takeOverForwards,
} from '../qemu-based/flag-template/take-over.ts';
import { consoleArguments } from '../qemu-based/sections/consoles.ts';
import { debugArguments } from '../qemu-based/sections/debug.ts';
import { processArguments } from '../qemu-based/sections/identity.ts';
import { row, slipwayField } from '../qemu-based/sections/row.ts';
import { sandboxArguments } from '../qemu-based/sections/sandbox.ts';

/** @throws SlipwayError `invalid_input` for a template that cannot be rendered. */
export function planFuchsia(input: PlanInput<FuchsiaSpec>): LaunchPlan {
  const { spec, capabilities, acceleration } = input;
  const prepared = input.staged.fuchsia;
  if (prepared === undefined) throw new SlipwayError('internal', 'A Fuchsia guest was planned before it was staged.');
  const hyper = acceleration.accelerator === 'tcg' ? 'none' : 'hyper';
  const asked = { ...prepared.configuration, host: { ...prepared.configuration.host, acceleration: hyper } } as const;
  const { configuration, flags, own } = flagsOf(spec, prepared, asked);
  const changed = changeFlags(flags, configuration, input, own);
  const isFemu = configuration.runtime.engine_type === 'femu';
  const { debugger: isDebugged, upscript } = spec.guest;
  return {
    binary: capabilities.binary,
    arguments: [
      ...composeArguments(configuration, changed.flags).map((argument) => explained(argument, own)),
      ...changed.adaptations.map(adaptationRow),
      ...processArguments(input),
      row(slipwayField, 'No configuration file on this host changes the machine.', '-no-user-config'),
      ...consoleArguments(input),
      ...debugArguments(input),
      ...sandboxRows(input, changed.flags, own),
      // Last, so that where QEMU takes the last of two values it is the one a person typed.
      ...extraArgumentRows(spec),
    ],
    environment: composeEnvironment(changed.flags, prepared.environment),
    preparations:
      upscript === null || spec.host.networking !== 'tap'
        ? []
        : [{ step: 'run the upscript', program: upscript, args: [tapInterface] }],
    awaitsDebugger: isFemu && isDebugged,
    configuration: { ...configuration, flags: changed.flags },
  };
}

/** Where the flags come from: the built-in templates are adapted, what a person wrote is not. */
type Own = null | 'guest.flags' | 'guest.source.template';

function flagsOf(
  { guest }: FuchsiaSpec,
  { template, devConfig, environment }: PreparedFuchsia,
  configuration: EmulatorConfiguration,
): { configuration: EmulatorConfiguration; flags: FlagData; own: Own } {
  if (guest.flags !== null) {
    const flags: FlagData = guest.flags;
    return { configuration: { ...configuration, flags }, flags, own: 'guest.flags' };
  }
  const result = renderFlags({ configuration, template, environment, devConfig });
  if (!result.ok) throw SlipwayError.from({ ...result.failure, field: 'guest.source.template' });
  const { rendered } = result;
  return { ...rendered, own: guest.source.from === 'template' ? 'guest.source.template' : null };
}

function changeFlags(
  flags: FlagData,
  { runtime }: EmulatorConfiguration,
  { capabilities }: PlanInput<FuchsiaSpec>,
  own: Own,
): { flags: FlagData; adaptations: readonly Adaptation[] } {
  const isKnown = own === null && runtime.engine_type === 'qemu';
  const steps = [
    (now: FlagData) =>
      isKnown ? adaptArguments(now, capabilities, runtime.addl_emu_args.length) : { flags: now, adaptations: [] },
    takeOverConsoles,
    // The forwards of a person's own template have no names here, so they stay where they are.
    own === 'guest.source.template' ? bindForwardsToLoopback : takeOverForwards,
    bindDebuggerToLoopback,
    takeOverControl,
  ];
  const adaptations: Adaptation[] = [];
  let now = flags;
  for (const step of steps) {
    const changed = step(now);
    now = changed.flags;
    adaptations.push(...changed.adaptations);
  }
  return { flags: now, adaptations };
}

/** `-S`, `-pidfile` and the like: Slipway's own follow, and QEMU would take the wrong one of two. */
function takeOverControl(flags: FlagData): { flags: FlagData; adaptations: readonly Adaptation[] } {
  const adaptations: Adaptation[] = [];
  const args = groupOptions(flags.args).flatMap((group) => {
    const option = optionOf(group);
    if (option === null || !takesControl(option)) return group;
    adaptations.push({
      from: group,
      to: [],
      why: 'Slipway starts, finds and controls the process by means of its own.',
    });
    return [];
  });
  return { flags: { ...flags, args }, adaptations };
}

function adaptationRow({ from, to, why }: Adaptation): PlannedArgument {
  const before = from.join(' ');
  return row(slipwayField, to.length === 0 ? `Left out: ${before}. ${why}` : `${to.join(' ')} for ${before}. ${why}`);
}

function explained(argument: PlannedArgument, own: Own): PlannedArgument {
  return own === 'guest.flags' ? { ...argument, field: own, why: 'From the flags you edited.' } : argument;
}

function sandboxRows({ spec, capabilities }: PlanInput<FuchsiaSpec>, flags: FlagData, own: Own): PlannedArgument[] {
  if (!spec.guest.headless) {
    const why = "The system call filter is off: a window's toolkit and graphics driver start programs of their own.";
    return capabilities.sandbox ? [row('guest.headless', why)] : [];
  }
  // The built-in template's own tap runs no script, and needs no helper.
  const words = own === null && spec.guest.devConfig === null ? [] : flags.args;
  return sandboxArguments(capabilities.sandbox, [...words, ...wordsOfExtraArguments(spec)]);
}
