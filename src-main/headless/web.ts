/**
 * The web face: the page and the session protocol over loopback HTTP and WebSocket. The token is in the URL's fragment,
 * so it is in no log and no Referer; the page sends it as the first message. No cookies, so no other site can ride on
 * one; Origin and Host are checked, so that a rebound name or another site's page gets nothing.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { isErrno } from '../core/kit/atomic-file.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';
import type { Service } from './service.ts';

export interface WebFaceOptions {
  readonly service: Service;
  /** Directory of the built page. */
  readonly page: string;
  /** 0: a free one. */
  readonly port: number;
  readonly allowPower: boolean;
}

export interface WebFace {
  /** With the token in its fragment: whoever has it has the guests. */
  readonly url: string;
  close(): Promise<void>;
}

const host = '127.0.0.1';
/** The page has this long to send its token. */
const tokenMs = 5000;
/** Close code the page knows: the token is wrong, asking again is of no use. */
const tokenRefused = 4401;

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Throws `port_busy` when the port is taken. */
export async function serveWebFace(options: WebFaceOptions): Promise<WebFace> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => void servePage(request, response, options.page));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options.port)));
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const hosts = new Set([`${host}:${port}`, `localhost:${port}`]);

  server.on('upgrade', (request, socket, head) => {
    if (!isAllowed(request, hosts) || new URL(request.url ?? '/', `http://${host}`).pathname !== '/session') {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => serveClient(webSocket, token, options));
  });

  return {
    url: `http://${host}:${port}/#token=${token}`,
    async close() {
      for (const client of sockets.clients) client.close(1001, 'the server is stopping');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const client of sockets.clients) client.terminate();
      await closed;
    },
  };
}

function isAllowed(request: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  const { origin, host: requested } = request.headers;
  if (requested === undefined || !hosts.has(requested)) return false;
  // Browsers always send Origin on a WebSocket; what sends none is a program of the user's and still needs the token.
  return origin === undefined || hosts.has(origin.replace(/^http:\/\//, ''));
}

const tokenMessageSchema = z.strictObject({ type: z.literal('token'), token: z.string() });

function serveClient(socket: WebSocket, token: string, { service, allowPower }: WebFaceOptions): void {
  const deadline = setTimeout(() => socket.close(tokenRefused, 'no token'), tokenMs);
  socket.once('message', (data, isBinary) => {
    clearTimeout(deadline);
    if (isBinary || !isToken(String(data), token)) {
      socket.close(tokenRefused, 'wrong token');
      return;
    }
    const session = service.connect(
      {
        send: (message) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(message);
        },
        close: () => socket.close(1001),
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

function isToken(text: string, token: string): boolean {
  try {
    const given = Buffer.from(tokenMessageSchema.parse(JSON.parse(text)).token);
    const expected = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  } catch {
    return false;
  }
}

function toBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return new Uint8Array(Buffer.concat(data));
  return new Uint8Array(data);
}

async function servePage(request: IncomingMessage, response: ServerResponse, page: string): Promise<void> {
  const path = new URL(request.url ?? '/', `http://${host}`).pathname;
  const relative = normalize(decodeURIComponent(path === '/' ? '/index.html' : path));
  const file = join(page, relative);
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  const type = contentTypes[extname(file)];
  if (request.method !== 'GET' || type === undefined || !file.startsWith(page + sep)) {
    response.writeHead(404).end();
    return;
  }
  try {
    const content = await readFile(file);
    response.writeHead(200, { 'Content-Type': type }).end(content);
  } catch (error) {
    response.writeHead(isErrno(error, 'ENOENT', 'EISDIR') ? 404 : 500).end();
  }
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
