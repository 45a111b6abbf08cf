/** Who the process is: how people, `ps` and Slipway itself recognise it. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { Spec } from '../../../../../src-shared/model/spec.ts';
import { filenames } from '../../../home/filenames.ts';
import type { PlanInput } from '../../engine.ts';
import { option } from '../option.ts';
import { row, slipwayField } from './row.ts';

export function identityArguments(input: PlanInput): PlannedArgument[] {
  return [
    ...processArguments(input),
    row(
      slipwayField,
      'Only the devices listed here exist, and no configuration file on this host changes them.',
      '-nodefaults',
      '-no-user-config',
    ),
  ];
}

/** What every guest has, whoever chose its devices. */
export function processArguments({ spec, uuid }: Pick<PlanInput<Spec>, 'spec' | 'uuid'>): PlannedArgument[] {
  return [
    row('name', 'The name in window titles and process lists.', '-name', option(null, { guest: spec.name })),
    row(slipwayField, 'New for every boot: the process is recognised by it, never by its pid alone.', '-uuid', uuid),
    row(slipwayField, 'QEMU locks this file, so the same instance cannot run twice.', '-pidfile', filenames.pid),
  ];
}
