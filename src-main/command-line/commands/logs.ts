/** `slipway logs`: one boot's file, byte for byte; in a terminal with its controls made visible. */
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { LogFile } from '../../../src-shared/model/console.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { systemClock } from '../../core/kit/clock.ts';
import type { Command, CommandContext } from '../context.ts';
import { idOf } from '../named-instance.ts';
import { bootOf, serialLineOf } from '../option-values.ts';
import { UsageError } from '../usage.ts';

const chunkBytes = 512 * 1024;
/** How often a followed log is asked for more. */
const followMs = 200;

export const logs: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      engine: { type: 'boolean' },
      line: { type: 'string' },
      boot: { type: 'string' },
      follow: { type: 'boolean', short: 'f' },
      raw: { type: 'boolean' },
    },
  });
  const { client, output } = context;
  const asked = bootOf(values.boot);
  if (values.engine && values.line !== undefined) throw new UsageError('--engine or --line, not both');
  const file: LogFile = values.engine ? 'engine' : serialLineOf(values.line);
  if (values.follow && output.machine)
    throw new UsageError('--follow has no end to wait for; --machine json is one document');
  const id = await idOf(positionals, context);
  const { view, boots } = await client.call('instance.show', { id });
  if (asked !== null && !boots.some(({ number }) => number === asked)) throw notKept(view, asked, boots);
  const log: Log = { id, boot: asked ?? view.status.boot, file };
  if (log.boot === 0) {
    output.note(`${view.name} was never booted.`);
    output.result({ ...log, bytes: 0, text: '' }, '');
    return 0;
  }
  if (output.machine) {
    const chunks: Buffer[] = [];
    const { dropped } = await readFrom(0, log, context, async (bytes) => {
      chunks.push(bytes);
    });
    const text = Buffer.concat(chunks);
    const gone = dropped === 0 ? {} : { dropped };
    output.result({ ...log, bytes: text.length, ...gone, text: text.toString('utf8') }, '');
    return 0;
  }
  const write = (bytes: Uint8Array) => output.bytes(bytes, values.raw);
  let { offset } = await readFrom(0, log, context, write);
  while (values.follow && !context.signal.aborted) {
    const { view: now } = await client.call('instance.show', { id });
    offset = (await readFrom(offset, log, context, write)).offset;
    if (isOver(now, log.boot)) break;
    await systemClock.wait(followMs, context.signal).catch(() => undefined);
  }
  output.endOfBytes(values.raw);
  return 0;
};

interface Log {
  readonly id: string;
  /** 0: never booted. */
  readonly boot: number;
  readonly file: LogFile;
}

/** Looked at before the last read: what was said up to then is in the file. */
function isOver({ status }: InstanceView, boot: number): boolean {
  return status.boot !== boot || ((status.phase === 'stopped' || status.phase === 'failed') && !status.processLives);
}

/** Resolves to the offset of what comes next, and to how much on the way there is no longer kept. */
async function readFrom(
  start: number,
  log: Log,
  { client, output, signal }: CommandContext,
  take: (bytes: Buffer) => Promise<void>,
): Promise<{ offset: number; dropped: number }> {
  let offset = start;
  let dropped = 0;
  while (!signal.aborted) {
    const part = await client.call('instance.log', { ...log, offset, length: chunkBytes });
    const bytes = Buffer.from(part.base64, 'base64');
    const from = Math.max(part.offset, Math.min(part.keptFrom, part.size));
    // The oldest part of a transcript that outgrew its bound is a hole in the file, and reads as zeros.
    if (from > offset) {
      dropped += from - offset;
      const which = offset === 0 ? 'the first' : 'another';
      output.note(`(${which} ${from - offset} bytes are no longer kept)`);
    }
    const end = part.offset + bytes.length;
    offset = Math.max(end, from);
    if (end > from) await take(bytes.subarray(from - part.offset));
    // A hole is skipped, not read.
    if (offset >= part.size || (bytes.length === 0 && from === part.offset)) break;
  }
  return { offset, dropped };
}

function notKept(view: InstanceView, boot: number, boots: readonly { number: number }[]): SlipwayError {
  const kept = boots.map(({ number }) => number).join(', ');
  return new SlipwayError('invalid_input', `Boot ${boot} of ${view.name} is not kept.`, {
    hint: kept === '' ? 'It was never booted.' : `These are: ${kept}.`,
  });
}
