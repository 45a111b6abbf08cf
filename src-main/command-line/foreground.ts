/**
 * `start --console` and `start --monitor`: this terminal on the guest from its first byte to its end, with QEMU's keys.
 * The guest is not ours: a terminal that closes leaves it running.
 */
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { ConsoleAttachment, type Leaving } from './console-attachment.ts';
import { controlAHelp, controlAKeys } from './console-keys.ts';
import type { CommandContext, ExitCode } from './context.ts';
import { stopOne } from './stop-instance.ts';
import { commandName } from './terminal-output.ts';

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
      const leaving = await attachment.run(stdin, stdout, signal);
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
          return left(view, leaving, context);
      }
    }
  } finally {
    if (stdin.isTTY) stdin.setRawMode(false);
  }
}

async function left(view: InstanceView, { action, text }: Leaving, context: CommandContext): Promise<ExitCode> {
  if (text !== null) context.output.note(text);
  if (action === 'leave' || context.signal.aborted)
    context.output.note(`${view.name} runs on. Look at it: slipway console ${commandName(view)}`);
  return 0;
}
