/** `slipway console`: this terminal on a guest's console, raw, until the escape key. */
import { parseArgs } from 'node:util';
import type { ConsoleName } from '../../../src-shared/contract/calls.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { Command, CommandContext } from '../context.ts';
import { UsageError } from '../usage.ts';
import { idOf } from './power.ts';

/** Ctrl-], as telnet and `virsh console` have it: no shell or kernel wants it. */
const escapeByte = 0x1d;

export const attach: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      serial: { type: 'boolean', short: 's' },
      monitor: { type: 'boolean' },
      qmp: { type: 'boolean' },
      log: { type: 'boolean' },
      boot: { type: 'string' },
    },
  });
  const chosen = (['serial', 'monitor', 'qmp', 'log'] as const).filter((name) => values[name]);
  if (chosen.length > 1) throw new UsageError('one console at a time');
  if (context.output.machine) throw new UsageError('a console is for a person; see: slipway logs --machine json');
  const id = await idOf(positionals, context);
  const boot = values.boot === undefined ? null : Number(values.boot);
  context.output.note(`${id}: ${chosen[0] ?? 'serial'} console. Ctrl-] leaves.`);
  await new Attachment(context, id, chosen[0] ?? 'serial', boot).run();
  return 0;
};

class Attachment {
  readonly #context: CommandContext;
  readonly #id: string;
  readonly #console: ConsoleName;
  readonly #boot: number | null;
  #viewer = -1;
  #writable = false;

  constructor(context: CommandContext, id: string, console: ConsoleName, boot: number | null) {
    this.#context = context;
    this.#id = id;
    this.#console = console;
    this.#boot = boot;
  }

  async run(): Promise<void> {
    const { client, signal } = this.#context;
    const input = process.stdin;
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const unsubscribeFrames = client.frames.on((frame) => {
      if (frame.viewer !== this.#viewer) return;
      switch (frame.kind) {
        case 'snapshot':
        case 'data':
          // Acknowledged when the terminal took it: a slow terminal slows only its own view.
          process.stdout.write(frame.payload, () =>
            client.sendFrame({
              kind: 'ack',
              viewer: frame.viewer,
              offset: frame.offset + (frame.kind === 'data' ? frame.extra : 0),
              extra: 0,
              payload: new Uint8Array(),
            }),
          );
          return;
        case 'ready':
          this.#writable = frame.extra === 1;
          return;
        case 'end':
          this.#context.output.note(`\r\n${new TextDecoder().decode(frame.payload)}`);
          if (this.#console === 'serial') leave();
          return;
        default:
          return;
      }
    });
    const unsubscribeEvents = client.events.on((event) => {
      if (event.type === 'ownerChanged') void this.#open().catch(leave);
    });
    const onInput = (bytes: Buffer) => {
      const escapeAt = bytes.indexOf(escapeByte);
      this.#type(escapeAt === -1 ? bytes : bytes.subarray(0, escapeAt));
      if (escapeAt !== -1) leave();
    };
    try {
      await this.#open();
      if (input.isTTY) input.setRawMode(true);
      input.on('data', onInput).resume();
      signal.addEventListener('abort', leave, { once: true });
      client.closed.on(leave);
      await left;
    } finally {
      unsubscribeFrames();
      unsubscribeEvents();
      input.off('data', onInput).pause();
      if (input.isTTY) {
        input.setRawMode(false);
        // Whatever the guest left the terminal in: colours off, cursor on, main screen.
        process.stdout.write('\x1b[0m\x1b[?25h\x1b[?1049l\r\n');
      }
      await client.call('console.close', { viewer: this.#viewer }).catch(() => undefined);
    }
  }

  async #open(): Promise<void> {
    const opened = await this.#context.client.call('console.open', {
      id: this.#id,
      console: this.#console,
      boot: this.#boot,
    });
    this.#viewer = opened.viewer;
  }

  #type(bytes: Buffer): void {
    if (!this.#writable) return;
    for (let at = 0; at < bytes.length; at += limits.inputFrameBytes) {
      const payload = bytes.subarray(at, at + limits.inputFrameBytes);
      this.#context.client.sendFrame({ kind: 'input', viewer: this.#viewer, offset: 0, extra: 0, payload });
    }
  }
}
