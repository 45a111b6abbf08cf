/**
 * What Slipway does itself and a flag template also asks for: the consoles and the port mappings. Pure. The template's
 * arguments for them are taken out and said; Slipway's own take their place, so that no byte is lost before somebody
 * connects, and a busy port costs one mapping and not the launch.
 */
import type { FlagData } from '../../../../../src-shared/model/emulator-configuration.ts';
import { gdbOnLoopback, gdbOnLoopbackWhy } from '../gdb-loopback.ts';
import type { Adaptation } from './adapt-arguments.ts';
import { groupOptions, type OptionGroup, optionOf } from './option-groups.ts';

export interface TakenOver {
  readonly flags: FlagData;
  readonly adaptations: readonly Adaptation[];
}

/**
 * Takes out the sockets and the terminal that ffx's templates set up. Another `-serial` or `-qmp` of a person's own
 * template stays.
 */
export function takeOverConsoles(flags: FlagData): TakenOver {
  return change(flags, (group) =>
    isConsole(optionOf(group), group[1] ?? '')
      ? { to: [], why: 'Slipway has its own serial console, monitor and QMP, which outlive it.' }
      : null,
  );
}

/** Takes the forwards out of `-netdev user`; they are added over the monitor once the guest has its network. */
export function takeOverForwards(flags: FlagData): TakenOver {
  return change(flags, (group) => {
    const value = group[1] ?? '';
    const kept = withoutForwards(value);
    if (optionOf(group) !== '-netdev' || kept === value) return null;
    return { to: ['-netdev', kept], why: 'The ports are mapped over the monitor before the guest starts.' };
  });
}

/** Forwards without an address listen on every interface of the host; here they listen on loopback only. */
export function bindForwardsToLoopback(flags: FlagData): TakenOver {
  return change(flags, (group) => {
    const option = optionOf(group);
    const value = group[1] ?? '';
    const to = value.replaceAll(/(,hostfwd=(?:tcp|udp)?:):(?=\d*-)/g, '$1127.0.0.1:');
    if ((option !== '-netdev' && option !== '-nic') || to === value) return null;
    return { to: [option, to], why: 'Without an address the guest would be open to the whole network.' };
  });
}

/** As typed extra arguments are read too. */
export function bindDebuggerToLoopback(flags: FlagData): TakenOver {
  return change(flags, (group) => {
    const to = gdbOnLoopback(group);
    return to === null ? null : { to, why: gdbOnLoopbackWhy };
  });
}

function isConsole(option: string | null, value: string): boolean {
  switch (option) {
    case '-qmp':
    case '-qmp-pretty':
    case '-monitor':
    case '-serial':
      return value === 'stdio' || value === 'mon:stdio' || value === 'chardev:char0' || isFfxSocket(value);
    case '-chardev':
      return /^stdio,/.test(value) && /,id=char0(,|$)/.test(value);
    case '-mon':
      return value === 'char0' || value === 'chardev=char0';
    default:
      return false;
  }
}

function isFfxSocket(value: string): boolean {
  return /^unix:.*\/(qmp|monitor|serial)(,|$)/.test(value);
}

/** A comma that belongs to a value is doubled, so a single one ends it. */
function withoutForwards(value: string): string {
  return value.replaceAll(/,hostfwd=(?:[^,]|,,)*/g, '');
}

function change(
  flags: FlagData,
  decide: (group: OptionGroup) => { readonly to: readonly string[]; readonly why: string } | null,
): TakenOver {
  const adaptations: Adaptation[] = [];
  const args = groupOptions(flags.args).flatMap((group) => {
    const decision = decide(group);
    if (decision === null) return group;
    adaptations.push({ from: group, ...decision });
    return decision.to;
  });
  return { flags: { ...flags, args }, adaptations };
}
