/** What can be done about a failure, as lines to type. */
import type { Fix } from '../../src-shared/contract/errors.ts';

/** Slipway does it, and nobody has to. */
export const isOurs = ({ kind }: Fix): boolean => kind === 'set' || kind === 'stop' || kind === 'relaunch';

/** Each with the line that does it. */
export function fixLines(fixes: readonly Fix[], name: string): string[] {
  return fixes.flatMap((one, index) => {
    if (isOurs(one)) return [`  try:   ${one.label}: slipway fix ${name} ${index + 1}`];
    if (one.kind === 'copy') return [`  run:   ${one.text}`];
    return one.kind === 'open' ? ['  see:   slipway doctor'] : [];
  });
}
