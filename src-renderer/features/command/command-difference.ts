/** What differs between two command lines of one instance. Pure; what is new for every boot is not a difference. */
import type { CommandView, PlannedArgument } from '../../../src-shared/model/instance.ts';

export interface CommandDifference {
  readonly binary: { readonly before: string; readonly after: string } | null;
  readonly removed: readonly PlannedArgument[];
  readonly added: readonly PlannedArgument[];
}

export function differenceOf(before: CommandView, after: CommandView): CommandDifference {
  const old = rowsOf(before);
  const recent = rowsOf(after);
  return {
    binary: before.binary === after.binary ? null : { before: before.binary, after: after.binary },
    removed: without(old, recent),
    added: without(recent, old),
  };
}

export function isDifferent({ binary, removed, added }: CommandDifference): boolean {
  return binary !== null || removed.length > 0 || added.length > 0;
}

interface Row {
  readonly key: string;
  readonly argument: PlannedArgument;
}

function rowsOf({ workingDirectory, arguments: all }: CommandView): Row[] {
  // The instance's own directory: a preview's lies elsewhere.
  const own = workingDirectory.slice(0, workingDirectory.lastIndexOf('/'));
  return all
    .filter(({ field, args }) => field !== 'slipway' && args.length > 0)
    .map((argument) => {
      // Consoles are named in the boot's own directory.
      const text = argument.args
        .join('\0')
        .replaceAll(own, '')
        .replace(/\.\.\/boots\/\d+\//g, '');
      return { argument, key: text };
    });
}

/** What of `these` has no counterpart in `those`, one for one: an argument may occur twice. */
function without(these: readonly Row[], those: readonly Row[]): PlannedArgument[] {
  const counts = new Map<string, number>();
  for (const { key } of those) counts.set(key, (counts.get(key) ?? 0) + 1);
  return these
    .filter(({ key }) => {
      const left = counts.get(key) ?? 0;
      counts.set(key, left - 1);
      return left <= 0;
    })
    .map(({ argument }) => argument);
}
