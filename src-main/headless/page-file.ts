/** One file of the built page over HTTP. What a request can name is a file below the page's directory, and nothing else. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { isErrno } from '../core/kit/errno.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Answers any request. `page`: directory of the built page. Never rejects: a request is no reason to end the server. */
export async function servePageFile(request: IncomingMessage, response: ServerResponse, page: string): Promise<void> {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  if (request.method !== 'GET') {
    response.writeHead(405, { Allow: 'GET' }).end();
    return;
  }
  const file = pageFileOf(request.url ?? '', page);
  const type = file === null ? undefined : contentTypes[extname(file)];
  if (file === null || type === undefined) {
    response.writeHead(404).end();
    return;
  }
  try {
    const content = await readFile(file);
    response.writeHead(200, { 'Content-Type': type }).end(content);
  } catch (error) {
    response.writeHead(isErrno(error, 'ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG') ? 404 : 500).end();
  }
}

/** The file a request target names, or null where it names none below `page`. Pure. */
export function pageFileOf(target: string, page: string): string | null {
  const [encoded = ''] = target.split(/[?#]/);
  if (!encoded.startsWith('/')) return null;
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const directory = resolve(page);
  const file = join(directory, path === '/' ? 'index.html' : path);
  return file.startsWith(directory + sep) ? file : null;
}
