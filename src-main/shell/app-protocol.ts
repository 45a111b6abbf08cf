/** `app://slipway/`: the built page from disk, under an origin of its own. */
import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { isErrno } from '../core/kit/errno.ts';
import { contentSecurityPolicy } from '../headless/content-security-policy.ts';
import { appScheme } from './page-address.ts';
import { pageFileOf } from './page-file.ts';

/** Must run before `ready`. `standard` and `secure` give the scheme real origins and a secure context (clipboard). */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export function serveAppProtocol(directory: string): void {
  protocol.handle(appScheme, async ({ method, url }) => {
    const file = method === 'GET' ? pageFileOf(url, directory) : null;
    if (file === null) return refusal(404);
    try {
      // Through a view of exactly the content: Response wants an ArrayBuffer that is not shared.
      const content = new Uint8Array(await readFile(file.path));
      return new Response(content, { headers: { ...securityHeaders, 'Content-Type': file.contentType } });
    } catch (error) {
      return refusal(isErrno(error, 'ENOENT', 'EISDIR', 'ENOTDIR') ? 404 : 500);
    }
  });
}

const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** Never says which file: nobody who asks in good faith needs to know. */
function refusal(status: number): Response {
  return new Response(null, { status, headers: securityHeaders });
}
