/** A command line that was read: the call's answer, and what of it comes first for a person. Pure. */
import type { CallOutput } from '../../../../src-shared/contract/calls.ts';
import type { ImportedArgument } from '../../../../src-shared/model/template.ts';

export type Reading = CallOutput<'command.import'>;

const order: readonly ImportedArgument['fate'][] = ['kept', 'dropped', 'field', 'slipway'];

/** What was kept and what was left out first; otherwise as it was written. */
export function argumentsByConcern(reading: Reading): readonly ImportedArgument[] {
  return order.flatMap((fate) => reading.arguments.filter((argument) => argument.fate === fate));
}

export function countsOf(reading: Reading): Record<ImportedArgument['fate'], number> {
  const count = (fate: ImportedArgument['fate']) => reading.arguments.filter((one) => one.fate === fate).length;
  return { field: count('field'), slipway: count('slipway'), kept: count('kept'), dropped: count('dropped') };
}
