/** Ways in and out that are no feature: addresses that were used, other origins, peer connections. */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { slipway } from '../fixtures/command-line.ts';
import { expect, test } from '../fixtures/test.ts';

test.describe.configure({ timeout: 150_000 });

/** Runs in a page, or in the empty frame of one: tries to reach these ports, and says what it could make. */
async function call({ udp, tcp, inFrame }: { udp: number; tcp: number; inFrame: boolean }): Promise<string> {
  const frame = document.createElement('iframe');
  if (inFrame) document.body.append(frame);
  const realm = (inFrame ? frame.contentWindow : window) as (Window & typeof globalThis) | null;
  if (realm?.RTCPeerConnection === undefined) return 'nothing to call with';
  const connection = new realm.RTCPeerConnection({
    iceServers: [
      { urls: `stun:127.0.0.1:${udp}` },
      { urls: `turn:127.0.0.1:${tcp}?transport=tcp`, username: 'a', credential: 'b' },
    ],
  });
  connection.createDataChannel('out');
  const gathered = new Promise((resolve) => {
    connection.addEventListener(
      'icegatheringstatechange',
      () => connection.iceGatheringState === 'complete' && resolve(0),
    );
    setTimeout(resolve, 4000);
  });
  await connection.setLocalDescription(await connection.createOffer());
  await gathered;
  connection.close();
  return 'called';
}

test('no peer connection leaves the page', async ({ app }) => {
  const udp = createSocket('udp4');
  const tcp = createServer((socket) => socket.destroy());
  let reached = 0;
  udp.on('message', () => reached++);
  tcp.on('connection', () => reached++);
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const ports = { udp: udp.address().port, tcp: (tcp.address() as AddressInfo).port };
  try {
    await app.page.waitForLoadState();
    expect(await app.page.evaluate(call, { ...ports, inFrame: false })).toBe('nothing to call with');
    // The window's Chromium is ours to set; in a person's browser no script but the page's own can make a frame.
    if (app.face === 'electron') await app.page.evaluate(call, { ...ports, inFrame: true });
    expect(reached).toBe(0);
  } finally {
    udp.close();
    tcp.close();
  }
});

test('an address opens one tab, once; a reload stays in; "slipway address" gives another', async ({ app }) => {
  test.skip(app.face !== 'web', 'the window has no address');
  const { urls } = (await slipway(app.home, 'address')) as { urls: string[] };
  const [url = ''] = urls;
  // A browser of its own: nothing is shared with the page that is open.
  const context = await app.page.context().browser()?.newContext();
  if (context === undefined) throw new Error('no browser');
  const first = await context.newPage();
  await first.goto(url);
  const ready = (page: typeof first) => expect(page.getByRole('button', { name: /^New/ }).first()).toBeVisible();
  await ready(first);
  expect(first.url()).not.toContain('token');
  await first.reload();
  await ready(first);
  // Out of the history, in another tab: it says what to do.
  const second = await context.newPage();
  await second.goto(url);
  await expect(second.getByText('This address was used before')).toBeVisible();
  await expect(second.getByText(/slipway address/)).toBeVisible();
  await context.close();
});

test('a page of another origin on this computer gets nothing', async ({ app }) => {
  test.skip(app.face !== 'web', 'the window listens on nothing');
  const { urls } = (await slipway(app.home, 'address')) as { urls: string[] };
  const { host, hash } = new URL(urls[0] ?? '');
  const evil = createHttpServer((_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>elsewhere</title>'),
  );
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  const context = await app.page.context().browser()?.newContext();
  if (context === undefined) throw new Error('no browser');
  const page = await context.newPage();
  try {
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
    const got = await page.evaluate(
      async ({ host, token }) => {
        const socket = new WebSocket(`ws://${host}/session`);
        const session = await new Promise<string>((resolve) => {
          socket.onopen = () => socket.send(JSON.stringify({ type: 'token', token }));
          socket.onmessage = () => resolve('answered');
          socket.onclose = ({ code }) => resolve(`closed ${code}`);
        });
        const read = await fetch(`http://${host}/`).then(
          (answer) => answer.text(),
          () => 'refused',
        );
        const frame = document.createElement('iframe');
        frame.src = `http://${host}/`;
        const framed = await new Promise<string>((resolve) => {
          frame.onload = () => resolve(frame.contentDocument === null ? 'an opaque document' : 'readable');
          document.body.append(frame);
        });
        return { session, read, framed };
      },
      { host, token: hash.slice('#token='.length) },
    );
    expect(got).toEqual({ session: 'closed 1006', read: 'refused', framed: 'an opaque document' });
    expect(page.frames().some((frame) => frame.url().startsWith(`http://${host}`))).toBe(false);
    // The token was right, and is still good for who it was made for.
    await page.goto(urls[0] ?? '');
    await expect(page.getByRole('button', { name: /^New/ }).first()).toBeVisible();
  } finally {
    await context.close();
    evil.close();
  }
});
