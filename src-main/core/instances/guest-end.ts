/** How a boot ended, in words. Decisions only: what was seen goes in, what is recorded comes out. */
import { type Failure, SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { ProcessEnd } from '../process/spawn.ts';
import type { OutcomeRecord } from './records.ts';
import type { GuestEnd } from './running-guest.ts';

export interface EndFacts {
  readonly end: GuestEnd;
  /** QEMU removes its sockets when it ends in good order, and only then. */
  readonly socketsRemoved: boolean;
  /** Somebody has seen the process. */
  readonly processRecorded: boolean;
  readonly engineLog: string;
  readonly serialLines: readonly string[];
  readonly endedAt: string;
}

const causes: Record<string, string> = {
  'guest-shutdown': 'the guest powered itself off',
  'guest-reset': 'the guest reset itself, and -no-reboot ends QEMU then',
  'guest-panic': 'the guest panicked',
  'host-signal': 'QEMU was sent a signal to end',
  'host-qmp-quit': 'QEMU was told to quit on its monitor',
  'host-ui': 'its display window was closed',
  'subsystem-reset': 'the machine reset itself',
};

export function describeEnd(facts: EndFacts): OutcomeRecord {
  const { end, endedAt } = facts;
  const outcome = (how: OutcomeRecord['how'], text: string, failure: Failure | null = null): OutcomeRecord => ({
    version: 1,
    endedAt,
    how,
    text,
    failure,
    lastLines: failure === null ? [] : [...facts.serialLines],
  });
  if (end.farewell?.guest)
    return outcome('guest', causes[end.farewell.reason] ?? `the guest ended it (${end.farewell.reason})`);
  if (end.stopRequested) return outcome('stopped', 'stopped');
  if (end.farewell !== null) return outcome('stopped', causes[end.farewell.reason] ?? end.farewell.reason);
  const isSilent = facts.engineLog === '' && facts.serialLines.join('') === '';
  if (!facts.processRecorded && facts.socketsRemoved && isSilent)
    return outcome('cancelled', 'Slipway ended in the middle of the launch');
  // We were not there to hear why; that it tidied up after itself says it went in good order.
  if (facts.socketsRemoved && (end.process === null || end.process.code === 0))
    return outcome('guest', 'ended in good order');
  const text = crashText(end);
  return outcome('crashed', text, {
    code: 'engine_exited',
    message: `The guest is gone: ${text}.`,
    cause: crashCause(end),
    hint: 'The serial output up to that moment is kept. Launch it again, or see the engine log.',
    raw: facts.engineLog.trimEnd() === '' ? undefined : facts.engineLog.trimEnd(),
  });
}

function crashText({ process }: GuestEnd): string {
  if (process === null) return 'QEMU ended without a word';
  if (process.signal !== null) return `QEMU was ended by ${process.signal}`;
  return `QEMU ended with code ${process.code ?? '?'}`;
}

function crashCause({ process }: GuestEnd): string {
  switch (process?.signal) {
    case 'SIGKILL':
      return 'Something killed it outright: a person, a script, or the kernel when memory ran out (see: dmesg).';
    case 'SIGSYS':
      return 'It made a system call that its sandbox forbids. An extra argument may need the sandbox relaxed: -sandbox off.';
    case 'SIGSEGV':
    case 'SIGABRT':
      return 'QEMU itself failed. Its log has its last words.';
    default:
      return 'Nobody here asked it to end.';
  }
}

/** Why a launch failed whose process went before it could be attached to; in its own words where nobody knows better. */
export function earlyEndError(end: ProcessEnd | null, engineLog: string, explained: Failure | null): SlipwayError {
  if (explained !== null) return SlipwayError.from({ ...explained, raw: engineLog });
  const how = end?.signal ? `was ended by ${end.signal}` : `ended with code ${end?.code ?? '?'}`;
  return new SlipwayError('launch_failed', `QEMU ${how} before it was up.`, {
    cause: engineLog === '' ? 'It said nothing.' : engineLog.split('\n').at(-1),
    hint: 'The command line it was started with can be tried by hand; it is kept with the boot.',
    raw: engineLog,
  });
}

/** A launch whose QEMU lived and could not be had, and was ended again for that. */
export function givenUpError(reason: string, engineLog: string): SlipwayError {
  return new SlipwayError('qmp_unavailable', 'QEMU was started but could not be controlled, and was ended again.', {
    cause: reason,
    hint: 'Launch it again. If that does not help, look at the binary and at the extra arguments.',
    raw: engineLog === '' ? undefined : engineLog,
  });
}

/** It lives, is ours, and does not answer. */
export function uncontrollable(reason: string, pid: number): Failure {
  return {
    code: 'qmp_unavailable',
    message: `QEMU runs as process ${pid} but cannot be controlled.`,
    cause: reason,
    hint: 'Stop it: it is ended by a signal then, after its identity was checked again.',
  };
}
