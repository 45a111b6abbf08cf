import { describe, expect, it } from 'vitest';
import { sessionUrl, takeToken } from './web-transport.ts';

function fakePage(hash: string) {
  const stored = new Map<string, string>();
  const replaced: unknown[] = [];
  return {
    replaced,
    location: { hash, pathname: '/', search: '' } as Location,
    history: { replaceState: (_: unknown, __: string, url: unknown) => void replaced.push(url) } as unknown as History,
    sessionStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    } as unknown as Storage,
  };
}

describe('takeToken', () => {
  it('takes the token out of the URL and keeps it for the tab', () => {
    const page = fakePage('#token=a%2Fb');
    expect(takeToken(page)).toBe('a/b');
    expect(page.replaced).toEqual(['/']);
    page.location.hash = '';
    expect(takeToken(page)).toBe('a/b');
  });

  it('is null where there never was one', () => {
    expect(takeToken(fakePage(''))).toBeNull();
  });
});

describe('sessionUrl', () => {
  it('is the same origin', () => {
    expect(sessionUrl({ protocol: 'http:', host: '127.0.0.1:8123' })).toBe('ws://127.0.0.1:8123/session');
    expect(sessionUrl({ protocol: 'https:', host: 'box' })).toBe('wss://box/session');
  });
});
