/** QEMU's own system call filter. Left out, visibly, for what needs a helper program. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import { option } from '../option.ts';
import { row, slipwayField } from './row.ts';

/** The value the capability probe tries too: `sandbox: true` means that exactly this works. */
export const sandboxValue: string = option('on', {
  obsolete: 'deny',
  elevateprivileges: 'deny',
  spawn: 'deny',
  resourcecontrol: 'deny',
});

export function sandboxArguments(supported: boolean, extra: readonly string[]): PlannedArgument[] {
  if (!supported || extra.some((word) => /^--?sandbox$/.test(word))) return [];
  if (needsHelper(extra)) {
    // Not merely relaxed: the filter sets no_new_privs, with which a set-uid helper such as qemu-bridge-helper fails.
    return [
      row(
        'runtime.extraArguments',
        'The system call filter is off, because your extra arguments need a helper program (tap, bridge, smb or a command).',
      ),
    ];
  }
  return [
    row(slipwayField, 'System call filter: QEMU may not start programs or gain privileges.', '-sandbox', sandboxValue),
  ];
}

/** Network back ends and migration that run another program; a filter with `spawn=deny` would kill QEMU for it. */
function needsHelper(extra: readonly string[]): boolean {
  return extra.some((word) => /^(tap|bridge)(,|$)|(^|,)(helper|smb|script|downscript)=|-cmd:|^exec:/.test(word));
}
