/**
 * One client of the core, over any transport: its calls, the events it is told, the consoles it watches. Everything a
 * client acquired is released when it closes, whatever way it went.
 */
import { type ConsoleFrame, decodeFrame, encodeFrame } from '../../../src-shared/contract/console-frames.ts';
import { SlipwayError, toFailure } from '../../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../../src-shared/contract/events.ts';
import {
  type MessageChannelLike,
  protocolVersion,
  type Reply,
  requestSchema,
} from '../../../src-shared/contract/messages.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import type { TypeResult } from '../consoles/keyboard.ts';
import type { Viewing } from '../instances/managed-instance.ts';
import type { Log } from '../kit/log.ts';
import { unawaited } from '../kit/unawaited.ts';
import { version } from '../kit/version.ts';
import type { ClientIdentity, SessionContext } from './client.ts';
import { PathTokens } from './path-tokens.ts';
import type { Router } from './router.ts';

export class Session implements SessionContext {
  readonly identity: ClientIdentity;
  readonly tokens = new PathTokens();
  readonly #channel: MessageChannelLike;
  readonly #router: Router;
  readonly #log: Log;
  readonly #onClose: () => void;
  readonly #viewings = new Map<number, Viewing>();
  #nextViewer = 1;
  #closed = false;

  constructor(channel: MessageChannelLike, identity: ClientIdentity, router: Router, log: Log, onClose: () => void) {
    this.#channel = channel;
    this.identity = identity;
    this.#router = router;
    this.#log = log;
    this.#onClose = onClose;
    this.#send({ type: 'hello', protocol: protocolVersion, version });
  }

  /**
   * One message from the client. Never throws. What is asked is answered, the mistakes in it too; what is no message of
   * the protocol ends the connection, because whoever sent it can be told nothing and would wait for ever.
   */
  receive(message: string | Uint8Array): void {
    if (this.#closed) return;
    if (typeof message === 'string') this.#receiveCall(message);
    else this.#receiveFrame(message);
  }

  tell(event: SlipwayEvent): void {
    this.#send({ type: 'event', event });
  }

  /** For the face, never for the client: the face vouches that a person chose this file. */
  grantPath(path: string): FileReference {
    return this.tokens.grant(path);
  }

  /**
   * Opens a console for this client. Frames can come before the answer to the call does, and that would leave them
   * without a terminal; so they are held until `announce` is called.
   */
  async view(open: (send: (frame: Omit<ConsoleFrame, 'viewer'>) => void) => Promise<Viewing>): Promise<number> {
    if (this.#viewings.size >= limits.sessionViewers)
      throw new SlipwayError('invalid_input', `This client has ${limits.sessionViewers} consoles open already.`, {
        hint: 'Close some of them first.',
      });
    const viewer = this.#nextViewer++;
    let held: ConsoleFrame[] | null = [];
    const viewing = await open((frame) => {
      const numbered = { ...frame, viewer };
      if (held === null) this.#sendFrame(numbered);
      else held.push(numbered);
    });
    if (this.#closed) {
      viewing.close();
      return viewer;
    }
    this.#viewings.set(viewer, viewing);
    // After the call's answer, which is sent in the microtasks that follow.
    setImmediate(() => {
      const frames = held ?? [];
      held = null;
      for (const frame of frames) this.#sendFrame(frame);
    });
    return viewer;
  }

  closeViewer(viewer: number): void {
    this.#viewings.get(viewer)?.close();
    this.#viewings.delete(viewer);
  }

  close(why?: 'misuse'): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const viewing of this.#viewings.values()) viewing.close();
    this.#viewings.clear();
    this.#onClose();
    this.#channel.close(why);
  }

  #receiveCall(text: string): void {
    const request = parseRequest(text);
    if (request === null) this.#misused(`a text of ${text.length} characters that is no call`);
    else unawaited(this.#answer(request.id, request.name, request.input), 'a call could not be answered', this.#log);
  }

  async #answer(id: number, name: string, input: unknown): Promise<void> {
    try {
      this.#send({ type: 'result', id, value: await this.#router.dispatch(name, input, this) });
    } catch (error) {
      this.#send({ type: 'failure', id, failure: toFailure(error) });
    }
  }

  #receiveFrame(bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (frame === null) this.#misused(`${bytes.length} bytes that are no frame of a client's`);
    else if (frame.kind === 'ack') this.#viewings.get(frame.viewer)?.ack(frame.offset);
    else unawaited(this.#type(frame), 'keys could not be answered', this.#log);
  }

  /**
   * Whoever types more than a person would (a pipe) learns from the answer when there is room for more, and that what was
   * typed into a console that is gone has reached nobody.
   */
  async #type({ viewer, extra, payload }: ConsoleFrame): Promise<void> {
    const result = await this.#handOver(this.#viewings.get(viewer), payload, extra === 1);
    const lost = result === 'written' ? 0 : payload.length;
    this.#sendFrame({ kind: 'ack', viewer, offset: lost, extra: payload.length, payload: new Uint8Array() });
  }

  async #handOver(viewing: Viewing | undefined, payload: Uint8Array, automatic: boolean): Promise<TypeResult> {
    try {
      return (await viewing?.input(payload, automatic)) ?? 'closed';
    } catch (error) {
      this.#log.error('a console did not take what was typed', { ...toFailure(error) });
      return 'closed';
    }
  }

  #misused(what: string): void {
    this.#log.warn('a connection was ended: it was sent what is no message', { what, face: this.identity.face });
    this.close('misuse');
  }

  #sendFrame(frame: ConsoleFrame): void {
    if (!this.#closed) this.#channel.send(encodeFrame(frame));
  }

  #send(reply: Reply): void {
    if (!this.#closed) this.#channel.send(JSON.stringify(reply));
  }
}

/** Whether a client may say that at all, before anybody looks at what it means. */
export function isMessage(message: string | Uint8Array): boolean {
  return typeof message === 'string' ? parseRequest(message) !== null : parseFrame(message) !== null;
}

/** null: it is no frame that a client sends. */
function parseFrame(bytes: Uint8Array): ConsoleFrame | null {
  const frame = decodeFrame(bytes);
  if (frame?.kind === 'ack') return frame;
  return frame?.kind === 'input' && frame.payload.length <= limits.inputFrameBytes ? frame : null;
}

/** null: it is no request. */
function parseRequest(text: string) {
  if (text.length > limits.messageBytes) return null;
  try {
    const parsed = requestSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
