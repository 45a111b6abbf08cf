/** Makes findings. A finding is a failure with a weight: an error stops the launch, the rest is said and goes on. */
import {
  type ErrorCode,
  type FailureDetails,
  SlipwayError,
  toFailure,
} from '../../../../src-shared/contract/errors.ts';
import type { Finding } from '../../../../src-shared/model/instance.ts';

export function finding(
  severity: Finding['severity'],
  code: ErrorCode,
  message: string,
  details: FailureDetails = {},
): Finding {
  return { severity, failure: new SlipwayError(code, message, details).failure };
}

export const errorFinding = finding.bind(null, 'error');
export const warningFinding = finding.bind(null, 'warning');
export const noteFinding = finding.bind(null, 'note');

/** A thrown failure as a finding that stops the launch. What is not ours stays thrown: it is a bug. */
export function findingFrom(error: unknown): Finding {
  if (!(error instanceof SlipwayError)) throw error;
  return { severity: 'error', failure: toFailure(error) };
}
