/**
 * api/ owns everything between the page and the core: transports, the session protocol and console viewers. It knows
 * nothing of React, stores or the DOM beyond what carries messages, and must never interpret what a guest says.
 */
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';

export type Face = 'window' | 'web';

/** Why a link ended. `refused` is final: trying again with the same credentials would end the same way. */
export type LinkEnd = { readonly kind: 'lost' } | ({ readonly kind: 'refused' } & Refusal);

export interface Refusal {
  readonly message: string;
  readonly hint: string;
  readonly cause?: string | undefined;
  readonly raw?: string | undefined;
}

export interface LinkHandlers {
  /** A string is a JSON message, bytes are one console frame. */
  message(message: string | Uint8Array): void;
  ended(end: LinkEnd): void;
}

/** Opens links to the core, one at a time. */
export interface Transport {
  readonly face: Face;
  open(handlers: LinkHandlers): MessageChannelLike;
}
