/**
 * QEMU's words → what happened, why, and what to do. A table of known messages and the search through it; pure.
 *
 * Must never hide the original: the text always goes along as `raw`, and what is not known stays unexplained rather
 * than explained wrongly.
 */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { Rule } from './rule.ts';
import { accelerationRules } from './rules-acceleration.ts';
import { fileRules } from './rules-files.ts';
import { guestRules } from './rules-guest.ts';
import { hostRules } from './rules-host.ts';
import { optionRules } from './rules-options.ts';

/** The special before the general: "could not open the backing file" also says "could not open". */
const rules: readonly Rule[] = [...accelerationRules, ...guestRules, ...hostRules, ...fileRules, ...optionRules];

/** null: not a message we know. */
export function explain(stderr: string): Failure | null {
  for (const rule of rules) {
    const match = rule.pattern.exec(stderr);
    if (match !== null) {
      const explained = rule.explain([match[1] ?? '', match[2] ?? '', match[3] ?? '']);
      return { ...explained, raw: stderr.trim() };
    }
  }
  return null;
}
