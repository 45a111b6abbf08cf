/** The window's transport: a MessagePort that the preload hands over once per connection. */
import { failureSchema } from '../../src-shared/contract/errors.ts';
import type { LinkEnd, LinkHandlers, Transport } from './transport.ts';

export interface PickedPath {
  readonly token: string;
  readonly shown: string;
}

/** What the preload exposes, and nothing more. */
export interface SlipwayBridge {
  connect(): void;
  pathToken(file: File): Promise<PickedPath | null>;
}

declare global {
  interface Window {
    readonly slipway?: SlipwayBridge;
  }
}

/** How long the shell may take to hand a port over before the attempt counts as lost. */
const portMs = 10_000;

export function windowTransport(page: Window, bridge: SlipwayBridge): Transport {
  return {
    face: 'window',
    open(handlers: LinkHandlers) {
      let port: MessagePort | null = null;
      let ended = false;
      const end = (how: LinkEnd): void => {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        page.removeEventListener('message', received);
        port?.close();
        handlers.ended(how);
      };
      const lost = (): void => end({ kind: 'lost' });
      const received = (event: MessageEvent): void => {
        // Only the preload can post into this window with itself as the source; frames are denied by the shell.
        if (event.source !== page || event.data !== 'slipway-port') return;
        const [given] = event.ports;
        if (given === undefined || port !== null) return;
        clearTimeout(timer);
        page.removeEventListener('message', received);
        port = given;
        port.onmessage = ({ data }) => {
          if (ended) return;
          const refusal = refusalIn(data);
          if (data === 'slipway-closed') lost();
          else if (refusal !== null) end(refusal);
          else if (typeof data === 'string' || data instanceof Uint8Array) handlers.message(data);
          else if (data instanceof ArrayBuffer) handlers.message(new Uint8Array(data));
        };
        port.addEventListener('close', lost);
      };
      const timer = setTimeout(lost, portMs);
      page.addEventListener('message', received);
      bridge.connect();
      return {
        send(message) {
          if (!ended) port?.postMessage(message);
        },
        close: lost,
      };
    },
  };
}

/** The shell could not open the home, and says why. */
function refusalIn(data: unknown): LinkEnd | null {
  if (typeof data !== 'object' || data === null || !('refused' in data)) return null;
  const failure = failureSchema.safeParse(data.refused);
  if (!failure.success) return null;
  const { message, cause, hint = '', raw } = failure.data;
  return { kind: 'refused', message, cause, hint, raw };
}
