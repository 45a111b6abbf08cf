import { afterEach, expect, it } from 'vitest';
import type { LinkEnd } from './transport.ts';
import { windowTransport } from './window-transport.ts';

let ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports) port.close();
  ports = [];
});

/** A page whose shell hands a port over when asked, as the preload does. */
function connected() {
  const page = new EventTarget();
  const { port1, port2 } = new MessageChannel();
  ports = [port1, port2];
  const messages: unknown[] = [];
  let end: (how: LinkEnd) => void = () => undefined;
  const ended = new Promise<LinkEnd>((resolve) => {
    end = resolve;
  });
  const connect = () => {
    const event = new MessageEvent('message', { data: 'slipway-port', ports: [port2] });
    Object.defineProperty(event, 'source', { value: page });
    page.dispatchEvent(event);
  };
  windowTransport(page as Window, { connect, pathToken: async () => null }).open({
    message: (message) => messages.push(message),
    ended: end,
  });
  return { shell: port1, messages, ended };
}

it('a shell that could not open the home says why, and that is final', async () => {
  const { shell, messages, ended } = connected();
  const refused = { code: 'internal', message: 'It cannot be read.', cause: 'A file is damaged.', raw: 'ENOTDIR' };
  shell.postMessage({ refused });
  expect(await ended).toEqual({
    kind: 'refused',
    message: 'It cannot be read.',
    cause: 'A file is damaged.',
    hint: '',
    raw: 'ENOTDIR',
  });
  expect(messages).toEqual([]);
});

it('a session that ended is lost, and may be tried again; what is no message is left out', async () => {
  const { shell, messages, ended } = connected();
  shell.postMessage('{"type":"hello"}');
  shell.postMessage({ refused: 'nothing that was ever a failure' });
  shell.postMessage('slipway-closed');
  expect(await ended).toEqual({ kind: 'lost' });
  expect(messages).toEqual(['{"type":"hello"}']);
});
