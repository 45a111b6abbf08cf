/** Which file of the built page a URL asks for. Pure: decides, does not read. */
import { extname, join, sep } from 'node:path';
import { parseUrl } from './links.ts';
import { appScheme, pageHost } from './page-address.ts';

/** What the build produces. Anything else is not part of the page and is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface PageFile {
  readonly path: string;
  readonly contentType: string;
}

/** null: not of this page, of no known type, or an attempt to leave `directory`. */
export function pageFileOf(url: string, directory: string): PageFile | null {
  const parsed = parseUrl(url);
  if (parsed?.protocol !== `${appScheme}:` || parsed.host !== pageHost) return null;
  const segments = decodeSegments(parsed.pathname === '/' ? '/index.html' : parsed.pathname);
  if (segments === null || segments.some(escapes)) return null;
  const path = join(directory, ...segments);
  const contentType = contentTypes[extname(path)];
  if (contentType === undefined || !path.startsWith(directory + sep)) return null;
  return { path, contentType };
}

function decodeSegments(pathname: string): string[] | null {
  try {
    return pathname.split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** After decoding: `%2e%2e`, `..%2f` and backslashes are only visible now. */
function escapes(segment: string): boolean {
  return segment === '.' || segment === '..' || /[/\\\0]/.test(segment);
}
