/** Why an instance cannot be understood, in words. Pure. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import { type Spec, specVersion } from '../../../src-shared/model/spec.ts';
import type { RecordFile } from './record-file.ts';
import { type SpecHead, specHeadOf } from './records.ts';

export interface Unreadable {
  readonly head: SpecHead;
  readonly failure: Failure;
}

const aside = 'or delete the instance; its transcripts go to the trash with it.';

/** Its Spec is what is wrong. */
export function unreadableSpec(spec: Exclude<RecordFile<Spec>, { state: 'ok' }>, path: string): Unreadable {
  const head = specHeadOf(spec.state === 'broken' ? spec.raw : null);
  if (spec.state === 'absent') {
    return {
      head,
      failure: {
        code: 'invalid_input',
        message: 'What was asked for is not there: spec.json is missing.',
        hint: `Put ${path} back, ${aside}`,
      },
    };
  }
  const isNewer = head.format !== null && head.format > specVersion;
  return {
    head,
    failure: {
      code: 'invalid_input',
      message: isNewer
        ? 'It was made by a newer Slipway, in a form that this one does not know.'
        : 'What was asked for cannot be read: spec.json is damaged.',
      ...(isNewer ? { cause: `Its form is ${head.format}; this Slipway knows ${specVersion}.` } : {}),
      hint: isNewer
        ? 'Use that Slipway for it. Here it is shown, can be stopped while it runs, and is not changed.'
        : `Repair ${path} by hand, ${aside}`,
      raw: spec.error,
    },
  };
}

/** Its Spec can be read, and the rest cannot. */
export function unreadableRest(spec: Spec, error: unknown, directory: string): Unreadable {
  return {
    head: specHeadOf(spec),
    failure: {
      code: 'file_unreadable',
      message: 'Its directory cannot be read.',
      cause: 'Something else stands where its files should be, or they may not be read.',
      hint: `Look at ${directory}, then try again.`,
      raw: String(error),
    },
  };
}
