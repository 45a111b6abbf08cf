/** What is shown of an instance, put together from its state. No I/O, no decisions about it. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { Phase } from '../../../src-shared/lifecycle.ts';
import type { AccelerationChoice } from '../../../src-shared/model/engine.ts';
import {
  type CommandView,
  type Condition,
  type InstanceView,
  isDead,
  type Progress,
  type Status,
} from '../../../src-shared/model/instance.ts';
import type { Door, PortStatus } from '../../../src-shared/model/ports.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { shellLine } from '../engines/qemu-based/shell-line.ts';
import { deathOf } from './guest-death.ts';
import type { LaunchRecord } from './records.ts';

export interface ViewState {
  readonly spec: Spec;
  /** What its directory takes; null: not looked at yet. */
  readonly diskBytes: number | null;
  readonly phase: Phase;
  readonly since: number;
  readonly crashed: boolean;
  readonly failure: Failure | null;
  readonly panic: Status['panic'];
  readonly resetLoop: Status['resetLoop'];
  readonly answers: boolean;
  readonly lastLines: readonly string[];
  readonly progress: Progress | null;
  readonly boot: number;
  readonly record: LaunchRecord | null;
  readonly pid: number | null;
  readonly paused: Status['paused'];
  readonly ready: boolean;
  readonly waiting: { readonly text: string; readonly hint: string; readonly overdue: boolean } | null;
  readonly ports: readonly PortStatus[];
  readonly doors: readonly Door[];
  readonly acceleration: AccelerationChoice | null;
  /** Serial output so far; null when there is no running guest. */
  readonly serialBytes: number | null;
  readonly silentMs: number;
}

/** After this long without a byte the serial line is worth a word. */
export const silenceMs = 10_000;

/** What ffx's devices have is one line. */
export function serialPortsOf({ guest, device }: Spec): number {
  return guest.kind === 'fuchsia' ? 1 : device.serialPorts;
}

export function viewOf(state: ViewState): InstanceView {
  const { spec } = state;
  return {
    id: spec.id,
    name: spec.name,
    guestKind: spec.guest.kind,
    origin: 'slipway',
    architecture: spec.architecture,
    group: spec.group,
    createdAt: spec.createdAt,
    diskBytes: state.diskBytes,
    serialPorts: serialPortsOf(spec),
    ports: [...state.ports],
    ...(state.doors.length === 0 ? {} : { doors: [...state.doors] }),
    status: {
      phase: state.phase,
      crashed: state.crashed,
      paused: state.paused,
      ready: state.ready && state.answers && !isDead(state),
      progress: state.progress,
      conditions: state.phase === 'running' ? conditionsOf(state) : [],
      failure: state.failure ?? deathOf(state),
      panic: state.panic,
      resetLoop: state.resetLoop,
      answers: state.answers,
      lastLines: [...state.lastLines],
      acceleration: state.acceleration,
      boot: state.boot,
      pid: state.pid,
      processLives: state.pid !== null,
      since: new Date(state.since).toISOString(),
      startedAt: state.pid !== null && state.record !== null ? state.record.startedAt : null,
    },
  };
}

function conditionsOf(state: ViewState): Condition[] {
  const version = state.record === null ? '' : ` ${state.record.engineVersion}`;
  return [
    state.answers
      ? { name: 'engine', state: 'ok', text: `QEMU${version} runs as process ${state.pid ?? '?'}.`, hint: null }
      : {
          name: 'engine',
          state: 'failed',
          text: `QEMU${version} does not answer, though its process ${state.pid ?? '?'} lives.`,
          hint: 'It was stopped by a signal or a debugger, or waits for a disk or the network. Stop it, or wait on.',
        },
    consoleCondition(state),
    ...portCondition(state.ports),
    guestCondition(state),
  ];
}

function consoleCondition(state: ViewState): Condition {
  if (state.serialBytes === null || state.serialBytes > 0 || state.paused !== null) {
    return { name: 'console', state: 'ok', text: 'The serial console is recorded.', hint: null };
  }
  if (state.silentMs < silenceMs) {
    return { name: 'console', state: 'pending', text: 'No byte on the serial console yet.', hint: null };
  }
  const accelerated = state.acceleration !== null && state.acceleration.accelerator !== 'tcg';
  return {
    name: 'console',
    state: 'warning',
    text: `The serial console has been silent since the start, ${Math.round(state.silentMs / 1000)} s ago.`,
    hint: accelerated
      ? 'If the guest should have said something by now, launch it again with the TCG accelerator.'
      : 'Check that the guest uses the first serial port; for Linux: console=ttyS0 (x86, RISC-V) or ttyAMA0 (Arm).',
  };
}

function portCondition(ports: readonly PortStatus[]): Condition[] {
  if (ports.length === 0) return [];
  const failed = ports.filter((port) => port.state === 'failed');
  const [first] = failed;
  if (first === undefined) {
    return [{ name: 'ports', state: 'ok', text: `${ports.length} port(s) mapped.`, hint: null }];
  }
  return [
    {
      name: 'ports',
      state: 'failed',
      text: first.failure?.message ?? `Port ${first.name} is not mapped.`,
      hint: first.failure?.hint ?? null,
    },
  ];
}

function guestCondition(state: ViewState): Condition {
  const { ready, paused, waiting, answers } = state;
  const name = 'guest';
  const death = deathOf(state);
  if (death !== null)
    return { name, state: 'failed', text: [death.message, death.cause].filter(Boolean).join(' '), hint: null };
  if (!answers)
    return { name, state: 'warning', text: 'Nothing is known of it while QEMU does not answer.', hint: null };
  if (paused === 'disk-full') {
    return {
      name,
      state: 'warning',
      text: 'Paused, because the disk that takes its serial output is full: QEMU would drop what it cannot write.',
      hint: 'Free space; it continues by itself then.',
    };
  }
  if (paused !== null)
    return { name, state: 'warning', text: 'The guest is paused.', hint: 'Resume it, or continue in the debugger.' };
  if (ready) return { name, state: 'ok', text: 'Ready.', hint: null };
  if (waiting === null) return { name, state: 'pending', text: 'Booting.', hint: null };
  return { name, state: waiting.overdue ? 'warning' : 'pending', text: waiting.text, hint: waiting.hint };
}

export function commandOf(record: LaunchRecord): CommandView {
  return {
    binary: record.binary,
    workingDirectory: record.workingDirectory,
    arguments: record.arguments,
    shellLine: shellLine([record.binary, ...record.arguments.flatMap(({ args }) => args)], record.workingDirectory),
  };
}
