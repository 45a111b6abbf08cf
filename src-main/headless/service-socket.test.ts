import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleFrame, decodeFrame, encodeFrame } from '../../src-shared/contract/console-frames.ts';
import { limits } from '../../src-shared/limits.ts';
import { prepareHome } from '../core/home/prepare.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { eventually } from '../core/testing/eventually.ts';
import { tempHome } from '../core/testing/temp-home.ts';
import { encodeMessage, MessageDecoder } from './framing.ts';
import { openRemoteService } from './remote-service.ts';
import { serveServiceSocket } from './service-socket.ts';
import { SessionClient } from './session-client.ts';
import { asPage, asUser, openHome, preparedHome } from './testing/open-home.ts';

let cleanups: CleanupStack;
beforeEach(() => {
  cleanups = new CleanupStack();
});
afterEach(() => cleanups.close());

/** A client that says just what it is told to. */
async function dial(path: string) {
  const socket: Socket = connect(path);
  cleanups.add(() => void socket.destroy());
  const decoder = new MessageDecoder();
  const messages: unknown[] = [];
  const frames: (ConsoleFrame | null)[] = [];
  socket.on('data', (bytes) => {
    for (const message of decoder.push(bytes)) {
      if (typeof message === 'string') messages.push(JSON.parse(message));
      else frames.push(decodeFrame(message));
    }
  });
  const closed = new Promise<void>((resolve) => socket.on('error', () => undefined).once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const say = (message: unknown) => socket.write(encodeMessage(JSON.stringify(message)));
  return { socket, messages, frames, closed, say };
}

const nothing = new Uint8Array();
const keys = (length: number) =>
  encodeFrame({ kind: 'input', viewer: 1, offset: 0, extra: 0, payload: new Uint8Array(length) });

const introduction = { type: 'introduction', trust: 'user', face: 'command-line', allowPower: true };

async function remoteClient(paths: Parameters<typeof openRemoteService>[0], identity = asUser): Promise<SessionClient> {
  const remote = await openRemoteService(paths);
  cleanups.add(() => remote.close());
  const client = SessionClient.over(remote, identity);
  cleanups.add(() => client.close());
  return client;
}

describe('the service socket', () => {
  it("is the user's alone, in a directory that is the user's alone", async () => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups);
    expect((await stat(paths.serviceSocket)).mode & 0o777).toBe(0o600);
    expect((await stat(paths.home)).mode & 0o777).toBe(0o700);
  });

  it('takes the place of a dead socket, and is gone when the owner is', async () => {
    const paths = await preparedHome(cleanups);
    await writeFile(paths.serviceSocket, '');
    const service = await openHome(paths, cleanups);
    expect((await stat(paths.serviceSocket)).isSocket()).toBe(true);
    await service.dispose();
    await expect(stat(paths.serviceSocket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('works however long the path of the home is', async () => {
    const { home, dispose } = await tempHome();
    cleanups.add(dispose);
    const deep = join(home, 'a'.repeat(90), 'b'.repeat(90), 'ç'.repeat(40));
    await mkdir(deep, { recursive: true });
    const paths = await prepareHome(deep);
    expect(Buffer.byteLength(paths.serviceSocket)).toBeGreaterThan(250);
    await openHome(paths, cleanups);
    const client = await remoteClient(paths);
    expect(await client.call('instance.list', {})).toEqual([]);
  });

  it.each([
    ['a call', { type: 'call', id: 1, name: 'instance.list', input: {} }],
    ['an introduction with something more', { ...introduction, abilities: {} }],
    ['an introduction as somebody else', { ...introduction, trust: 'root' }],
    ['nothing', null],
  ])('closes at %s for an introduction', async (_, first) => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups);
    const client = await dial(paths.serviceSocket);
    client.say(first);
    await client.closed;
    expect(client.messages).toEqual([]);
  });

  it('serves who introduced itself', async () => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups);
    const client = await dial(paths.serviceSocket);
    client.say(introduction);
    client.say({ type: 'call', id: 1, name: 'owner.describe', input: {} });
    const [hello, answer] = await eventually(() => client.messages.length === 2 && client.messages);
    expect(hello).toMatchObject({ type: 'hello' });
    expect(answer).toEqual({ type: 'result', id: 1, value: { kind: 'web', pid: process.pid } });
  });

  it("does not let a page do what is the user's", async () => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups, {
      abilities: { focus: () => expect.unreachable('brought to the front by a page') },
    });
    const page = await remoteClient(paths, { ...asPage, allowPower: true });
    for (const name of ['owner.handover', 'owner.describe', 'owner.focus'] as const)
      await expect(page.call(name, {})).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(page.call('files.grant', { path: '/etc/passwd' })).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(page.call('files.pick', { title: '', kind: 'file' })).rejects.toMatchObject({ code: 'not_permitted' });
    expect(await page.call('instance.list', {})).toEqual([]);
  });

  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a message that is too large', Buffer.from([0xff, 0xff, 0xff, 0x7f, 0])],
    ['a text that is no call', encodeMessage('{"type":')],
    ['a call with something more', encodeMessage('{"type":"call","id":1,"name":"x","input":{},"more":1}')],
    ['a text that is too long', encodeMessage('x'.repeat(4 * 1024 * 1024 + 1))],
  ])('closes at %s, and only that client', async (_, bytes) => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups);
    const other = await remoteClient(paths);
    await other.call('instance.list', {});
    const client = await dial(paths.serviceSocket);
    client.say(introduction);
    client.socket.write(bytes);
    await client.closed;
    expect(await other.call('instance.list', {})).toEqual([]);
  });

  it('answers keys for a viewer that is not there, and goes on', async () => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups);
    const client = await dial(paths.serviceSocket);
    client.say(introduction);
    const payload = Buffer.from('ls\r');
    client.socket.write(encodeMessage(encodeFrame({ kind: 'input', viewer: 9, offset: 0, extra: 0, payload })));
    client.socket.write(encodeMessage(encodeFrame({ kind: 'ack', viewer: 9, offset: 5, extra: 0, payload: nothing })));
    client.say({ type: 'call', id: 1, name: 'instance.list', input: {} });
    await eventually(() => client.messages.length === 2 && client.frames.length === 1);
    expect(client.frames).toEqual([expect.objectContaining({ kind: 'ack', viewer: 9, offset: 3, extra: 3 })]);
  });

  it.each([
    ['bytes that are no frame', encodeMessage(new Uint8Array(3))],
    ['a frame that only the core sends', encodeMessage(new Uint8Array(17))],
    ['more keys than a frame may have', encodeMessage(keys(limits.inputFrameBytes + 1))],
    ['a text that is no call', encodeMessage('{"type":"call"}')],
    ['a text that is no JSON', encodeMessage('{')],
    ['a text that is too long', encodeMessage(' '.repeat(limits.messageBytes + 1))],
    ['a kind that does not exist', Buffer.from([1, 0, 0, 0, 7])],
  ])('ends the whole connection of who sends %s', async (_, bytes) => {
    const paths = await preparedHome(cleanups);
    await openHome(paths, cleanups);
    const client = await dial(paths.serviceSocket);
    client.say(introduction);
    await eventually(() => client.messages.length === 1);
    client.socket.write(bytes);
    await client.closed;
    // Nobody else notices.
    const other = await dial(paths.serviceSocket);
    other.say(introduction);
    other.socket.write(encodeMessage(keys(limits.inputFrameBytes)));
    await eventually(() => other.frames.length === 1);
  });

  it('sends away who does not read before its unread news fill the memory', async () => {
    const paths = await preparedHome(cleanups);
    let tell: (message: string) => void = () => undefined;
    const socket = await serveServiceSocket(
      paths,
      {
        connect(channel) {
          tell = (message) => channel.send(message);
          return { receive: () => undefined, close: () => undefined };
        },
      },
      {},
    );
    cleanups.add(() => socket.close());
    const client = await dial(paths.serviceSocket);
    client.say(introduction);
    client.socket.pause();
    await eventually(() => socket.clients === 1);
    const news = 'x'.repeat(1024 * 1024);
    let sent = 0;
    await eventually(() => {
      tell(news);
      sent++;
      return socket.clients === 0;
    });
    expect(sent).toBeLessThan(64);
  });

  it('lets go of clients that neither read nor leave', async () => {
    const paths = await preparedHome(cleanups);
    const service = await openHome(paths, cleanups);
    const client = await dial(paths.serviceSocket);
    client.say(introduction);
    client.socket.pause();
    const startedAt = performance.now();
    await service.dispose();
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('tells the owner of another version from one that is gone', async () => {
    const paths = await preparedHome(cleanups);
    const socket = await serveServiceSocket(
      paths,
      {
        connect(channel) {
          channel.send(JSON.stringify({ type: 'hello', protocol: 99, version: '9.9.9' }));
          return { receive: () => undefined, close: () => undefined };
        },
      },
      {},
    );
    cleanups.add(() => socket.close());
    const client = await remoteClient(paths);
    await expect(client.call('instance.list', {})).rejects.toMatchObject({
      code: 'owner_busy',
      message: expect.stringContaining('9.9.9'),
    });
  });
});
