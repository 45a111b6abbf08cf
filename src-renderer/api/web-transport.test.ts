import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LinkEnd } from './transport.ts';
import { sessionUrl, takeCredentials, webTransport } from './web-transport.ts';

function fakePage(hash: string, stored = new Map<string, string>()) {
  const replaced: unknown[] = [];
  return {
    stored,
    replaced,
    location: { hash, pathname: '/', search: '' } as Location,
    history: { replaceState: (_: unknown, __: string, url: unknown) => void replaced.push(url) } as unknown as History,
    sessionStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    } as unknown as Storage,
  };
}

describe('takeCredentials', () => {
  it('takes the token out of the URL and keeps what it is exchanged for, never the token', () => {
    const page = fakePage('#token=a%2Fb');
    const credentials = takeCredentials(page);
    expect(credentials.current()).toEqual({ type: 'token', token: 'a/b' });
    expect(page.replaced).toEqual(['/']);
    expect([...page.stored.values()]).toEqual([]);
    credentials.exchanged('the tab’s');
    expect(credentials.current()).toEqual({ type: 'secret', secret: 'the tab’s' });
    // A reload.
    expect(takeCredentials(fakePage('', page.stored)).current()).toEqual({ type: 'secret', secret: 'the tab’s' });
  });

  it('has nothing where there never was one', () => {
    expect(takeCredentials(fakePage('')).current()).toBeNull();
  });

  it('falls back to the tab’s secret when an address out of the history is worth nothing', () => {
    const stored = new Map<string, string>();
    takeCredentials(fakePage('#token=a', stored)).exchanged('mine');
    const again = takeCredentials(fakePage('#token=a', stored));
    expect(again.refused()).toBe(true);
    expect(again.current()).toEqual({ type: 'secret', secret: 'mine' });
    expect(again.refused()).toBe(false);
    expect(again.current()).toBeNull();
  });
});

/** A socket that is driven by the test, in place of the browser's. */
class SocketOfTest {
  static OPEN = 1;
  static last: SocketOfTest;
  readyState = 1;
  sent: string[] = [];
  onopen = () => {};
  onmessage = (_: { data: unknown }) => {};
  onclose = (_: { code: number }) => {};
  constructor() {
    SocketOfTest.last = this;
  }
  send(message: string) {
    this.sent.push(message);
  }
  close() {}
}

describe('webTransport', () => {
  afterEach(() => vi.unstubAllGlobals());

  function open(hash: string, stored = new Map<string, string>()) {
    vi.stubGlobal('WebSocket', SocketOfTest);
    const messages: unknown[] = [];
    const ends: LinkEnd[] = [];
    const page = fakePage(hash, stored);
    const transport = webTransport('ws://127.0.0.1/session', takeCredentials(page));
    const handlers = { message: (message: unknown) => messages.push(message), ended: (end: LinkEnd) => ends.push(end) };
    const openLink = () => {
      transport.open(handlers);
      SocketOfTest.last?.onopen();
      return SocketOfTest.last;
    };
    return { stored: page.stored, messages, ends, openLink };
  }

  it('shows the token once, keeps the answer to itself, and the secret from then on', () => {
    const { stored, messages, openLink } = open('#token=once');
    const first = openLink();
    expect(first.sent).toEqual(['{"type":"token","token":"once"}']);
    first.onmessage({ data: '{"type":"secret","secret":"tab"}' });
    first.onmessage({ data: '{"type":"hello"}' });
    expect(messages).toEqual(['{"type":"hello"}']);
    expect([...stored.values()]).toEqual(['tab']);
    first.onclose({ code: 1006 });
    expect(openLink().sent).toEqual(['{"type":"secret","secret":"tab"}']);
  });

  it('says what to do when the address was used before', () => {
    const { ends, openLink } = open('#token=used');
    openLink().onclose({ code: 4401 });
    expect(ends).toMatchObject([
      {
        kind: 'refused',
        message: expect.stringContaining('used before'),
        hint: expect.stringContaining('slipway address'),
      },
    ]);
  });

  it('tries again when it was only late', () => {
    const { ends, openLink } = open('#token=fresh');
    openLink().onclose({ code: 4408 });
    expect(ends).toEqual([{ kind: 'lost' }]);
  });

  it('says what to do where there is no address', async () => {
    const { ends, openLink } = open('');
    openLink();
    await Promise.resolve();
    expect(ends).toMatchObject([{ kind: 'refused', message: expect.stringContaining('opens one tab, once') }]);
  });
});

describe('sessionUrl', () => {
  it('is the same origin', () => {
    expect(sessionUrl({ protocol: 'http:', host: '127.0.0.1:8123' })).toBe('ws://127.0.0.1:8123/session');
    expect(sessionUrl({ protocol: 'https:', host: 'box' })).toBe('wss://box/session');
  });
});
