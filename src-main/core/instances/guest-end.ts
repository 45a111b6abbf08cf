/** How a boot ended, in words. Decisions only: what was seen goes in, what is recorded comes out. */
import { type Failure, SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { RungRecord } from '../process/ladder.ts';
import type { ProcessEnd } from '../process/spawn.ts';
import type { StuckFacts } from '../process/stuck-facts.ts';
import { deathWords } from './guest-death.ts';
import type { OutcomeRecord } from './records.ts';
import type { GuestEnd } from './running-guest.ts';

export interface EndFacts {
  readonly end: GuestEnd;
  /** QEMU removes its sockets when it ends in good order, and only then. */
  readonly socketsRemoved: boolean;
  /** Somebody has seen the process. */
  readonly processRecorded: boolean;
  readonly engineLog: string;
  /** Its last words, where they are known. */
  readonly explained?: Failure | null;
  readonly serialLines: readonly string[];
  readonly endedAt: string;
  /** What was known of its death while it ran. */
  readonly death?: Pick<OutcomeRecord, 'panic' | 'resetLoop'>;
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
  const { end, endedAt, death = { panic: null, resetLoop: null } } = facts;
  const words = deathWords(death);
  const outcome = (how: OutcomeRecord['how'], text: string, failure: Failure | null = null): OutcomeRecord => ({
    version: 1,
    endedAt,
    how,
    // Whoever ended it then: what it died of is the news, then and later.
    text: words ?? text,
    failure,
    lastLines: failure === null && words === null ? [] : [...facts.serialLines],
    ...death,
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
  const { explained = null } = facts;
  return outcome('crashed', text, {
    code: 'engine_exited',
    message: explained?.message ?? `The guest is gone: ${text}.`,
    cause:
      explained === null
        ? endCause(end.process)
        : [`The guest is gone: ${text}.`, explained.cause].filter(Boolean).join(' '),
    hint: explained?.hint ?? 'The serial output up to that moment is kept. Launch it again, or see the engine log.',
    field: explained?.field,
    fixes: explained?.fixes,
    rule: explained?.rule,
    exit: end.process ?? undefined,
    raw: facts.engineLog.trimEnd() === '' ? undefined : facts.engineLog.trimEnd(),
  });
}

function crashText({ process }: GuestEnd): string {
  if (process === null) return 'QEMU ended without a word';
  if (process.signal !== null) return `QEMU was ended by ${process.signal}`;
  return `QEMU ended with code ${process.code ?? '?'}`;
}

/** What a signal says of why: signal(7), seccomp(2). */
const signalCauses: Readonly<Record<string, string>> = {
  SIGKILL: 'Something killed it outright: a person, a script, or the kernel when memory ran out (see: dmesg).',
  SIGTERM: 'Some program asked it to end.',
  SIGHUP: 'The session it was started from ended.',
  SIGSYS:
    'It made a system call that its sandbox forbids. An extra argument may need the sandbox relaxed: -sandbox off.',
  SIGSEGV: 'QEMU itself failed (it used memory it has not). Its log has its last words.',
  SIGABRT: 'QEMU itself failed (one of its own checks did not hold). Its log has its last words.',
  SIGBUS: 'Memory it had mapped is gone: a file was cut short, or the disk or the huge pages ran out.',
  SIGILL: 'It came to an instruction this processor does not have. It may be built for a newer one.',
  SIGFPE: 'QEMU itself failed (a division by zero). Its log has its last words.',
  SIGXFSZ: 'A file grew past the limit set for this session (ulimit -f).',
  SIGXCPU: 'It used more processor time than this session allows (ulimit -t).',
};

function endCause(process: ProcessEnd | null): string {
  return signalCauses[process?.signal ?? ''] ?? 'Nobody here asked it to end.';
}

/**
 * Why a launch failed whose process went before it could be attached to. What nobody knows is not explained: its own words
 * are all there is to say.
 */
export function earlyEndError(end: ProcessEnd | null, engineLog: string, explained: Failure | null): SlipwayError {
  const exit = end ?? undefined;
  if (explained !== null) return SlipwayError.from({ ...explained, raw: engineLog, exit });
  const how = end?.signal ? `was ended by ${end.signal}` : `ended with code ${end?.code ?? '?'}`;
  const silent = engineLog === '' ? 'It said nothing.' : undefined;
  return new SlipwayError('launch_failed', `QEMU ${how} before it was up.`, {
    cause: signalCauses[end?.signal ?? ''] ?? silent,
    hint: 'The command line it was started with can be tried by hand; it is kept with the boot.',
    raw: engineLog,
    exit,
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

/** It was asked, told and forced to end, and is there. */
export function unkillable(id: string, pid: number, facts: StuckFacts, history: readonly RungRecord[]): Failure {
  const { state, waitsIn, parentPid } = facts;
  const asleep = state === 'D';
  const where = waitsIn === null ? '' : ` It waits in ${waitsIn}.`;
  return {
    code: 'timed_out',
    message: `Process ${pid} does not end, not even by SIGKILL.`,
    cause: asleep
      ? `It is in uninterruptible sleep (state D): the kernel waits for a device, a disk or a network share, and takes no signal until then.${where}`
      : `Its state is ${state ?? 'not known'}.${where}`,
    hint: asleep
      ? 'It ends by itself once what it waits for answers. A share that is gone can be unmounted: umount -f. Until then its images are in use.'
      : `Look at it: cat /proc/${pid}/status${parentPid === null ? '' : `; its parent is process ${parentPid}`}.`,
    fixes: [{ kind: 'stop', label: 'Try once more to end it', instance: id }],
    raw: history.map(({ reason }) => reason).join('\n'),
  };
}
