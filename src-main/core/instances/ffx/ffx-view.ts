/** What is shown of an instance of ffx's. Pure. */
import { type Failure, SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { engineArchitecture } from '../../../../src-shared/model/emulator-configuration.ts';
import type { InstanceId } from '../../../../src-shared/model/ids.ts';
import type { CommandView, Condition, InstanceDetails, InstanceView } from '../../../../src-shared/model/instance.ts';
import { isMapped, type PortStatus } from '../../../../src-shared/model/ports.ts';
import { composeArguments } from '../../engines/qemu-based/flag-template/compose-arguments.ts';
import { quoteForShell, shellLine } from '../../engines/qemu-based/shell-line.ts';
import { hostAddresses } from '../../network/host-addresses.ts';
import type { FfxEvidence } from './ffx-observer.ts';
import { specOfFfx } from './ffx-spec.ts';
import type { FfxVerdict } from './ffx-verdict.ts';

export interface FfxViewState {
  readonly id: InstanceId;
  readonly name: string;
  readonly directory: string;
  readonly evidence: FfxEvidence;
  readonly verdict: FfxVerdict;
  /** Number of the emulator's life, as far as Slipway has seen them. */
  readonly boot: number;
  readonly ports: readonly PortStatus[];
  readonly serial: 'recorded' | 'drained' | 'none';
  readonly serialHeld: boolean;
  /** Offset near which QEMU may have written single bytes twice. */
  readonly serialSeam: number | null;
  /** What is being tried to end it. */
  readonly stopStep: string | null;
  readonly lastLines: readonly string[];
  readonly engineLog: string;
}

export function viewOfFfx(state: FfxViewState): InstanceView {
  const { evidence, verdict, stopStep } = state;
  const { record, process, socketsSince } = evidence;
  const startedAt = process === null ? null : new Date(socketsSince ?? record.writtenAt).toISOString();
  const device = record.state === 'read' ? record.data.emulator_configuration.device : null;
  const wasStaged = process !== null || evidence.imagesStaged;
  return {
    id: state.id,
    name: state.name,
    guestKind: 'fuchsia',
    origin: 'ffx',
    architecture: device === null ? 'unknown' : engineArchitecture[device.cpu.architecture],
    group: '',
    createdAt: null,
    diskBytes: null,
    serialPorts: 1,
    ports: [...state.ports],
    status: {
      phase: verdict.phase,
      crashed: verdict.fault === 'crashed',
      paused: null,
      ready: false,
      progress: stopStep === null ? null : { step: stopStep, done: 0, total: 0, unit: 'items' },
      conditions: process === null ? [] : conditionsOf(state, process.pid),
      failure: failureOf(state),
      panic: null,
      resetLoop: null,
      answers: true,
      lastLines: verdict.fault === 'crashed' ? [...state.lastLines] : [],
      acceleration: null,
      boot: wasStaged ? Math.max(1, state.boot) : 0,
      pid: process?.pid ?? null,
      processLives: process !== null,
      since: startedAt ?? new Date(record.writtenAt).toISOString(),
      startedAt,
    },
  };
}

function conditionsOf(state: FfxViewState, pid: number): Condition[] {
  const { name, evidence, ports } = state;
  const { record } = evidence;
  const engine = record.state === 'read' ? record.data.engine_type : 'the emulator';
  const [exposed] = ports.filter((port) => port.bind === '0.0.0.0' && isMapped(port));
  return [
    record.state === 'read'
      ? { name: 'engine', state: 'ok', text: `ffx started ${engine} as process ${pid}.`, hint: null }
      : {
          name: 'engine',
          state: 'warning',
          text: `Process ${pid} serves this instance, but ffx's record of it cannot be read: ${record.failure.message}`,
          hint: `Stop it here, then clear it with: ffx emu stop ${quoteForShell(name)}`,
        },
    consoleCondition(state),
    ...(ports.length === 0
      ? []
      : [
          {
            name: 'ports' as const,
            state: exposed === undefined ? ('ok' as const) : ('warning' as const),
            text:
              exposed === undefined
                ? `${ports.length} port(s) mapped.`
                : `Port ${exposed.host} can be reached from other computers: ffx listens on every address of this one.`,
            hint: null,
          },
        ]),
    { name: 'guest', state: 'pending', text: 'ffx waits for Fuchsia; Slipway only shows it.', hint: null },
  ];
}

function consoleCondition({ serial, serialHeld, serialSeam }: FfxViewState): Condition {
  const name = 'console';
  if (serialHeld) {
    return {
      name,
      state: 'warning',
      text: 'Another program holds the serial line, so what is typed here does not reach the guest.',
      hint: 'End that program (ffx emu console?) and type again. The output is shown all the same.',
    };
  }
  if (serial === 'none') {
    const text = 'The serial console is in the terminal that ffx was started in.';
    return { name, state: 'pending', text, hint: null };
  }
  if (serialSeam !== null) {
    return {
      name,
      state: 'warning',
      text: `Near byte ${serialSeam} of the serial output single characters may be doubled.`,
      hint: 'QEMU writes them down twice when the guest talks fast while somebody types. The rest is exact.',
    };
  }
  const who = serial === 'recorded' ? 'the emulator itself' : 'Slipway while it runs';
  return { name, state: 'ok', text: `The serial console is recorded by ${who}.`, hint: null };
}

function failureOf({ name, evidence, verdict, engineLog }: FfxViewState): Failure | null {
  const raw = engineLog.trimEnd() === '' ? undefined : engineLog.trimEnd();
  const clear = `clear it with: ffx emu stop ${quoteForShell(name)}`;
  const again = `Start it again with: ffx emu start --reuse --name ${quoteForShell(name)}`;
  switch (verdict.fault) {
    case null:
      return null;
    case 'record-broken':
      if (evidence.record.state !== 'broken') return null;
      return { ...evidence.record.failure, hint: `Repair the file, or ${clear}` };
    case 'ffx-failed':
      return {
        code: 'launch_failed',
        message: 'ffx could not configure or stage this instance.',
        hint: `Start it again with ffx, or ${clear}`,
        raw,
      };
    case 'crashed':
      return {
        code: 'engine_exited',
        message: 'The emulator is gone, though ffx has it down as running.',
        cause: 'No process is this emulator any more, and it left its sockets behind: it was killed, or it crashed.',
        hint: `${again}, or ${clear}`,
        raw,
      };
  }
}

export function detailsOfFfx(view: InstanceView, { evidence, directory }: FfxViewState): InstanceDetails {
  const { record, process } = evidence;
  const data = record.state === 'read' ? record.data : null;
  const ssh = view.ports.find((port) => port.name === 'ssh' && isMapped(port));
  return {
    view,
    spec: specOfFfx(
      { id: view.id, name: shownName(view.name), createdAt: new Date(record.writtenAt).toISOString() },
      data,
    ),
    directory,
    command: data === null ? null : commandOf(evidence),
    timeline: [],
    findings: [],
    boots: [],
    endpoints:
      process === null
        ? []
        : [
            { name: 'serial', path: `${directory}/serial`, about: 'the serial console, one client at a time' },
            { name: 'monitor', path: `${directory}/monitor`, about: 'QEMU monitor (HMP), one client at a time' },
            { name: 'qmp', path: `${directory}/qmp`, about: 'QMP, one client at a time; ffx uses it too' },
          ],
    gdb: null,
    sshLine:
      ssh?.host == null
        ? null
        : [
            `ssh -p ${ssh.host}`,
            // ffx's default; `ffx config get ssh.priv` names another.
            '-i ~/.ssh/fuchsia_ed25519',
            '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
            `fuchsia@${ssh.bind === '0.0.0.0' ? '127.0.0.1' : ssh.bind}`,
          ].join(' '),
    login: { user: 'fuchsia', identityFile: '~/.ssh/fuchsia_ed25519' },
    hostAddresses: hostAddresses(),
  };
}

/** As ffx put it together; null while there is nothing yet. */
function commandOf({ record }: FfxEvidence): CommandView | null {
  if (record.state === 'broken') return null;
  const { emulator_binary: binary, emulator_configuration: configuration } = record.data;
  const rows = composeArguments(configuration, configuration.flags);
  if (rows.length === 0) return null;
  return {
    binary,
    // ffx starts it wherever ffx is; every path in it is absolute.
    workingDirectory: configuration.runtime.instance_directory,
    arguments: rows,
    shellLine: shellLine([binary, ...rows.flatMap(({ args }) => args)]),
  };
}

/** A directory may be called anything; a name is one line without tricks. */
export function shownName(directoryName: string): string {
  const clean = directoryName.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?').trim();
  return clean === '' ? 'instance' : [...clean].slice(0, 100).join('');
}

const instead = {
  launch: (name: string) => `Start it with: ffx emu start --reuse --name ${name}`,
  restart: (name: string) =>
    `Stop it here, which keeps its images, then start it with: ffx emu start --reuse --name ${name}`,
  delete: (name: string) => `Delete it with: ffx emu stop ${name}`,
  configure: () => 'Make an instance of your own from it: it can be the start of a new one.',
  duplicate: () => 'Make an instance of your own from it: it can be the start of a new one.',
  rename: (name: string) => `Its name is ffx's: start it under another with: ffx emu start --name NAME (now ${name})`,
  ports: () => 'Type "hostfwd_add tcp:127.0.0.1:HOSTPORT-:GUESTPORT" in its monitor console.',
  pause: () => 'Type "stop" in its monitor console.',
  resume: () => 'Type "cont" in its monitor console.',
  reset: () => 'Type "system_reset" in its monitor console.',
} as const;

/** What is refused for an instance of ffx's, with the way to have it nevertheless. */
export function refusal(name: string, action: keyof typeof instead): SlipwayError {
  const word = action === 'configure' ? 'change' : action === 'ports' ? 'change the ports of' : action;
  return new SlipwayError('not_permitted', `Cannot ${word} ${name}: it is ffx's.`, {
    cause: 'Slipway shows what ffx started and stops it, and changes nothing of it.',
    hint: instead[action](quoteForShell(name)),
  });
}
