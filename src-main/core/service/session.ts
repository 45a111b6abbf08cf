/**
 * One client of the core, over any transport: its calls, the events it is told, the consoles it watches. Everything a
 * client acquired is released when it closes, whatever way it went.
 */
import { type ConsoleFrame, decodeFrame, encodeFrame } from '../../../src-shared/contract/console-frames.ts';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../../src-shared/contract/events.ts';
import {
  type MessageChannelLike,
  protocolVersion,
  type Reply,
  requestSchema,
} from '../../../src-shared/contract/messages.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import type { Viewing } from '../instances/managed-instance.ts';
import { version } from '../kit/version.ts';
import type { ClientIdentity, SessionContext } from './client.ts';
import { PathTokens } from './path-tokens.ts';
import type { Router } from './router.ts';

export class Session implements SessionContext {
  readonly identity: ClientIdentity;
  readonly tokens = new PathTokens();
  readonly #channel: MessageChannelLike;
  readonly #router: Router;
  readonly #onClose: () => void;
  readonly #viewings = new Map<number, Viewing>();
  #nextViewer = 1;
  #closed = false;

  constructor(channel: MessageChannelLike, identity: ClientIdentity, router: Router, onClose: () => void) {
    this.#channel = channel;
    this.identity = identity;
    this.#router = router;
    this.#onClose = onClose;
    this.#send({ type: 'hello', protocol: protocolVersion, version });
  }

  /** One message from the client. Never throws: a client's mistakes are answered or ignored, never fatal. */
  receive(message: string | Uint8Array): void {
    if (this.#closed) return;
    if (typeof message === 'string') void this.#receiveCall(message);
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

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const viewing of this.#viewings.values()) viewing.close();
    this.#viewings.clear();
    this.#onClose();
    this.#channel.close();
  }

  async #receiveCall(text: string): Promise<void> {
    const request = parseRequest(text);
    if (request === null) {
      this.close();
      return;
    }
    try {
      const value = await this.#router.dispatch(request.name, request.input, this);
      this.#send({ type: 'result', id: request.id, value });
    } catch (error) {
      this.#send({ type: 'failure', id: request.id, failure: toFailure(error) });
    }
  }

  #receiveFrame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame === null) return;
    const viewing = this.#viewings.get(frame.viewer);
    if (viewing === undefined) return;
    if (frame.kind === 'ack') viewing.ack(frame.offset);
    if (frame.kind === 'input' && frame.payload.length <= limits.inputFrameBytes) void this.#type(viewing, frame);
  }

  /** Whoever types more than a person would (a pipe) learns from the answer when there is room for more. */
  async #type(viewing: Viewing, { viewer, extra, payload }: ConsoleFrame): Promise<void> {
    const result = await viewing.input(payload, extra === 1);
    const lost = result === 'written' ? 0 : payload.length;
    this.#sendFrame({ kind: 'ack', viewer, offset: lost, extra: payload.length, payload: new Uint8Array() });
  }

  #sendFrame(frame: ConsoleFrame): void {
    if (!this.#closed) this.#channel.send(encodeFrame(frame));
  }

  #send(reply: Reply): void {
    if (!this.#closed) this.#channel.send(JSON.stringify(reply));
  }
}

function parseRequest(text: string) {
  if (text.length > limits.messageBytes) return null;
  try {
    const parsed = requestSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
