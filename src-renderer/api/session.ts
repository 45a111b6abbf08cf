/**
 * One session with the core over any transport: calls with checked inputs and outputs, events, console frames, and
 * reconnection. A call answers when it answers; losing the connection rejects what is outstanding.
 */
import { type CallInput, type CallName, type CallOutput, calls } from '../../src-shared/contract/calls.ts';
import { type ConsoleFrame, decodeFrame, encodeFrame } from '../../src-shared/contract/console-frames.ts';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import { type MessageChannelLike, protocolVersion, replySchema } from '../../src-shared/contract/messages.ts';
import type { Face, LinkEnd, Refusal, Transport } from './transport.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly version: string }
  | { readonly state: 'lost'; readonly attempt: number; readonly retryAt: number }
  | ({ readonly state: 'refused' } & Refusal);

interface Outstanding {
  readonly name: CallName;
  resolve(value: unknown): void;
  reject(error: SlipwayError): void;
}

export interface SessionHandlers {
  connectionChanged(connection: Connection): void;
  eventReceived(event: SlipwayEvent): void;
}

const firstDelayMs = 400;
const longestDelayMs = 10_000;
/** Frames kept for viewers whose `console.open` reply is still being handled. */
const strayFrames = 256;

export function retryDelayMs(attempt: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, attempt - 1));
}

const lost = (): SlipwayError =>
  new SlipwayError('connection_lost', 'The connection to Slipway was lost before it answered.');

export class Session {
  readonly face: Face;
  readonly #transport: Transport;
  readonly #handlers: SessionHandlers;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #viewers = new Map<number, (frame: ConsoleFrame) => void>();
  #stray: ConsoleFrame[] = [];
  /** Asked before the core greeted: it is still reading the home. */
  #early: string[] = [];
  #link: MessageChannelLike | null = null;
  #connected = false;
  #attempt = 0;
  #nextCall = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;
  /** The other side speaks another protocol: it would at every try. */
  #final = false;

  constructor(transport: Transport, handlers: SessionHandlers) {
    this.face = transport.face;
    this.#transport = transport;
    this.#handlers = handlers;
  }

  start(): void {
    this.#handlers.connectionChanged({ state: 'connecting' });
    this.#open();
  }

  /** Tries again now instead of at the end of the pause. */
  retry(): void {
    if (this.#link !== null || this.#disposed || this.#final) return;
    clearTimeout(this.#timer);
    this.#open();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#link?.close();
    this.#dropOutstanding();
  }

  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const link = this.#link;
    if (link === null) return Promise.reject(lost());
    return new Promise((resolve, reject) => {
      const id = this.#nextCall++;
      this.#outstanding.set(id, {
        name,
        // The reply was parsed with this call's own schema; the map of outstanding calls cannot carry that in its type.
        resolve: (value) => resolve(value as CallOutput<N>),
        reject,
      });
      const message = JSON.stringify({ type: 'call', id, name, input });
      if (this.#connected) link.send(message);
      else this.#early.push(message);
    });
  }

  /** Frames for `viewer` go to `receive` from now on, those that came early first. */
  watchFrames(viewer: number, receive: (frame: ConsoleFrame) => void): () => void {
    this.#viewers.set(viewer, receive);
    const early = this.#stray.filter((frame) => frame.viewer === viewer);
    this.#stray = this.#stray.filter((frame) => frame.viewer !== viewer);
    for (const frame of early) receive(frame);
    return () => {
      if (this.#viewers.get(viewer) === receive) this.#viewers.delete(viewer);
    };
  }

  /** False: there is no connection, and the frame is gone. */
  sendFrame(frame: ConsoleFrame): boolean {
    if (!this.#connected || this.#link === null) return false;
    this.#link.send(encodeFrame(frame));
    return true;
  }

  #open(): void {
    // A transport may end a link late; only the current one counts.
    let current = true;
    const link = this.#transport.open({
      message: (message) => {
        if (current) this.#received(message);
      },
      ended: (end) => {
        if (!current) return;
        current = false;
        this.#ended(end);
      },
    });
    if (current) this.#link = link;
  }

  #ended(end: LinkEnd): void {
    this.#link = null;
    this.#connected = false;
    this.#dropOutstanding();
    if (this.#disposed || this.#final) return;
    if (end.kind === 'refused') {
      const { kind: _, ...refusal } = end;
      this.#handlers.connectionChanged({ state: 'refused', ...refusal });
      return;
    }
    this.#attempt += 1;
    const delayMs = retryDelayMs(this.#attempt);
    this.#handlers.connectionChanged({ state: 'lost', attempt: this.#attempt, retryAt: Date.now() + delayMs });
    this.#timer = setTimeout(() => this.#open(), delayMs);
  }

  #dropOutstanding(): void {
    const dropped = [...this.#outstanding.values()];
    this.#outstanding.clear();
    this.#viewers.clear();
    this.#stray = [];
    this.#early = [];
    for (const call of dropped) call.reject(lost());
  }

  #received(message: string | Uint8Array): void {
    if (typeof message !== 'string') {
      this.#frameReceived(message);
      return;
    }
    const reply = replySchema.safeParse(parseJson(message));
    if (!reply.success) {
      console.error('A message from Slipway was not understood and is ignored.', reply.error);
      return;
    }
    switch (reply.data.type) {
      case 'hello':
        this.#greeted(reply.data.protocol, reply.data.version);
        break;
      case 'event':
        // What the old owner was asked it will not answer, and its viewers are gone with it.
        if (reply.data.event.type === 'ownerChanged') this.#dropOutstanding();
        this.#handlers.eventReceived(reply.data.event);
        break;
      case 'result':
        this.#answered(reply.data.id, reply.data.value);
        break;
      case 'failure': {
        const call = this.#take(reply.data.id);
        call?.reject(SlipwayError.from(reply.data.failure));
        break;
      }
    }
  }

  #greeted(protocol: number, version: string): void {
    if (protocol !== protocolVersion) {
      this.#final = true;
      this.#link?.close();
      this.#link = null;
      this.#connected = false;
      this.#dropOutstanding();
      this.#handlers.connectionChanged({
        state: 'refused',
        message: `This page speaks protocol ${protocolVersion}, Slipway ${version} speaks ${protocol}.`,
        hint: 'Reload the page.',
      });
      return;
    }
    this.#attempt = 0;
    this.#connected = true;
    this.#handlers.connectionChanged({ state: 'connected', version });
    for (const message of this.#early.splice(0)) this.#link?.send(message);
  }

  #answered(id: number, value: unknown): void {
    const call = this.#take(id);
    if (call === undefined) return;
    const output = calls[call.name].output.safeParse(value);
    if (output.success) call.resolve(output.data);
    else
      call.reject(
        new SlipwayError('internal', `Slipway answered "${call.name}" with something this page does not understand.`, {
          raw: output.error.message,
        }),
      );
  }

  #take(id: number): Outstanding | undefined {
    const call = this.#outstanding.get(id);
    this.#outstanding.delete(id);
    return call;
  }

  #frameReceived(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame === null) return;
    const receive = this.#viewers.get(frame.viewer);
    if (receive !== undefined) receive(frame);
    else if (this.#stray.length < strayFrames && this.#opening()) this.#stray.push(frame);
  }

  #opening(): boolean {
    for (const call of this.#outstanding.values()) if (call.name === 'console.open') return true;
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
