/**
 * One page's session over its MessagePort. Strings are JSON messages, bytes are console frames; anything else ends it.
 * Knows no Electron, only what a port does.
 */
import type { Failure } from '../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import type { Reply } from '../../src-shared/contract/messages.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import type { Service, ServiceSession } from '../headless/service.ts';

/** What the page takes for the end of its session; it then asks for a new one. No message of the protocol looks like it. */
const closedMessage = 'slipway-closed';

/** What is used of Electron's MessagePortMain. */
export interface PagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface PageSession {
  readonly session: ServiceSession;
  tell(event: SlipwayEvent): void;
  /** There will be no session, and why. */
  refuse(failure: Failure): void;
  close(): void;
}

export function openPageSession(
  port: PagePort,
  service: Service,
  identity: ClientIdentity,
  onEnded: () => void,
): PageSession {
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    port.postMessage(closedMessage);
    port.close();
    onEnded();
  };
  const session = service.connect(
    {
      send(message) {
        if (open) port.postMessage(message);
      },
      close: end,
    },
    identity,
  );
  port.on('message', ({ data }) => {
    if (!open) return;
    if (typeof data === 'string' || data instanceof Uint8Array) session.receive(data);
    // Whoever sent it waits for an answer that cannot be given.
    else session.close();
  });
  port.on('close', () => {
    open = false;
    session.close();
    onEnded();
  });
  port.start();
  return {
    session,
    tell(event) {
      if (open) port.postMessage(JSON.stringify({ type: 'event', event } satisfies Reply));
    },
    refuse(failure) {
      if (open) port.postMessage({ refused: failure });
    },
    close: () => session.close(),
  };
}
