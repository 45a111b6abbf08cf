/** A failure as text for a message to somebody else: everything that is on the screen, nothing that is not. Pure. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { failureStrings } from '../../strings/failure.ts';

const { report: names } = failureStrings;

export interface ReportFacts {
  readonly view: Pick<InstanceView, 'name' | 'guestKind' | 'architecture' | 'status'>;
  readonly failure: Failure;
  readonly command: string | undefined;
}

export function failureReport({ view, failure, command }: ReportFacts): string {
  const { message, cause, hint, code, rule, raw, exit } = failure;
  const lines = view.status.lastLines.join('\n').trim();
  const facts: readonly (readonly [string, string | undefined])[] = [
    [names.cause, cause],
    [names.hint, hint],
    [names.code, code],
    [names.rule, rule],
    [names.exit, exit === undefined ? undefined : (exit.signal ?? String(exit.code ?? '?'))],
    [names.instance, `${view.name} (${view.guestKind}, ${view.architecture})`],
    [names.boot, String(view.status.boot)],
  ];
  return [
    message,
    ...facts.flatMap(([name, text]) => (text === undefined ? [] : [`${name}: ${text}`])),
    ...block(failureStrings.raw, raw),
    ...block(failureStrings.command, command),
    ...block(failureStrings.lastLines, lines),
    '',
  ].join('\n');
}

function block(title: string, text: string | undefined): string[] {
  return text === undefined || text.trim() === '' ? [] : ['', `${title}:`, text.trim()];
}
