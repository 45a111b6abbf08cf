/**
 * failure/ shows what went wrong: sentence, cause, what to do, and always beside it the machine's own words. Must never
 * explain by itself: what a failure means is the core's to say.
 */
import './failure.css';
import { OctagonAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Failure } from '../../../src-shared/contract/errors.ts';
import { failureStrings as strings } from '../../strings/failure.ts';
import { FoldedText } from './folded-text.tsx';

export interface FailurePanelProps {
  readonly failure: Failure;
  readonly lastLines?: readonly string[];
  readonly title?: string;
  /** What can be pressed. */
  readonly fixes?: ReactNode;
  /** The exact command line, where there was one. */
  readonly command?: string | undefined;
  /** Where to look further. */
  readonly links?: ReactNode;
}

export function FailurePanel({ failure, lastLines = [], title, fixes, command, links }: FailurePanelProps) {
  const { message, cause, hint, raw, exit } = failure;
  const output = lastLines.join('\n').trim();
  const ending = exit === undefined ? null : endingOf(exit);
  return (
    <section className="failure" role="alert" aria-label={title ?? strings.title}>
      <p className="failure-message">
        <OctagonAlert className="failure-icon" size={14} strokeWidth={1.75} aria-hidden />
        <span>{message}</span>
      </p>
      {cause !== undefined && <p className="failure-cause">{cause}</p>}
      {hint !== undefined && (
        <p className="failure-hint">
          <span>{strings.fix}</span>
          {hint}
        </p>
      )}
      {fixes}
      {raw !== undefined && raw.trim() !== '' && <FoldedText text={raw.trim()} label={strings.raw} lines={4} />}
      {command !== undefined && <FoldedText text={command} label={strings.command} lines={2} />}
      {output !== '' && <FoldedText text={output} label={strings.lastLines} lines={4} end />}
      {(ending !== null || links !== undefined) && (
        <div className="failure-foot">
          {ending !== null && <span className="failure-ending">{ending}</span>}
          {links}
        </div>
      )}
    </section>
  );
}

function endingOf({ code, signal }: NonNullable<Failure['exit']>): string | null {
  if (signal !== null) return strings.exitSignal(signal);
  return code === null ? null : strings.exitCode(code);
}
