/**
 * The whole command line of a QEMU guest, as data: a pure function from what was asked for and what the host has to
 * rows of arguments, each with the field that caused it. Owns the order of the sections. Must never look at the host,
 * at a file or at the time, and must never spell a property list without `option.ts`.
 */
import type { PlannedArgument } from '../../../../src-shared/model/instance.ts';
import type { LaunchPlan, PlanInput } from '../engine.ts';
import { extraArgumentRows, wordsOfExtraArguments } from './extra-arguments.ts';
import { bootArguments } from './sections/boot.ts';
import { consoleArguments } from './sections/consoles.ts';
import { debugArguments } from './sections/debug.ts';
import { deviceArguments } from './sections/devices.ts';
import { diskArguments } from './sections/disks.ts';
import { identityArguments } from './sections/identity.ts';
import { chooseMachine, machineArguments } from './sections/machine.ts';
import { networkArguments } from './sections/network.ts';
import { sandboxArguments } from './sections/sandbox.ts';
import { plannedLines } from './sections/serial-ports.ts';

export function planLaunch(input: PlanInput): LaunchPlan {
  const machine = chooseMachine(input.spec);
  const extra = wordsOfExtraArguments(input.spec);
  const rows: PlannedArgument[] = [
    ...identityArguments(input),
    ...machineArguments(input, machine),
    ...bootArguments(input),
    ...diskArguments(input, machine),
    ...networkArguments(input, machine),
    ...deviceArguments(input, machine),
    ...consoleArguments(input, plannedLines(input.spec, machine), 'device.serialPorts'),
    ...debugArguments(input),
    ...sandboxArguments(input.capabilities.sandbox, extra),
    // Last, so that where QEMU takes the last of two values it is the one a person typed.
    ...extraArgumentRows(input.spec),
  ];
  return { binary: input.capabilities.binary, arguments: rows };
}
