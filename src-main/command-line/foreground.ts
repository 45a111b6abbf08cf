/**
 * `start --console` and `start --monitor`: this terminal on the guest from its first byte to its end, with QEMU's keys.
 * The guest is not ours: a terminal that closes leaves it running.
 */
import { type InstanceView, isDead } from '../../src-shared/model/instance.ts';
import { ConsoleAttachment, type Leaving } from './console-attachment.ts';
import { controlAHelp, controlAKeys } from './console-keys.ts';
import type { CommandContext, ExitCode } from './context.ts';
import { reportEnd } from './launch-report.ts';
import { isOver, stopOne } from './stop-instance.ts';
import { commandName } from './terminal-output.ts';
import { waitForInstance } from './wait-for.ts';

type Side = 'serial' | 'monitor';

export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

export async function stayInForeground(
  view: InstanceView,
  first: Side,
  context: CommandContext,
  { stdin, stdout }: Terminal = process,
): Promise<ExitCode> {
  const { client, output, signal } = context;
  const death = watchForDeath(view, context);
  const positions: Record<Side, number | null> = { serial: 0, monitor: null };
  let side = first;
  let typed: Buffer = Buffer.alloc(0);
  if (stdin.isTTY) output.note(`${view.name}: ${side}. Ctrl-a h lists the keys; Ctrl-C is the guest's.`);
  try {
    for (;;) {
      const attachment = new ConsoleAttachment(
        client,
        { id: view.id, console: side, boot: null },
        { keys: controlAKeys(), untilEnd: true, from: positions[side], typed, keepsTerminal: true },
      );
      const leaving = await attachment.run(stdin, stdout, AbortSignal.any([signal, death.signal]));
      positions[side] = attachment.position;
      typed = leaving.rest;
      switch (leaving.action) {
        case 'toggle':
          side = side === 'serial' ? 'monitor' : 'serial';
          output.note(`${view.name}: ${side}`);
          continue;
        case 'help':
          output.note(controlAHelp);
          continue;
        case 'kill':
          await stopOne(view.id, true, context);
          return 0;
        default:
          return await left(view, leaving, death.signal, context);
      }
    }
  } finally {
    death.end();
    if (stdin.isTTY) stdin.setRawMode(false);
  }
}

/** Aborted once the guest is dead, which ends no console by itself. */
function watchForDeath({ id, status }: InstanceView, { client }: CommandContext) {
  const died = new AbortController();
  const look = (now: InstanceView) => {
    if (now.id === id && now.status.boot === status.boot && isDead(now.status)) died.abort(new Error('the guest died'));
  };
  const end = client.events.on((event) => event.type === 'instanceChanged' && look(event.view));
  // It may have died before we came.
  client.call('instance.show', { id }).then(
    ({ view }) => look(view),
    () => undefined,
  );
  return { signal: died.signal, end };
}

async function left(
  view: InstanceView,
  { action, text }: Leaving,
  died: AbortSignal,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, signal } = context;
  if (text !== null) output.note(text);
  if (action === 'leave' || signal.aborted) {
    output.note(`${view.name} runs on. Look at it: slipway console ${commandName(view)}`);
    return 0;
  }
  const now = died.aborted ? await viewOf(view, context) : await ended(view, context);
  // Whatever ended it: a failure is one.
  return now?.status.failure == null ? 0 : reportEnd(now, context);
}

async function viewOf({ id }: InstanceView, { client }: CommandContext): Promise<InstanceView> {
  return (await client.call('instance.show', { id })).view;
}

/** The console ends a moment before it is known how the guest did. */
function ended({ id, status }: InstanceView, { client, signal }: CommandContext): Promise<InstanceView | null> {
  const isOverNow = (now: InstanceView) => isOver(now) || now.status.boot !== status.boot || isDead(now.status);
  return waitForInstance(client, id, isOverNow, { timeoutMs: endMs, signal });
}

const endMs = 5000;
