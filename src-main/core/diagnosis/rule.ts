/** The form of one row in the tables of known messages. */
import type { Failure } from '../../../src-shared/contract/errors.ts';

export interface Rule {
  /** Looked for in the whole of what QEMU wrote. */
  readonly pattern: RegExp;
  /** What the capture groups mean, in words. A group that did not take part is an empty text. */
  explain(groups: readonly [string, string, string]): Omit<Failure, 'raw'>;
}
