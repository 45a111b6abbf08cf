import { describe, expect, it } from 'vitest';
import { hostForwards, parseUsernetTable } from './usernet-table.ts';

/** Guest and host port of each TCP forward, as the vectors have them. */
const pairs = (text: string) =>
  hostForwards(parseUsernetTable(text)).map((row) => `${row.destinationPort}<-${row.sourcePort}`);
const title = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ';
const all = ['2345<-43265', '5353<-38989', '22<-43751'];

describe('parseUsernetTable', () => {
  it.each([
    ['empty', '', []],
    ['heading only', `VLAN -1 (net0):\r\n${title}\r\n`, []],
    [
      'normal',
      `VLAN -1 (net0):\r\n${title}\r\n  TCP[HOST_FORWARD]  81               * 43265       10.0.2.15  2345     0     0\r\n  TCP[HOST_FORWARD]  80               * 38989       10.0.2.15  5353     0     0\r\n  TCP[HOST_FORWARD]  79               * 43751       10.0.2.15    22     0     0\r\n`,
      all,
    ],
    [
      'condensed',
      'VLAN -1 (net0):\nProtocol[State] FD Source Address Port Dest. Address Port RecvQ SendQ\nTCP[HOST_FORWARD] 81 * 43265 10.0.2.15 2345 0 0\nTCP[HOST_FORWARD] 80 * 38989 10.0.2.15 5353 0 0\\r\nTCP[HOST_FORWARD] 79 * 43751 10.0.2.15 22 0 0',
      all,
    ],
    [
      'broken: rows cut after the first',
      `VLAN -1 (net0):\r\n${title}\r\n  TCP[HOST_FORWARD]  81               * 43265       10.0.2.15  2345     0     0\r\n  TCP[HOST_FORWARD]  80               * 38989       10.0.2.15\r\n  TCP[HOST_FORWARD]  79               * 43751 `,
      ['2345<-43265'],
    ],
    [
      'missing fd, and states that are no forward',
      `VLAN -1 (net0):\r\n${title}\r\n  TCP[HOST_FORWARD]  81               * 43265       10.0.2.15  2345     0     0\r\n  TCP[CLOSED]               * 38989       10.0.2.15  5353     0     0\r\n  TCP[SYN_SYNC]  80               * 43751       10.0.2.15    22     0     0\r\n`,
      ['2345<-43265'],
    ],
    [
      'established beside its forward',
      `VLAN -1 (net0):\r\n${title}\r\n  TCP[ESTABLISHED]  81               * 42265       10.0.2.15  2345     0     0\r\n  TCP[HOST_FORWARD]  83               * 43265       10.0.2.15  2345     0     0\r\n  TCP[HOST_FORWARD]  80               * 38989       10.0.2.15  5353     0     0\r\n  TCP[HOST_FORWARD]  79               * 43751       10.0.2.15    22     0     0\r\n`,
      all,
    ],
    [
      'port mapping loop, first answer: a UDP flow with its age',
      `VLAN -1 (net0):\n${title}\nTCP[HOST_FORWARD] 24 * 36167 10.0.2.15 22 0 0\nUDP[236 sec] 49 * 33338 10.0.2.3 33337 0 0\n`,
      ['22<-36167'],
    ],
    [
      'port mapping loop, last answer',
      `VLAN -1 (net0):\n${title}\nTCP[ESTABLISHED] 45 127.0.0.1 36167 10.0.2.15 22 0 0\nTCP[HOST_FORWARD] 25 * 36975 10.0.2.15 80 0 0\nTCP[HOST_FORWARD] 24 * 36167 10.0.2.15 22 0 0\nUDP[236 sec] 49 * 33338 10.0.2.3 33337 0 0\n`,
      ['80<-36975', '22<-36167'],
    ],
    [
      'QEMU 7.2, bound to every address',
      'Hub -1 (net0):\r\n  TCP[HOST_FORWARD]  12  *  34785  10.0.2.15  22  0  0',
      ['22<-34785'],
    ],
    ['no heading at all', 'TCP[HOST_FORWARD] 12 * 34785 10.0.2.15 22 0 0', ['22<-34785']],
    ['a port that is none', 'TCP[HOST_FORWARD] 12 * 99999 10.0.2.15 22 0 0', []],
  ])('%s', (_, text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  it('keeps network, protocol and address (QEMU 7.2, two networks)', () => {
    const text = `Hub -1 (n0):\r\n${title}\r\n  TCP[HOST_FORWARD]   3       127.0.0.1 34571       10.0.2.15    22     0     0\r\nHub -1 (n1):\r\n${title}\r\n  UDP[HOST_FORWARD]  12       127.0.0.1 53203       10.0.3.15    53     0     0\r\n`;
    expect(parseUsernetTable(text)).toEqual([
      {
        netdev: 'n0',
        protocol: 'tcp',
        state: 'HOST_FORWARD',
        sourceAddress: '127.0.0.1',
        sourcePort: 34571,
        destinationAddress: '10.0.2.15',
        destinationPort: 22,
      },
      {
        netdev: 'n1',
        protocol: 'udp',
        state: 'HOST_FORWARD',
        sourceAddress: '127.0.0.1',
        sourcePort: 53203,
        destinationAddress: '10.0.3.15',
        destinationPort: 53,
      },
    ]);
  });
});
