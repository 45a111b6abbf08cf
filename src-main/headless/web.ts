/**
 * The web face: the page and the session protocol over loopback HTTP and WebSocket. The token is in the URL's fragment,
 * so it is in no log and no Referer; the page sends it as the first message, and it is worth one session. No cookies, so no other site can ride on
 * one; Origin and Host are checked, so that a rebound name or another site's page gets nothing.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { isErrno } from '../core/kit/errno.ts';
import { unawaited } from '../core/kit/unawaited.ts';
import { servePageFile } from './page-file.ts';
import { maxUnsentBytes, type Service } from './service.ts';
import { watchStrangers } from './strangers.ts';
import { createWebAccess, type WebAccess } from './web-access.ts';

export interface WebFaceOptions {
  readonly service: Service;
  /** Directory of the built page. */
  readonly page: string;
  /** 0: a free one. */
  readonly port: number;
  readonly allowPower: boolean;
  /** How long a client may take to send its token. */
  readonly tokenMs?: number;
}

export interface WebFace {
  /** With a token in its fragment: whoever comes first with it has the guests. */
  readonly url: string;
  /** The same with a token of its own, for another tab or browser. */
  newUrl(): string;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const sessionPath = '/session';
/** The page has this long to send its token. */
const defaultTokenMs = 3000;
/** Close code the page knows: the token is wrong, asking again is of no use. */
const tokenRefused = 4401;
/** Nothing was said in time. A page that was held up may try again. */
const tokenLate = 4408;
/** Connections that have not shown a token. A browser has a handful for the page's files. */
const mostStrangers = 64;
/** The first message is a token; the rest of this is framing. */
const strangerBytes = 1024;
const goodbyeMs = 500;
/** A request has no more than its head; Node looks every second. */
const requestMs = 5000;

/** What was sent is no message of the protocol; the page connects anew and asks for everything again. */
const notUnderstood = 1008;

/** Throws `port_busy` when the port is taken. */
export async function serveWebFace(options: WebFaceOptions): Promise<WebFace> {
  const access = createWebAccess();
  const hosts = new Set<string>();
  const slow = { headersTimeout: requestMs, requestTimeout: requestMs, connectionsCheckingInterval: 1000 };
  const server = createServer(slow, (request, response) => {
    if (isForThisHost(request, hosts))
      unawaited(servePageFile(request, response, options.page), 'a file of the page could not be served');
    else response.writeHead(403, { 'Content-Type': 'text/plain' }).end('This address is not of this page.\n');
  });
  const strangers = watchStrangers(server, mostStrangers);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false });
  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  for (const name of [host, 'localhost']) hosts.add(`${name}:${port}`);

  server.on('upgrade', (request, socket, head) => {
    // Node's types allow for servers over other streams.
    const connection = request.socket;
    // Until a WebSocket has it nobody else listens for its errors, and an error nobody listens for ends the process.
    socket.on('error', () => socket.destroy());
    if (!isForThisHost(request, hosts) || !isFromThisPage(request, hosts) || request.url !== sessionPath) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    strangers.limit(connection, strangerBytes);
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      serveClient(webSocket, () => strangers.known(connection), access, options),
    );
  });

  const newUrl = () => `http://${host}:${port}/#token=${access.newToken()}`;
  return {
    url: newUrl(),
    newUrl,
    async close() {
      for (const client of sockets.clients) client.close(1001, 'the server is stopping');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const client of sockets.clients) client.terminate();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => reject(cannotListen(error, port));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** A name that another site rebound to loopback is not ours. */
function isForThisHost({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  return headers.host !== undefined && hosts.has(headers.host);
}

/** Browsers always send Origin on a WebSocket; what sends none is a program of the user's and still needs the token. */
function isFromThisPage({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  return headers.origin === undefined || hosts.has(headers.origin.replace(/^http:\/\//, ''));
}

function serveClient(socket: WebSocket, welcome: () => void, access: WebAccess, options: WebFaceOptions): void {
  const { service, allowPower, tokenMs = defaultTokenMs } = options;
  const deadline = setTimeout(() => sendAway(socket, tokenLate, 'no token'), tokenMs);
  socket.once('message', (data, isBinary) => {
    clearTimeout(deadline);
    const verdict = isBinary ? 'refused' : access.judge(String(data));
    if (verdict === 'refused') {
      sendAway(socket, tokenRefused, 'wrong token');
      return;
    }
    welcome();
    if (verdict.secret !== null) socket.send(JSON.stringify({ type: 'secret', secret: verdict.secret }));
    const session = service.connect(
      {
        send: (message) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(message);
          // A frozen tab. It connects again when it goes on; its unread news would fill our memory.
          if (socket.bufferedAmount > maxUnsentBytes) socket.terminate();
        },
        close: (why) => socket.close(why === 'misuse' ? notUnderstood : 1001),
      },
      { trust: 'page', face: 'web', allowPower, abilities: {} },
    );
    socket.on('message', (message, binary) => {
      if (binary) session.receive(toBytes(message));
      else session.receive(String(message));
    });
    socket.on('close', () => session.close());
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => clearTimeout(deadline));
}

/** `ws` waits half a minute for the other end's goodbye; a stranger does not get it. */
function sendAway(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  const patience = setTimeout(() => socket.terminate(), goodbyeMs);
  socket.once('close', () => clearTimeout(patience));
}

function toBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return new Uint8Array(Buffer.concat(data));
  return new Uint8Array(data);
}

function cannotListen(error: Error, port: number): SlipwayError {
  if (!isErrno(error, 'EADDRINUSE', 'EACCES'))
    return new SlipwayError('internal', error.message, { raw: String(error) });
  return new SlipwayError('port_busy', `Port ${port} cannot be used for the page.`, {
    cause: isErrno(error, 'EACCES') ? 'The system does not let you listen on it.' : 'Another program listens on it.',
    hint: 'Choose another one, or --port 0 for a free one.',
    raw: error.message,
  });
}
