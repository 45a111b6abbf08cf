import { describe, expect, it } from 'vitest';
import type { PortStatus } from '../../../src-shared/model/ports.ts';
import { hostAddress, isLoopback, webAddress } from './port-words.ts';

const port = (part: Partial<PortStatus>): PortStatus => ({
  name: 'x',
  protocol: 'tcp',
  guest: 22,
  host: 40000,
  bind: '127.0.0.1',
  state: 'mapped',
  failure: null,
  ...part,
});

describe('ports', () => {
  it('have an address once they have a number', () => {
    expect(hostAddress(port({}))).toBe('127.0.0.1:40000');
    expect(hostAddress(port({ bind: '0.0.0.0' }))).toBe('127.0.0.1:40000');
    expect(hostAddress(port({ host: null }))).toBeNull();
  });

  it('are offered to a browser when they look like a web server', () => {
    expect(webAddress(port({}))).toBeNull();
    expect(webAddress(port({ guest: 8080 }))).toBe('http://127.0.0.1:40000/');
    expect(webAddress(port({ guest: 443 }))).toBe('https://127.0.0.1:40000/');
    expect(webAddress(port({ name: 'webui', guest: 1234 }))).toBe('http://127.0.0.1:40000/');
    expect(webAddress(port({ guest: 80, protocol: 'udp' }))).toBeNull();
  });

  it('are warned of beyond loopback', () => {
    expect(['127.0.0.1', '127.0.0.2', 'localhost'].every((bind) => isLoopback({ bind }))).toBe(true);
    expect(isLoopback({ bind: '0.0.0.0' })).toBe(false);
  });
});
