/**
 * What every face talks to: something that takes a connection. The core in this process is one; the owner of the home
 * in another process, reached over its socket, is the other. A face cannot tell them apart.
 */
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import type { FileReference } from '../../src-shared/model/spec.ts';
import type { ClientIdentity } from '../core/service/client.ts';

export interface ServiceSession {
  /** One message from the client: JSON text or a console frame. */
  receive(message: string | Uint8Array): void;
  close(): void;
  /**
   * A file that a person handed to the face itself (dropped on the window), as a token of this very session. For the
   * face's own process only: no message reaches it. Absent or null where the core is in another process.
   */
  grantPath?(path: string): FileReference | null;
}

export interface Service {
  /** The channel's `close` is called when the session ends from the service's side. */
  connect(channel: MessageChannelLike, identity: ClientIdentity): ServiceSession;
}

/**
 * What may wait for a client that does not read. Console bytes are bounded by their own window long before; this is
 * many thousand events, or a few of the largest answers.
 */
export const maxUnsentBytes = 32 * 1024 * 1024;
