/**
 * QEMU's words → what happened, why, and what to do. A table of known messages and the search through it; pure. What the
 * host and the Spec add is in `complete.ts`.
 *
 * Must never hide the original: the text always goes along as `raw`, and what is not known stays unexplained rather
 * than explained wrongly.
 */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import { accelerationRules } from './rules/acceleration.ts';
import { bootRules } from './rules/boot.ts';
import { hostRules } from './rules/host.ts';
import { imageRules } from './rules/images.ts';
import { nameRules } from './rules/names.ts';
import { networkRules } from './rules/network.ts';
import { resourceRules } from './rules/resources.ts';
import { matchRule, type Rule, type Subject } from './rules/rule.ts';
import { saidLines } from './stderr-lines.ts';

/** The special before the general: "could not open the backing file" also says "could not open". */
export const rules: readonly Rule[] = [
  ...accelerationRules,
  ...bootRules,
  ...imageRules,
  ...resourceRules,
  ...nameRules,
  ...networkRules,
  ...hostRules,
];

export interface Explanation {
  readonly failure: Failure;
  readonly subject: Subject | null;
}

/**
 * null: not a message we know. `launch`: the first line that stops a launch is what counts, and no warning before it.
 * `end`: of an engine that ran for a while only last words count, the latest first; what it grumbled about before is none.
 */
export function explain(log: string, moment: 'launch' | 'end' = 'launch'): Explanation | null {
  const lines = saidLines(log).filter(({ harmless, text }) => !harmless && text !== '');
  const inOrder = moment === 'launch' ? lines : lines.slice(-lastWords).reverse();
  for (const { text } of inOrder) {
    for (const rule of rules) {
      const when = rule.when ?? 'launch';
      if (when !== 'any' && when !== moment) continue;
      const groups = matchRule(rule, text);
      if (groups === null) continue;
      const { subject = null, fixes, ...explained } = rule.explain(groups, log);
      const failure = { ...explained, rule: rule.id, raw: log.trim() };
      return { failure: fixes === undefined ? failure : { ...failure, fixes: [...fixes] }, subject };
    }
  }
  return null;
}

/** How many lines from the end are last words. */
const lastWords = 12;
