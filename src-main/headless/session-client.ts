/** A typed client of a Service in Node: calls as promises, events and console frames as emitters. */
import { type CallInput, type CallName, type CallOutput, calls } from '../../src-shared/contract/calls.ts';
import { type ConsoleFrame, decodeFrame, encodeFrame } from '../../src-shared/contract/console-frames.ts';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import { protocolVersion, type Reply, replySchema } from '../../src-shared/contract/messages.ts';
import { type Deferred, deferred } from '../core/kit/deferred.ts';
import { Emitter } from '../core/kit/emitter.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import type { Service, ServiceSession } from './service.ts';

export class SessionClient {
  readonly events = new Emitter<SlipwayEvent>();
  readonly frames = new Emitter<ConsoleFrame>();
  readonly closed = new Emitter<void>();
  readonly #pending = new Map<number, Deferred<unknown>>();
  #session: ServiceSession | null = null;
  #nextId = 1;
  #ended = false;
  #refusal: SlipwayError | null = null;

  static over(service: Service, identity: ClientIdentity): SessionClient {
    const client = new SessionClient();
    client.#session = service.connect(
      { send: (message) => client.#receive(message), close: () => client.#onClosed() },
      identity,
    );
    return client;
  }

  /**
   * Rejects with a SlipwayError: the call's own failure, or `connection_lost`. What only looks is asked again of a new
   * owner; of anything else the old one may have done it, so that whoever asked has to look first.
   */
  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    for (;;) {
      try {
        return await this.#callOnce(name, input);
      } catch (error) {
        const lost = error instanceof SlipwayError && error.code === 'connection_lost';
        if (!lost || this.#ended || !calls[name].looks) throw error;
      }
    }
  }

  #callOnce<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    if (this.#ended || this.#session === null) return Promise.reject(this.#refusal ?? connectionLost());
    const id = this.#nextId++;
    const answer = deferred<unknown>();
    this.#pending.set(id, answer);
    this.#session.receive(JSON.stringify({ type: 'call', id, name, input }));
    // The service checked its output against this row's schema before it sent it.
    return answer.promise as Promise<CallOutput<N>>;
  }

  sendFrame(frame: ConsoleFrame): void {
    this.#session?.receive(encodeFrame(frame));
  }

  close(): void {
    this.#session?.close();
    this.#onClosed();
  }

  #receive(message: string | Uint8Array): void {
    if (typeof message !== 'string') {
      const frame = decodeFrame(message);
      if (frame !== null) this.frames.emit(frame);
      return;
    }
    const reply = parseReply(message);
    if (reply === null) {
      this.#refuse(
        new SlipwayError('internal', 'The owner of the Slipway home said what this Slipway does not understand.'),
      );
      return;
    }
    switch (reply.type) {
      case 'hello':
        if (reply.protocol !== protocolVersion) this.#refuse(otherVersion(reply.version));
        return;
      case 'event':
        // The answers to calls made of the old owner will not come.
        if (reply.event.type === 'ownerChanged') this.#failPending();
        this.events.emit(reply.event);
        return;
      case 'result':
        this.#settle(reply.id)?.resolve(reply.value);
        return;
      case 'failure':
        this.#settle(reply.id)?.reject(SlipwayError.from(reply.failure));
        return;
    }
  }

  #refuse(refusal: SlipwayError): void {
    this.#refusal = refusal;
    // Not at once: the service is still connecting us.
    queueMicrotask(() => this.close());
  }

  #settle(id: number): Deferred<unknown> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #failPending(): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of pending) call.reject(this.#refusal ?? connectionLost());
  }

  #onClosed(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failPending();
    this.closed.emit();
  }
}

function parseReply(message: string): Reply | null {
  try {
    return replySchema.parse(JSON.parse(message));
  } catch {
    return null;
  }
}

function connectionLost(): SlipwayError {
  return new SlipwayError('connection_lost', 'The connection to the owner of the Slipway home was lost.');
}

function otherVersion(version: string): SlipwayError {
  return new SlipwayError('owner_busy', `The Slipway that owns this home is of another version (${version}).`, {
    cause: 'The two do not speak the same protocol.',
    hint: 'Close it and use one of the two, or give this one another home with SLIPWAY_HOME.',
  });
}
