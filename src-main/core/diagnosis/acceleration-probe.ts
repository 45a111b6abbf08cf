/**
 * Runs the probe guest on an accelerator: a kernel of a few kilobytes that does what a 64-bit kernel does first and
 * leaves through isa-debug-exit. A device that opens and says "enabled" can still hang the first real kernel; this
 * is how we know before a person's guest does.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { runTool } from '../process/run-tool.ts';
import type { HardwareAccelerator } from './acceleration-verdict.ts';
import { explain } from './explain.ts';

export interface ProbeRequest {
  readonly binary: string;
  readonly accelerator: HardwareAccelerator;
  /** Absolute path of `probe-guest.elf`; x86 only. */
  readonly kernel: string;
  readonly machines: readonly { readonly name: string }[];
  readonly deadlineMs: number;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** What happened, as the end of "a test guest …". */
  readonly text: string;
}

/** `isa-debug-exit` with 42 written to it: (42 << 1) | 1. */
const exitOk = 85;

/** Never throws: a QEMU that cannot even be started is a result like another. */
export async function runProbe(request: ProbeRequest): Promise<ProbeResult> {
  const { deadlineMs } = request;
  const gaveUp = new AbortController();
  let said = '';
  try {
    const result = await runTool(request.binary, probeArguments(request), {
      timeoutMs: deadlineMs,
      signal: gaveUp.signal,
      // QEMU looks for its firmware in the working directory first.
      cwd: '/',
      onOutput: ({ text }) => {
        said += text;
        // The guest is paused for good then; the rest of the deadline would be for nothing.
        if (said.includes('KVM internal error')) gaveUp.abort();
      },
    });
    return readOutcome(result.code, said);
  } catch (error) {
    if (gaveUp.signal.aborted) return { ok: false, text: `stopped with a KVM internal error${progressOf(said)}` };
    if (error instanceof SlipwayError && error.code === 'timed_out') {
      return { ok: false, text: `did not run on it within ${deadlineMs / 1000} s${progressOf(said)}` };
    }
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    // With some broken hypervisors it is QEMU that stops at an assertion, and its last words are the better reason.
    return { ok: false, text: `could not be run by QEMU: ${errorLineOf(said) ?? reason}` };
  }
}

export function probeArguments(request: Pick<ProbeRequest, 'accelerator' | 'kernel' | 'machines'>): string[] {
  const has = (name: string) => request.machines.some((machine) => machine.name === name);
  const machine = has('q35') ? ['-machine', 'q35'] : has('pc') ? ['-machine', 'pc'] : [];
  return [
    ...['-accel', request.accelerator, ...machine, '-cpu', 'host', '-m', '64', '-smp', '1'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-kernel', request.kernel],
  ];
}

/** Pure. The codes are those of the probe guest's own source. */
export function readOutcome(code: number, said: string): ProbeResult {
  if (code === exitOk) return { ok: true, text: 'ran on it' };
  const where = progressOf(said);
  if (code === 0) return { ok: false, text: `crashed on it${where}` };
  if (code === 1) {
    const explained = explain(said)?.failure;
    return {
      ok: false,
      text: `was refused by QEMU: ${explained?.message ?? said.trim().split('\n').at(-1) ?? 'no reason given'}`,
    };
  }
  return { ok: false, text: `failed on it with code ${code}${where}` };
}

/** The guest says each thing that worked, one line each. */
function progressOf(said: string): string {
  const done = [...said.matchAll(/^probe: (.+?)\r?$/gm)].map(([, what]) => what);
  return done.length === 0 ? '' : ` (it came as far as: ${done.at(-1)})`;
}

/** The line QEMU calls an error, else its last one. */
function errorLineOf(said: string): string | null {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !line.includes('warning:'));
  const line = lines.find((candidate) => candidate.includes('error:')) ?? lines.at(-1);
  return line === undefined ? null : line.replace(/^\S*qemu\S*: (?:error: )?/, '').trim();
}
