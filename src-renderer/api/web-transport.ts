/** The browser's transport: a WebSocket to the server this page came from, opened with what its address had, once. */
import type { LinkHandlers, Transport } from './transport.ts';

const storageKey = 'slipway-secret';
/** The close code with which the server refuses what a page shows. */
const refused = 4401;

const newAddressHint =
  'Run "slipway address" for a fresh one and open it here. If "slipway serve" no longer runs, start it: it prints one.';

type Credential =
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'secret'; readonly secret: string };

/** What this page may show to the server. A token is worth one session; the secret it is exchanged for is this tab's. */
export interface Credentials {
  /** null: there is nothing to show. */
  current(): Credential | null;
  exchanged(secret: string): void;
  /** True when there is something else to try. */
  refused(): boolean;
}

/** Takes the token out of the URL, so that it is in no bookmark or screenshot. The secret survives a reload of the tab. */
export function takeCredentials(page: Pick<Window, 'location' | 'history' | 'sessionStorage'>): Credentials {
  const found = /^#token=(.+)$/.exec(page.location.hash)?.[1];
  if (found !== undefined) page.history.replaceState(null, '', page.location.pathname + page.location.search);
  let token = found === undefined ? null : decodeURIComponent(found);
  let secret = page.sessionStorage.getItem(storageKey);
  return {
    current() {
      if (token !== null) return { type: 'token', token };
      return secret === null ? null : { type: 'secret', secret };
    },
    exchanged(given) {
      token = null;
      secret = given;
      page.sessionStorage.setItem(storageKey, given);
    },
    refused() {
      // An address out of the history, opened in the tab that has long been let in.
      if (token !== null) token = null;
      else secret = null;
      return secret !== null;
    },
  };
}

export function sessionUrl(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/session`;
}

export function webTransport(url: string, credentials: Credentials): Transport {
  return {
    face: 'web',
    open(handlers: LinkHandlers) {
      const shown = credentials.current();
      if (shown === null) {
        queueMicrotask(() =>
          handlers.ended({
            kind: 'refused',
            message:
              'Each address opens one tab, once. This tab has none, so the server cannot know that you may use it.',
            hint: newAddressHint,
          }),
        );
        return { send() {}, close() {} };
      }
      const socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => socket.send(JSON.stringify(shown));
      let awaitsSecret = shown.type === 'token';
      socket.onmessage = ({ data }) => {
        if (typeof data === 'string' && awaitsSecret) {
          awaitsSecret = false;
          credentials.exchanged(secretIn(data));
        } else if (typeof data === 'string') handlers.message(data);
        else if (data instanceof ArrayBuffer) handlers.message(new Uint8Array(data));
      };
      socket.onclose = ({ code }) => {
        if (code === refused && !credentials.refused())
          handlers.ended({
            kind: 'refused',
            message:
              shown.type === 'token'
                ? 'This address was used before, or is of an earlier run of the server. Each opens one tab, once.'
                : 'The server was started anew since this tab was let in.',
            hint: newAddressHint,
          });
        else handlers.ended({ kind: 'lost' });
      };
      return {
        send(message) {
          if (socket.readyState === WebSocket.OPEN) socket.send(message);
        },
        close: () => socket.close(),
      };
    },
  };
}

/** The server's answer to a token, and its first message. */
function secretIn(message: string): string {
  const answer: unknown = JSON.parse(message);
  if (typeof answer === 'object' && answer !== null && 'secret' in answer && typeof answer.secret === 'string')
    return answer.secret;
  throw new Error('the server did not answer the token');
}
