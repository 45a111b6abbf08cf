/**
 * Is the guest ready? Ordered checks, each with its hint and one deadline over all. A guest that is not ready in time is
 * never called failed: it runs, and the hint says what it is waited for.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { PortStatus } from '../../../src-shared/model/ports.ts';
import type { Guest, ReadinessCheck, Spec } from '../../../src-shared/model/spec.ts';
import { waitForBanner } from '../network/banner-probe.ts';
import { runTool } from '../process/run-tool.ts';

export interface ReadinessContext {
  readonly signal: AbortSignal;
  ports(): readonly PortStatus[];
  /** Resolves when the guest has said anything. */
  firstByte(signal: AbortSignal): Promise<void>;
  /** Resolves when a line of the serial output matches. */
  waitForSerial(pattern: RegExp, signal: AbortSignal): Promise<void>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** What is being waited for now, as a sentence, and what to do when it takes long. */
  onWaiting(text: string, hint: string): void;
  /** Bytes came from the guest through this mapping. */
  onAnswering(port: string, banner: string): void;
}

const retryMs = 500;

/** Beside what a person can ask for: of a guest nothing is known of, that it says anything at all. */
export type Check = ReadinessCheck | { readonly kind: 'first-byte' };

/** What a guest is ready by when nobody said otherwise. `ports`: names of those it has. */
export function readinessChecks(spec: Spec, ports: readonly string[]): readonly Check[] {
  return spec.runtime.readiness ?? defaultChecks(spec.guest, ports);
}

function defaultChecks(guest: Guest, ports: readonly string[]): readonly Check[] {
  if (guest.kind === 'demo') return [{ kind: 'serial', pattern: 'demo: ready' }];
  // Without a port to ask on, a Fuchsia guest is ready as soon as it runs: ffx waits in vain for such a one.
  if (guest.kind === 'fuchsia') return ports.includes('ssh') ? [{ kind: 'banner', port: 'ssh' }] : [];
  if (guest.kind !== 'linux') return [{ kind: 'first-byte' }];
  if (ports.includes('ssh')) return [{ kind: 'banner', port: 'ssh' }];
  return [{ kind: 'serial', pattern: 'Slipway Linux guest' }];
}

/** Resolves when every check has passed, in order. Rejects when the signal is aborted, or a check can never pass. */
export async function becomeReady(checks: readonly Check[], context: ReadinessContext): Promise<void> {
  for (const check of checks) {
    switch (check.kind) {
      case 'first-byte':
        context.onWaiting('Waiting for the first byte on the serial console.', silentHint);
        await context.firstByte(context.signal);
        break;
      case 'serial':
        await serialCheck(check.pattern, context);
        break;
      case 'banner':
        await bannerCheck(check.port, context);
        break;
      case 'command':
        await commandCheck(check.arguments, context);
        break;
    }
  }
}

const silentHint =
  'A guest that has no serial console is never called ready; say when it is, or that running is enough.';

async function serialCheck(pattern: string, context: ReadinessContext): Promise<void> {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch (error) {
    throw new SlipwayError('invalid_input', `The readiness pattern "${pattern}" is not a regular expression.`, {
      field: 'runtime.readiness',
      raw: String(error),
    });
  }
  context.onWaiting(
    `Waiting for a line that matches ${expression} on the serial console.`,
    'Look at the serial console: it shows how far the boot came.',
  );
  await context.waitForSerial(expression, context.signal);
}

async function bannerCheck(name: string, context: ReadinessContext): Promise<void> {
  const waiting = `Waiting for the guest to answer on its ${name} port`;
  const hint = 'The guest needs its network up and the service listening; the serial console shows how far it is.';
  context.onWaiting(`${waiting}.`, hint);
  const port = context.ports().find((mapping) => mapping.name === name);
  if (port === undefined || port.state === 'failed' || port.host === null) {
    throw new SlipwayError('timed_out', `Readiness needs the ${name} port, and that is not mapped.`, {
      hint: `Map a port named "${name}", or choose another readiness check.`,
      field: 'runtime.readiness',
    });
  }
  const host = port.bind === '0.0.0.0' ? '127.0.0.1' : port.bind;
  // No deadline of its own: what takes long is said by the condition, and never called failed.
  const banner = await waitForBanner(
    { host, port: port.host },
    {
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: context.signal,
      onMiss: (why) => context.onWaiting(`${waiting}; last attempt: ${why}.`, hint),
    },
  );
  context.onAnswering(name, banner);
}

async function commandCheck(command: readonly string[], context: ReadinessContext): Promise<void> {
  const [program = '', ...args] = command;
  const hint = `It is run again every ${retryMs} ms until it exits with 0.`;
  context.onWaiting(`Waiting for ${program} to succeed.`, hint);
  for (;;) {
    // A program that is not there, or cannot be run, ends the wait: it will not be there the next time either.
    const { code } = await runTool(program, args, { signal: context.signal, timeoutMs: 60_000 });
    if (code === 0) return;
    context.onWaiting(`Waiting for ${program} to succeed; last time it exited with ${code}.`, hint);
    await context.wait(retryMs, context.signal);
  }
}
