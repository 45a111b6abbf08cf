/** What a schema found wrong, as a sentence for a person. Pure; the schema's own words never reach the form. */
import type * as z from 'zod';
import { problemStrings } from '../../strings/launch-fields.ts';
import { patternOf } from './field-path.ts';

type Issue = z.core.$ZodIssue;

/** Fields with a sentence of their own, whatever exactly was wrong with them. */
const own: Readonly<Record<string, string>> = {
  'host.ports.name': problemStrings.portName,
  'host.ports.bind': problemStrings.bind,
  'runtime.readiness.pattern': problemStrings.pattern,
  'runtime.readiness.arguments': problemStrings.program,
  'guest.disks': problemStrings.diskNeeded,
  'guest.disks.serial': problemStrings.diskSerial,
  'device.display': problemStrings.device,
  'host.networkDevice': problemStrings.device,
};

export function wordsFor(issue: Issue): string {
  const field = patternOf(issue.path.join('.'));
  if (issue.code === 'too_big') return tooBig(issue);
  if (own[field] !== undefined) return own[field];
  if (field === 'name') return issue.code === 'custom' ? nameWords(issue.message) : problemStrings.name;
  if (field.startsWith('guest.flags.')) return problemStrings.flags(field.slice('guest.flags.'.length));
  if (issue.code === 'too_small') return tooSmall(issue);
  if (issue.code === 'invalid_type' && (issue.expected === 'int' || issue.expected === 'number'))
    return problemStrings.wholeNumber;
  return problemStrings.notAllowed;
}

const figure = (bound: number | bigint): string => bound.toLocaleString('en');

function tooBig({ origin, maximum }: Extract<Issue, { code: 'too_big' }>): string {
  if (origin === 'number' || origin === 'int') return problemStrings.atMost(figure(maximum));
  return origin === 'string'
    ? problemStrings.charactersAtMost(figure(maximum))
    : problemStrings.tooMany(figure(maximum));
}

function tooSmall({ origin, minimum }: Extract<Issue, { code: 'too_small' }>): string {
  return origin === 'number' || origin === 'int' ? problemStrings.atLeast(figure(minimum)) : problemStrings.missing;
}

/** The name's own rules say what they want; it is one line of text, so they differ. */
function nameWords(rule: string): string {
  return rule.includes('control') ? problemStrings.nameControl : sentence(rule);
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
