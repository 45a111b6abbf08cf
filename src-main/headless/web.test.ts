import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../src-shared/contract/console-frames.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { eventually } from '../core/testing/eventually.ts';
import type { Service } from './service.ts';
import { SessionClient } from './session-client.ts';
import { asPage, openHome, preparedHome } from './testing/open-home.ts';
import { serveWebFace, type WebFace } from './web.ts';

let cleanups: CleanupStack;
let page: string;

beforeEach(async () => {
  cleanups = new CleanupStack();
  const directory = await mkdtemp(join(tmpdir(), 'web-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  page = join(directory, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Slipway</title>');
  await writeFile(join(page, 'assets', 'index.js'), 'export {};');
  await writeFile(join(page, 'assets', 'index.js.map'), '{}');
  await writeFile(join(directory, 'secret.html'), 'secret');
  await writeFile(join(`${page}-not.html`), 'secret');
});
afterEach(() => cleanups.close());

/** Answers nothing; keeps what it was told. */
function silentService() {
  const seen = { received: [] as (string | Uint8Array)[], open: 0, allowPower: false, trust: '' };
  const service: Service = {
    connect(channel, identity) {
      seen.open++;
      Object.assign(seen, { allowPower: identity.allowPower, trust: identity.trust });
      return {
        receive: (message) => {
          seen.received.push(message);
          if (typeof message !== 'string') channel.send(Uint8Array.from(message));
        },
        close: () => {
          seen.open--;
        },
      };
    },
  };
  return { service, seen };
}

async function serve(service: Service, options: { allowPower?: boolean; tokenMs?: number } = {}): Promise<WebFace> {
  const web = await serveWebFace({ service, page, port: 0, allowPower: false, ...options });
  cleanups.add(() => web.close());
  return web;
}

const portOf = (web: WebFace) => Number(new URL(web.url).port);
const tokenOf = (web: WebFace) => new URL(web.newUrl()).hash.slice('#token='.length);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Node's own client sends the target as it is given; `fetch` would tidy it first. */
function get(web: WebFace, path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const port = portOf(web);
  return new Promise((resolve, reject) => {
    const headers = { host: options.host ?? `127.0.0.1:${port}` };
    request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

/** What the server answers to these very bytes. */
function raw(web: WebFace, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(web), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

interface Connection {
  readonly socket: WebSocket;
  readonly messages: (string | Uint8Array)[];
  readonly closed: Promise<number>;
}

function open(web: WebFace, headers: Record<string, string> = {}, path = '/session'): Promise<Connection> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(web)}${path}`, { headers });
  cleanups.add(() => socket.terminate());
  const messages: (string | Uint8Array)[] = [];
  socket.on('message', (data: Buffer, binary) => messages.push(binary ? Uint8Array.from(data) : data.toString()));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ socket, messages, closed }));
    socket.once('error', reject);
  });
}

async function openWithToken(web: WebFace): Promise<Connection> {
  const connection = await open(web);
  connection.socket.send(JSON.stringify({ type: 'token', token: tokenOf(web) }));
  await eventually(() => connection.messages.shift());
  return connection;
}

describe('the page over HTTP', () => {
  it('comes under its policy, without cookies, and is not stored', async () => {
    const web = await serve(silentService().service);
    const index = await get(web, '/');
    expect(index.status).toBe(200);
    expect(index.text).toContain('Slipway');
    expect(index.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(index.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(index.headers['set-cookie']).toBeUndefined();
    expect((await get(web, '/assets/index.js?v=1')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(await get(web, '/', { host: `localhost:${portOf(web)}` })).toMatchObject({ status: 200 });
  });

  it.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/%2e%2e%2fsecret.html',
    '/..%5csecret.html',
    '/..\\secret.html',
    '/../page-not.html',
    '//secret.html',
    '///',
    '//',
    '/index.html%00',
    '/%00.html',
    '/%ff.html',
    '/%',
    '/etc/passwd',
    '/assets/',
    '/assets',
    '/assets/index.js.map',
    '/index.html/x.js',
    `/${'x'.repeat(5000)}.js`,
    'http://127.0.0.1/secret.html',
    '*',
  ])('has nothing at %s', async (path) => {
    const web = await serve(silentService().service);
    const answer = await get(web, path);
    expect(answer).toMatchObject({ status: 404, text: '' });
    // The server is still there.
    expect((await get(web, '/')).status).toBe(200);
  });

  it('has no absolute paths', async () => {
    const web = await serve(silentService().service);
    expect((await get(web, join(page, '..', 'secret.html'))).status).toBe(404);
    expect((await get(web, encodeURI(`/${join(page, '..', 'secret.html')}`))).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'])('does not take %s', async (method) => {
    const web = await serve(silentService().service);
    expect(await get(web, '/', { method })).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost', '[::1]:80'])(
    'is not at a name that was rebound to loopback: %s',
    async (host) => {
      const web = await serve(silentService().service);
      const answer = await get(web, '/', { host });
      expect(answer.status).toBe(403);
      expect(answer.text).not.toContain('<title>');
    },
  );

  it('says whose a busy port is not', async () => {
    const web = await serve(silentService().service);
    const second = serveWebFace({ service: silentService().service, page, port: portOf(web), allowPower: false });
    await expect(second).rejects.toMatchObject({ code: 'port_busy' });
  });
});

describe('the session over WebSocket', () => {
  it('wants the token first, and passes text and bytes on as they are', async () => {
    const { service, seen } = silentService();
    const { socket, messages } = await openWithToken(await serve(service));
    socket.send('{"type":"call"}');
    const frame = { kind: 'input', viewer: 3, offset: 7, extra: 1, payload: Uint8Array.of(0, 255, 10, 13) } as const;
    socket.send(encodeFrame(frame));
    const [echoed] = await eventually(() => messages.length === 1 && messages);
    expect(decodeFrame(echoed as Uint8Array)).toEqual(frame);
    expect(seen.received[0]).toBe('{"type":"call"}');
    expect(seen).toMatchObject({ trust: 'page', allowPower: false, open: 1 });
  });

  it.each([
    ['another token', JSON.stringify({ type: 'token', token: 'x'.repeat(43) })],
    ['a short one', JSON.stringify({ type: 'token', token: '' })],
    ['a call instead', JSON.stringify({ type: 'call', id: 1, name: 'instance.list', input: {} })],
    ['bytes instead', Buffer.from('token')],
    ['not JSON', 'token'],
  ])('closes with 4401 at %s', async (_, first) => {
    const { service, seen } = silentService();
    const { socket, closed, messages } = await open(await serve(service));
    socket.send(first);
    socket.send(JSON.stringify({ type: 'call', id: 1, name: 'instance.list', input: {} }));
    expect(await closed).toBe(4401);
    expect(messages).toEqual([]);
    expect(seen).toMatchObject({ received: [], trust: '' });
  });

  it('closes with 4408 when no token comes in time: a page that was held up may try again', async () => {
    const { closed } = await open(await serve(silentService().service, { tokenMs: 20 }));
    expect(await closed).toBe(4408);
  });

  it('is opened once by an address, and again by the secret that the first one got', async () => {
    const { service, seen } = silentService();
    const web = await serve(service);
    const token = tokenOf(web);
    const present = async (first: unknown) => {
      const connection = await open(web);
      connection.socket.send(JSON.stringify(first));
      return connection;
    };
    const first = await present({ type: 'token', token });
    await eventually(() => first.messages.length === 1);
    const { type, secret } = JSON.parse(String(first.messages[0]));
    expect(type).toBe('secret');
    // Out of the history, by another user or another tab: worthless, also after the first is gone.
    expect(await (await present({ type: 'token', token })).closed).toBe(4401);
    first.socket.close();
    await first.closed;
    expect(await (await present({ type: 'token', token })).closed).toBe(4401);
    // A reload of the tab.
    const reloaded = await present({ type: 'secret', secret });
    await eventually(() => seen.open === 1);
    expect(reloaded.messages).toEqual([]);
    // A secret is no token, and a token no secret.
    expect(await (await present({ type: 'token', token: secret })).closed).toBe(4401);
    expect(await (await present({ type: 'secret', secret: tokenOf(web) })).closed).toBe(4401);
    // Another tab.
    await present({ type: 'token', token: tokenOf(web) });
    await eventually(() => seen.open === 2);
  });

  it('is no use to many at once with one address', async () => {
    const { service, seen } = silentService();
    const web = await serve(service);
    const token = tokenOf(web);
    const all = await Promise.all(Array.from({ length: 8 }, () => open(web)));
    for (const { socket } of all) socket.send(JSON.stringify({ type: 'token', token }));
    const refusals = await Promise.all(
      all.map(({ closed, messages }) => Promise.race([closed, eventually(() => messages[0])])),
    );
    expect(refusals.filter((end) => end === 4401)).toHaveLength(7);
    expect(seen.open).toBe(1);
  });

  it('lets strangers hold next to nothing: sixty times a large first message, and hundreds of silent connections', async () => {
    const { service, seen } = silentService();
    // Cut off for what it says, not when its time is over.
    const web = await serve(service, { tokenMs: 600_000 });
    const large = 'x'.repeat(4 * 1024 * 1024);
    const loud = await Promise.all(Array.from({ length: 60 }, () => open(web)));
    for (const { socket } of loud) socket.send(large);
    expect(new Set(await Promise.all(loud.map(({ closed }) => closed)))).toEqual(new Set([1006]));
    const silent = Array.from({ length: 200 }, () => connect(portOf(web), '127.0.0.1').on('error', () => undefined));
    cleanups.add(() => silent.forEach((socket) => void socket.destroy()));
    let open200 = 0;
    for (const socket of silent) socket.once('connect', () => open200++).once('close', () => open200--);
    await eventually(() => silent.filter((socket) => socket.destroyed).length >= 200 - 64);
    expect(open200).toBeLessThanOrEqual(64);
    // The page of a person still comes in, past all of them.
    expect((await get(web, '/')).status).toBe(200);
    await openWithToken(web);
    await eventually(() => seen.open === 1);
  });

  it('keeps who is known, however many strangers come', async () => {
    const { service, seen } = silentService();
    const web = await serve(service);
    const { socket } = await openWithToken(web);
    await eventually(() => seen.open === 1);
    const silent = Array.from({ length: 100 }, () => connect(portOf(web), '127.0.0.1').on('error', () => undefined));
    cleanups.add(() => silent.forEach((stranger) => void stranger.destroy()));
    await eventually(() => silent.filter((stranger) => stranger.destroyed).length >= 100 - 64);
    // Far more than a stranger may say.
    socket.send(JSON.stringify({ type: 'call', padding: 'x'.repeat(100_000) }));
    await eventually(() => seen.received.length === 1);
    expect(seen.open).toBe(1);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['another scheme', { origin: 'https://127.0.0.1' }],
    ['a rebound name', { host: 'evil.example' }],
  ])('is refused to %s', async (_, headers) => {
    await expect(open(await serve(silentService().service), headers)).rejects.toThrow('403');
  });

  it('is taken from its own origin', async () => {
    const web = await serve(silentService().service);
    await open(web, { origin: `http://127.0.0.1:${portOf(web)}` });
    await open(web, { origin: `http://localhost:${portOf(web)}`, host: `localhost:${portOf(web)}` });
  });

  it.each(['/', '/session/', '/session?token=x', '//', '/%'])('is not at %s', async (path) => {
    const web = await serve(silentService().service);
    const key = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n';
    expect(await raw(web, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${portOf(web)}\r\n${key}\r\n`)).toMatch(
      /^HTTP\/1.1 403 /,
    );
    expect((await get(web, '/')).status).toBe(200);
  });

  it('ends at a message that is too large, and only that session', async () => {
    const { service, seen } = silentService();
    const web = await serve(service);
    const [loud, quiet] = [await openWithToken(web), await openWithToken(web)];
    await eventually(() => seen.open === 2);
    loud.socket.send('x'.repeat(4 * 1024 * 1024 + 1));
    expect(await loud.closed).toBe(1009);
    await eventually(() => seen.open === 1);
    expect(quiet.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('ends when the server closes', async () => {
    const { service, seen } = silentService();
    const web = await serve(service);
    const [one, other] = [await openWithToken(web), await openWithToken(web)];
    await eventually(() => seen.open === 2);
    await web.close();
    await Promise.all([one.closed, other.closed]);
    expect(seen.open).toBe(0);
    await expect(get(web, '/')).rejects.toThrow('ECONNREFUSED');
  });

  it('survives clients that hang up in the middle of it', async () => {
    const web = await serve(silentService().service);
    const half = connect(portOf(web), '127.0.0.1');
    half.write(`GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    half.resetAndDestroy();
    const { socket, closed } = await openWithToken(web);
    socket.terminate();
    await closed;
    expect((await get(web, '/')).status).toBe(200);
  });
});

describe('what a page may', () => {
  const draft = { name: 'x', guest: { kind: 'demo' } };
  const exposed = {
    ...draft,
    host: { ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: null, bind: '0.0.0.0' }] },
  };
  const extra = { ...draft, runtime: { extraArguments: '-usb' } };

  async function call(allowPower: boolean, name: string, input: unknown) {
    const service = await openHome(await preparedHome(cleanups), cleanups);
    const { socket, messages } = await openWithToken(await serve(service, { allowPower }));
    socket.send(JSON.stringify({ type: 'call', id: 7, name, input }));
    const answers = () => messages.map((message) => JSON.parse(String(message))).filter(({ id }) => id === 7);
    const [answer] = await eventually(() => answers().length > 0 && answers());
    return answer as { type: string; failure?: { code: string; hint?: string } };
  }

  it.each([
    ['files.grant', { path: '/etc/passwd' }],
    ['owner.handover', {}],
    ['owner.describe', {}],
    ['owner.focus', {}],
  ])('is not %s, whatever the server allows', async (name, input) => {
    expect(await call(true, name, input)).toMatchObject({ type: 'failure', failure: { code: 'not_permitted' } });
  });

  it('is not to browse where there is a native dialog: it could name any file by itself', async () => {
    const service = await openHome(await preparedHome(cleanups), cleanups);
    const inWindow = SessionClient.over(service, {
      ...asPage,
      face: 'window',
      abilities: { pickFile: async () => null },
    });
    await expect(inWindow.call('files.browse', { directory: null })).rejects.toMatchObject({ code: 'not_permitted' });
    expect(await call(false, 'files.browse', { directory: null })).toMatchObject({ type: 'result' });
    inWindow.close();
  });

  it.each([
    ['a port on every interface', exposed],
    ['arguments of its own', extra],
  ])('is not %s, and it is told how it could be', async (_, power) => {
    const { failure } = await call(false, 'instance.launch', power);
    expect(failure).toMatchObject({ code: 'not_permitted', hint: expect.stringContaining('--allow-power') });
  });

  it.each([
    ['a port on every interface', exposed],
    ['arguments of its own', extra],
  ])('is %s with --allow-power', async (_, power) => {
    // Past the question of power it fails for another reason: no QEMU has such a machine, if there is a QEMU.
    const { failure } = await call(true, 'instance.launch', { ...power, device: { machine: 'no-such-machine' } });
    expect(failure).toMatchObject({ message: expect.stringMatching(/no-such-machine|qemu/i) });
    expect(failure?.code).not.toBe('not_permitted');
  });
});
