import { describe, expect, it } from 'vitest';
import type { PortMapping } from '../../../src-shared/model/ports.ts';
import { forwardRule, matchForwards, readForwardReply } from './forwards.ts';
import type { UsernetRow } from './usernet-table.ts';

const mapping = (name: string, change: Partial<PortMapping> = {}): PortMapping => ({
  name,
  protocol: 'tcp',
  guest: 22,
  host: null,
  bind: '127.0.0.1',
  ...change,
});
const row = (sourcePort: number, change: Partial<UsernetRow> = {}): UsernetRow => ({
  netdev: 'n0',
  protocol: 'tcp',
  state: 'HOST_FORWARD',
  sourceAddress: '127.0.0.1',
  sourcePort,
  destinationAddress: '10.0.2.15',
  destinationPort: 22,
  ...change,
});

describe('forwardRule', () => {
  it('spells the address QEMU takes', () => {
    expect(forwardRule(mapping('ssh'), 0)).toBe('tcp:127.0.0.1:0-:22');
    expect(forwardRule(mapping('dns', { protocol: 'udp', guest: 53, bind: 'localhost' }), 5353)).toBe(
      'udp:127.0.0.1:5353-:53',
    );
    expect(forwardRule(mapping('web', { bind: '0.0.0.0' }), 80)).toBe('tcp:0.0.0.0:80-:22');
  });
});

describe('readForwardReply (texts of QEMU 7.2)', () => {
  it.each([
    ['', 'added'],
    ["Could not set up host forwarding rule 'tcp:127.0.0.1:23999-:80'\r\n", 'refused'],
    ["Invalid host forwarding rule 'tcp:127.0.0.1:80000-:83' (Bad host port)\r\n", 'invalid'],
    ["Invalid host forwarding rule 'tcp:localhost:0-:81' (Bad host address)\r\n", 'invalid'],
    ["unrecognized netdev id 'n9'\r\n", 'no-network'],
    ['user mode network stack not in use\r\n', 'no-network'],
  ])('%j is %s', (reply, outcome) => {
    expect(readForwardReply(reply).outcome).toBe(outcome);
  });
});

describe('matchForwards', () => {
  it('tells rows apart by protocol, address, guest port and fixed host port', () => {
    const mappings = [
      mapping('any'),
      mapping('fixed', { host: 2222 }),
      mapping('udp', { protocol: 'udp' }),
      mapping('open', { bind: '0.0.0.0' }),
      mapping('other', { guest: 80 }),
    ];
    const rows = [row(9), row(2222), row(7, { protocol: 'udp' }), row(6, { sourceAddress: '*' })];
    expect(matchForwards(mappings, rows).map((found) => found?.sourcePort ?? null)).toEqual([9, 2222, 7, 6, null]);
  });

  it('gives equal mappings their rows in the order of adding: QEMU lists the newest first', () => {
    const found = matchForwards([mapping('first'), mapping('second')], [row(2), row(1)]);
    expect(found.map((match) => match?.sourcePort)).toEqual([1, 2]);
  });

  it('never gives one row to two mappings', () => {
    expect(matchForwards([mapping('a'), mapping('b', { bind: 'localhost' })], [row(1)])).toEqual([row(1), null]);
  });
});
