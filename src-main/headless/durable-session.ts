/**
 * A session that outlives the service behind it. When the owner of the home changes the client is told `ownerChanged` as
 * soon as the new one is there, and goes on. Calls that were under way are not repeated: a client that is told so knows
 * that their answers will not come.
 */
import type { MessageChannelLike, Reply } from '../../src-shared/contract/messages.ts';
import type { FileReference } from '../../src-shared/model/spec.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import { isMessage } from '../core/service/session.ts';
import type { Service, ServiceSession } from './service.ts';

/** Asked before there is an owner; a page asks a handful of things. */
const mostWaiting = 1000;

export class DurableSession implements ServiceSession {
  readonly #channel: MessageChannelLike;
  readonly #identity: ClientIdentity;
  readonly #on: { closed(): void; lost(): void };
  #behind: ServiceSession | null = null;
  #waiting: string[] = [];
  #wasAttached = false;
  #attaching = false;
  #closed = false;

  constructor(channel: MessageChannelLike, identity: ClientIdentity, on: { closed(): void; lost(): void }) {
    this.#channel = channel;
    this.#identity = identity;
    this.#on = on;
  }

  /** Goes on with this service. Nothing to do when the session still has one. */
  attach(service: Service): void {
    if (this.#closed || this.#behind !== null || this.#attaching) return;
    this.#attaching = true;
    if (this.#wasAttached) {
      const changed: Reply = { type: 'event', event: { type: 'ownerChanged' } };
      this.#channel.send(JSON.stringify(changed));
    }
    this.#wasAttached = true;
    // A service may end the session before `connect` returns.
    let ended = false;
    let behind: ServiceSession | null = null;
    behind = service.connect(
      {
        send: (message) => {
          // What an old owner says late would contradict the new one.
          if (!this.#closed && (behind === null || behind === this.#behind)) this.#channel.send(message);
        },
        close: (why) => {
          ended = true;
          // What the client said was no message: there is nobody to go on with.
          if (why === 'misuse') this.close(why);
          else if (behind !== null) this.#ended(behind);
        },
      },
      this.#identity,
    );
    if (this.#closed) {
      behind.close();
      return;
    }
    this.#behind = behind;
    this.#attaching = false;
    if (ended) {
      this.#ended(behind);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) behind.receive(message);
  }

  receive(message: string | Uint8Array): void {
    if (this.#closed) return;
    if (this.#behind !== null) {
      this.#behind.receive(message);
      return;
    }
    if (!isMessage(message) || this.#waiting.length >= mostWaiting) {
      this.close('misuse');
      return;
    }
    // Between two owners: what was asked now would be answered after the client gave it up. It is told, and asks again;
    // a client in this very process does so while it is being told.
    if ((!this.#wasAttached || this.#attaching) && typeof message === 'string') this.#waiting.push(message);
  }

  grantPath(path: string): FileReference | null {
    return this.#behind?.grantPath?.(path) ?? null;
  }

  close(why?: 'misuse'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#behind?.close();
    this.#on.closed();
    this.#channel.close(why);
  }

  #ended(behind: ServiceSession): void {
    if (this.#closed || this.#behind !== behind) return;
    this.#behind = null;
    this.#on.lost();
  }
}
