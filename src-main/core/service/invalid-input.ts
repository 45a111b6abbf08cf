/** What a schema refuses, in a person's words: the field by its name, and the limit. Pure. */
import * as z from 'zod';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';

/** Fields whose path says little to a person. Numbers in a path stand for rows. */
const names: Readonly<Record<string, string>> = {
  name: 'The name',
  group: 'The group',
  notes: 'The notes',
  architecture: 'The architecture',
  'device.memoryMiB': 'Memory (MiB)',
  'device.processors': 'The number of processors',
  'device.machine': 'The machine',
  'device.cpu': 'The CPU',
  'device.serialPorts': 'The number of serial ports',
  'host.acceleration': 'The acceleration',
  'host.networking': 'The networking mode',
  'host.ports': 'The list of port mappings',
  'host.ports.#.host': 'The host port',
  'host.ports.#.guest': 'The guest port',
  'host.ports.#.name': 'The name of a port mapping',
  'host.ports.#.bind': 'The address of a port mapping',
  'guest.append': 'The kernel command line',
  'guest.kernel': 'The kernel',
  'guest.initrd': 'The initrd',
  'guest.disks': 'The list of disks',
  'guest.disks.#.file': 'The file of a disk',
  'runtime.binary': 'The QEMU binary',
  'runtime.extraArguments': 'The extra arguments',
  'runtime.debug.gdb.port': 'The gdb port',
  'runtime.readinessMs': 'The time to become ready (ms)',
  'runtime.powerdownMs': 'The time to power down (ms)',
  'runtime.keepBoots': 'The number of boots to keep',
  'runtime.transcriptMiB': 'The size of a transcript (MiB)',
};

/** The first thing that is wrong as a failure; all of them, where there are more, are the raw text. `call`: which call it was for. */
export function invalidInput(call: string, error: z.ZodError): SlipwayError {
  const [first] = error.issues;
  if (first === undefined)
    return new SlipwayError('invalid_input', `${call} was asked in a form that it does not know.`);
  const path = first.path.map(String);
  const field = path.slice(path[0] === 'draft' || path[0] === 'mapping' ? 1 : 0).join('.');
  const what = names[field.replace(/\.\d+(?=\.|$)/g, '.#')] ?? (field === '' ? 'What was sent' : `"${field}"`);
  const more = error.issues.length > 1 ? `There are ${error.issues.length} such problems.` : undefined;
  return new SlipwayError('invalid_input', `${what} ${complaint(first)}.`, {
    cause: more,
    hint: field === '' || names[field] !== undefined ? undefined : `That is the field ${field} of ${call}.`,
    field: field === '' ? undefined : field,
    // The sentence says all there is to say of one; the schema's own report is for programs.
    raw: more === undefined ? undefined : z.prettifyError(error),
  });
}

type Issue = z.core.$ZodIssue;

function complaint(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_type':
      // The schema keeps what it was given to itself, and says only this much.
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${listed(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'unrecognized_keys':
      return `has fields that nobody knows: ${issue.keys.join(', ')}`;
    case 'invalid_format':
      return `is not written as it should be${formats[issue.format] === undefined ? '' : ` (${formats[issue.format]})`}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'custom':
      // Our own schemas' words.
      return `is not right: ${issue.message}`;
    default:
      return 'is of none of the forms it may have';
  }
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  const { minimum, origin } = issue;
  if (origin === 'string')
    return Number(minimum) <= 1 ? 'must not be empty' : `must have at least ${minimum} characters`;
  if (origin === 'array') return `must have at least ${minimum} ${Number(minimum) === 1 ? 'entry' : 'entries'}`;
  return issue.inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`;
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>): string {
  const { maximum, origin } = issue;
  if (origin === 'string') return `may have at most ${maximum} characters`;
  if (origin === 'array') return `may have at most ${maximum} entries`;
  return issue.inclusive === false ? `must be less than ${maximum}` : `must be at most ${maximum}`;
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'on or off',
  array: 'a list',
  object: 'a set of fields',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'a date and time',
  uuid: 'a UUID',
  url: 'an address',
};

function listed(values: readonly string[]): string {
  const [only] = values;
  if (values.length <= 1) return only ?? 'something else';
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
