import { describe, expect, it } from 'vitest';
import type { QmpArguments, QmpExecutor } from './client.ts';
import { hostfwdAdd, hostfwdRemove, infoUsernet, readHostfwdAdd, readHostfwdRemove } from './hmp.ts';

/** Answers every monitor line with `text` and remembers the lines. */
function monitor(text: string) {
  const lines: unknown[] = [];
  const qmp: QmpExecutor = {
    execute: async (_command: string, args: QmpArguments = {}) => {
      lines.push(args['command-line']);
      return text;
    },
  };
  return { qmp, lines };
}
const mapping = { protocol: 'tcp', bind: '127.0.0.1', host: 2222, guest: 22 } as const;

describe('host forwarding', () => {
  it('writes rules as QEMU reads them', async () => {
    const { qmp, lines } = monitor('');
    expect(await hostfwdAdd(qmp, mapping)).toEqual({ ok: true });
    await hostfwdAdd(qmp, {
      ...mapping,
      netdev: 'net0',
      protocol: 'udp',
      bind: 'localhost',
      host: 0,
      guestAddress: '10.0.2.15',
    });
    await hostfwdRemove(qmp, { ...mapping, netdev: 'net0' });
    await infoUsernet(qmp);
    expect(lines).toEqual([
      'hostfwd_add tcp:127.0.0.1:2222-:22',
      'hostfwd_add net0 udp:127.0.0.1:0-10.0.2.15:22',
      'hostfwd_remove net0 tcp:127.0.0.1:2222',
      'info usernet',
    ]);
  });

  it.each([
    { netdev: 'net0 tcp::1-:1' },
    { bind: '' },
    { bind: '127.0.0.1 x' },
    { bind: '::1' },
    { host: 65_536 },
    { host: -1 },
    { host: 1.5 },
    { guest: 0 },
    { guestAddress: '' },
  ])('refuses what cannot be part of a rule: %j', async (wrong) => {
    const { qmp, lines } = monitor('');
    await expect(hostfwdAdd(qmp, { ...mapping, ...wrong })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(lines).toEqual([]);
  });

  // The texts of QEMU 7.2.22.
  it.each([
    ["Could not set up host forwarding rule 'tcp:127.0.0.1:34255-:80'\r\n", 'cannot_listen'],
    ["unrecognized netdev id 'nonet'\r\n", 'no_network'],
    ["Invalid host forwarding rule 'bad' (No : separators)\r\n", 'rejected'],
    ['hostfwd_add: string expected\r\nTry "help hostfwd_add" for more information\r\n', 'rejected'],
  ])('hears a refusal in %j', (text, reason) => {
    expect(readHostfwdAdd(text)).toEqual({ ok: false, reason, text: text.trim() });
  });

  it.each([
    ['host forwarding rule for tcp:127.0.0.1:1 not found\r\n', 'not_found'],
    ['invalid format\r\n', 'rejected'],
    ['', 'rejected'],
  ])('does not take %j for a removal', (text, reason) => {
    expect(readHostfwdRemove(text)).toMatchObject({ ok: false, reason });
  });

  it('knows a removal by its words', () => {
    expect(readHostfwdRemove('host forwarding rule for tcp:127.0.0.1:1 removed\r\n')).toEqual({ ok: true });
  });
});
