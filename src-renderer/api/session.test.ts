import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeFrame } from '../../src-shared/contract/console-frames.ts';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import { settingsSchema } from '../../src-shared/model/settings.ts';
import { type Connection, retryDelayMs, Session } from './session.ts';
import type { LinkHandlers, Transport } from './transport.ts';

class FakeTransport implements Transport {
  readonly face = 'web';
  readonly links: { handlers: LinkHandlers; sent: (string | Uint8Array)[]; closed: boolean }[] = [];

  open(handlers: LinkHandlers) {
    const link = { handlers, sent: [] as (string | Uint8Array)[], closed: false };
    this.links.push(link);
    return {
      send: (message: string | Uint8Array) => void link.sent.push(message),
      // As real ones do: who closes a link is told that it ended.
      close: () => {
        link.closed = true;
        handlers.ended({ kind: 'lost' });
      },
    };
  }

  get last() {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('no link');
    return link;
  }

  say(message: unknown): void {
    this.last.handlers.message(JSON.stringify(message));
  }
}

const hello = { type: 'hello', protocol: 1, version: '0.1.0' };
const settings = settingsSchema.parse({ theme: 'dark', fontSize: 14 });

describe('Session', () => {
  let transport: FakeTransport;
  let connections: Connection[];
  let events: SlipwayEvent[];
  let session: Session;

  beforeEach(() => {
    vi.useFakeTimers();
    transport = new FakeTransport();
    connections = [];
    events = [];
    session = new Session(transport, {
      connectionChanged: (connection) => connections.push(connection),
      eventReceived: (event) => events.push(event),
    });
    session.start();
  });
  afterEach(() => {
    session.dispose();
    vi.useRealTimers();
  });

  it('is connected once greeted, and answers a call with its own reply', async () => {
    transport.say(hello);
    expect(connections.map((one) => one.state)).toEqual(['connecting', 'connected']);
    const first = session.call('settings.get', {});
    const second = session.call('instance.list', {});
    expect(transport.last.sent.map((message) => JSON.parse(String(message)))).toEqual([
      { type: 'call', id: 1, name: 'settings.get', input: {} },
      { type: 'call', id: 2, name: 'instance.list', input: {} },
    ]);
    transport.say({ type: 'result', id: 2, value: [] });
    transport.say({ type: 'result', id: 1, value: settings });
    await expect(second).resolves.toEqual([]);
    await expect(first).resolves.toEqual(settings);
  });

  it('keeps what is asked before it is greeted, in order, and answers it then', async () => {
    const first = session.call('settings.get', {});
    const second = session.call('instance.list', {});
    expect(transport.last.sent).toEqual([]);
    transport.say(hello);
    expect(transport.last.sent.map((message) => JSON.parse(String(message)).id)).toEqual([1, 2]);
    transport.say({ type: 'result', id: 1, value: settings });
    transport.say({ type: 'result', id: 2, value: [] });
    expect(await Promise.all([first, second])).toEqual([settings, []]);
  });

  it('gives up what was asked before it was greeted when there will be no greeting', async () => {
    const early = session.call('settings.get', {});
    transport.last.handlers.ended({ kind: 'lost' });
    await expect(early).rejects.toMatchObject({ code: 'connection_lost' });
    vi.advanceTimersByTime(retryDelayMs(1));
    transport.say(hello);
    expect(transport.last.sent).toEqual([]);
  });

  it('rejects a call with the failure it was answered', async () => {
    transport.say(hello);
    const call = session.call('instance.start', { id: 'demo' });
    const failure = { code: 'wrong_phase', message: 'It runs already.', hint: 'Stop it first.' };
    transport.say({ type: 'failure', id: 1, failure });
    await expect(call).rejects.toMatchObject({ failure });
  });

  it('refuses an answer that is not what the contract says', async () => {
    transport.say(hello);
    const call = session.call('settings.get', {});
    transport.say({ type: 'result', id: 1, value: { theme: 'pink', fontSize: 14 } });
    await expect(call).rejects.toMatchObject({ code: 'internal' });
  });

  it('rejects what is outstanding when the connection is lost, and refuses calls until it is back', async () => {
    transport.say(hello);
    const call = session.call('settings.get', {});
    transport.last.handlers.ended({ kind: 'lost' });
    await expect(call).rejects.toMatchObject({ code: 'connection_lost' });
    await expect(session.call('settings.get', {})).rejects.toMatchObject({ code: 'connection_lost' });
    expect(connections.at(-1)).toMatchObject({ state: 'lost', attempt: 1 });
    vi.advanceTimersByTime(retryDelayMs(1));
    expect(transport.links).toHaveLength(2);
    transport.say(hello);
    expect(connections.at(-1)).toMatchObject({ state: 'connected' });
  });

  it('waits longer after each failed attempt, up to a limit, and begins anew after success', () => {
    expect([1, 2, 3].map(retryDelayMs)).toEqual([400, 800, 1600]);
    expect(retryDelayMs(40)).toBe(10_000);
    transport.last.handlers.ended({ kind: 'lost' });
    vi.advanceTimersByTime(400);
    transport.last.handlers.ended({ kind: 'lost' });
    expect(connections.at(-1)).toMatchObject({ attempt: 2 });
    session.retry();
    transport.say(hello);
    transport.last.handlers.ended({ kind: 'lost' });
    expect(connections.at(-1)).toMatchObject({ attempt: 1 });
  });

  it('does not retry what was refused', () => {
    transport.last.handlers.ended({ kind: 'refused', message: 'no', hint: 'get another' });
    vi.advanceTimersByTime(60_000);
    expect(transport.links).toHaveLength(1);
    expect(connections.at(-1)).toEqual({ state: 'refused', message: 'no', hint: 'get another' });
  });

  it('ignores what a link says after it ended', () => {
    const [first] = transport.links;
    transport.last.handlers.ended({ kind: 'lost' });
    first?.handlers.message(JSON.stringify(hello));
    expect(connections.at(-1)).toMatchObject({ state: 'lost' });
  });

  it('refuses another protocol and survives nonsense', () => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
    transport.last.handlers.message('{');
    transport.last.handlers.message('{"type":"surprise"}');
    expect(complain).toHaveBeenCalledTimes(2);
    transport.say({ ...hello, protocol: 2 });
    expect(connections.at(-1)).toMatchObject({ state: 'refused' });
    complain.mockRestore();
  });

  it('is done with a Slipway of another protocol, however its link ends and whoever asks again', async () => {
    transport.say({ ...hello, protocol: 2 });
    expect(transport.last.closed).toBe(true);
    vi.advanceTimersByTime(60_000);
    session.retry();
    expect(transport.links).toHaveLength(1);
    expect(connections.at(-1)).toMatchObject({ state: 'refused' });
    await expect(session.call('settings.get', {})).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('rejects what an old owner was asked when there is a new one, whose answers are its own', async () => {
    transport.say(hello);
    const asked = session.call('settings.get', {});
    transport.say({ type: 'event', event: { type: 'ownerChanged' } });
    await expect(asked).rejects.toMatchObject({ code: 'connection_lost' });
    transport.say(hello);
    const again = session.call('settings.get', {});
    transport.say({ type: 'result', id: 2, value: settings });
    await expect(again).resolves.toEqual(settings);
  });

  it('hands events on', () => {
    transport.say(hello);
    transport.say({ type: 'event', event: { type: 'settingsChanged', settings } });
    expect(events).toEqual([{ type: 'settingsChanged', settings }]);
  });

  it('keeps frames that arrive before their viewer is watched', async () => {
    transport.say(hello);
    const opening = session.call('console.open', { id: 'demo', console: 'serial' });
    const early = encodeFrame({ kind: 'data', viewer: 7, offset: 0, extra: 0, payload: new Uint8Array([65]) });
    transport.last.handlers.message(early);
    transport.say({ type: 'result', id: 1, value: { viewer: 7, columns: 80, rows: 24, writable: true } });
    await opening;
    const seen: number[] = [];
    const stop = session.watchFrames(7, (frame) => seen.push(...frame.payload));
    transport.last.handlers.message(early);
    stop();
    transport.last.handlers.message(early);
    expect(seen).toEqual([65, 65]);
  });
});
