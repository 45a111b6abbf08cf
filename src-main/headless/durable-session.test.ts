import { beforeEach, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src-shared/contract/console-frames.ts';
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import { DurableSession } from './durable-session.ts';
import type { Service } from './service.ts';
import { asPage } from './testing/open-home.ts';

/** A service whose end of the session a test holds. */
class OneSession implements Service {
  channel: MessageChannelLike | null = null;
  readonly received: (string | Uint8Array)[] = [];
  closed = false;

  connect(channel: MessageChannelLike) {
    this.channel = channel;
    return {
      receive: (message: string | Uint8Array) => void this.received.push(message),
      close: () => {
        this.closed = true;
      },
      grantPath: (path: string) => ({ token: `path-${'0'.repeat(32)}`, shown: path }),
    };
  }
}

const call = (name: string) => JSON.stringify({ type: 'call', id: 1, name, input: {} });
const ownerChanged = JSON.stringify({ type: 'event', event: { type: 'ownerChanged' } });

describe('a session over a change of owner', () => {
  let told: (string | Uint8Array)[];
  let counts: { closed: number; lost: number; channel: number };
  let session: DurableSession;
  let first: OneSession;
  let second: OneSession;

  beforeEach(() => {
    told = [];
    counts = { closed: 0, lost: 0, channel: 0 };
    session = new DurableSession(
      { send: (message) => void told.push(message), close: () => void counts.channel++ },
      asPage,
      { closed: () => void counts.closed++, lost: () => void counts.lost++ },
    );
    first = new OneSession();
    second = new OneSession();
  });

  it('keeps what was asked before there was an owner', () => {
    session.receive(call('early'));
    session.receive(encodeFrame({ kind: 'ack', viewer: 1, offset: 0, extra: 0, payload: new Uint8Array() }));
    session.attach(first);
    session.receive(call('later'));
    expect(first.received).toEqual([call('early'), call('later')]);
    expect(told).toEqual([]);
  });

  it('goes on with the next owner, is told so first, and repeats nothing', () => {
    session.attach(first);
    session.receive(call('one'));
    first.channel?.close();
    expect(counts.lost).toBe(1);
    session.receive(call('between'));
    session.attach(second);
    second.channel?.send('hello');
    session.receive(call('two'));
    expect(told).toEqual([ownerChanged, 'hello']);
    expect(first.received).toEqual([call('one')]);
    expect(second.received).toEqual([call('two')]);
  });

  it('takes what is asked in the very moment of the news', () => {
    session = new DurableSession(
      { send: (message) => message === ownerChanged && session.receive(call('again')), close: () => undefined },
      asPage,
      { closed: () => undefined, lost: () => undefined },
    );
    session.attach(first);
    first.channel?.close();
    session.attach(second);
    expect(second.received).toEqual([call('again')]);
  });

  it('hears nothing more from an owner it has left, and does not lose the new one with it', () => {
    session.attach(first);
    first.channel?.close();
    session.attach(second);
    first.channel?.send('late');
    first.channel?.close();
    expect(told).toEqual([ownerChanged]);
    expect(counts.lost).toBe(1);
  });

  it('stays with its owner when it is attached again', () => {
    session.attach(first);
    session.attach(second);
    expect(second.channel).toBeNull();
  });

  it('looks for another owner when one ends it before it began', () => {
    session.attach({
      connect(channel) {
        channel.close();
        return { receive: () => undefined, close: () => undefined };
      },
    });
    expect(counts.lost).toBe(1);
    session.attach(second);
    session.receive(call('asked'));
    expect(second.received).toEqual([call('asked')]);
  });

  it('is closed, not moved on, when what its client said was no message', () => {
    session.attach(first);
    first.channel?.close('misuse');
    expect(counts).toEqual({ closed: 1, lost: 0, channel: 1 });
    expect(first.closed).toBe(true);
    session.attach(second);
    expect(second.channel).toBeNull();
  });

  it('is closed for nonsense between two owners too', () => {
    session.attach(first);
    first.channel?.close();
    session.receive('nonsense');
    expect(counts).toEqual({ closed: 1, lost: 1, channel: 1 });
  });

  it('closes once, whoever began', () => {
    session.attach(first);
    session.close();
    session.close();
    first.channel?.close();
    session.receive(call('too late'));
    session.attach(second);
    expect(counts).toEqual({ closed: 1, lost: 0, channel: 1 });
    expect(first).toMatchObject({ closed: true, received: [] });
    expect(second.channel).toBeNull();
  });

  it('grants paths only where the owner is in this process', () => {
    expect(session.grantPath('/x')).toBeNull();
    session.attach(first);
    expect(session.grantPath('/x')).toMatchObject({ shown: '/x' });
  });
});
