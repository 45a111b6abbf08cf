/** The browser's transport: a WebSocket to the server this page came from, opened with the token from its URL. */
import type { LinkHandlers, Transport } from './transport.ts';

const storageKey = 'slipway-token';
/** The close code with which the server refuses a token. */
const tokenRefused = 4401;

const newUrlHint = 'Run "slipway serve" again, or copy the URL it printed, and open that URL here.';

/** Takes the token out of the URL, so that it is in no history, bookmark or screenshot, and keeps it for this tab. */
export function takeToken(page: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | null {
  const found = /^#token=(.+)$/.exec(page.location.hash)?.[1];
  if (found !== undefined) {
    page.sessionStorage.setItem(storageKey, decodeURIComponent(found));
    page.history.replaceState(null, '', page.location.pathname + page.location.search);
  }
  return page.sessionStorage.getItem(storageKey);
}

export function sessionUrl(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/session`;
}

export function webTransport(url: string, token: string | null): Transport {
  return {
    face: 'web',
    open(handlers: LinkHandlers) {
      if (token === null) {
        queueMicrotask(() =>
          handlers.ended({
            kind: 'refused',
            message: 'This address lacks its token, so the server cannot know that you may use it.',
            hint: newUrlHint,
          }),
        );
        return { send() {}, close() {} };
      }
      const socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => socket.send(JSON.stringify({ type: 'token', token }));
      socket.onmessage = ({ data }) => {
        if (typeof data === 'string') handlers.message(data);
        else if (data instanceof ArrayBuffer) handlers.message(new Uint8Array(data));
      };
      socket.onclose = ({ code }) => {
        if (code === tokenRefused)
          handlers.ended({
            kind: 'refused',
            message: 'The server does not accept the token of this address; it was made by an earlier run.',
            hint: newUrlHint,
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
