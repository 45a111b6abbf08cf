/**
 * Who may speak over the web face. An address has a token that is worth one session: whoever comes first with it gets a
 * secret for the tab, and the address, which a browser keeps in its history and its open tabs, is worth nothing from then
 * on. A tab keeps its secret over reloads; it ends with the server. Pure, but for chance.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';

export interface WebAccess {
  /** A token that was never given out. Old ones that nobody used are forgotten when there are too many. */
  newToken(): string;
  /** What a client's first message is worth: a new secret for it, nothing new (`null`), or `refused`. */
  judge(message: string): { readonly secret: string | null } | 'refused';
}

/** More than a person has tabs; a bound, so that a loop around `slipway address` does not fill the memory. */
const most = 200;

/** What a page sends first. The answer to a token is `{ type: 'secret', secret }`, once. */
const firstMessageSchema = z.union([
  z.strictObject({ type: z.literal('token'), token: z.string() }),
  z.strictObject({ type: z.literal('secret'), secret: z.string() }),
]);

export function createWebAccess(): WebAccess {
  const tokens = new Set<string>();
  const secrets = new Set<string>();
  const add = (kept: Set<string>) => {
    const word = randomBytes(32).toString('base64url');
    kept.add(digest(word));
    for (const oldest of kept) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    return word;
  };
  return {
    newToken: () => add(tokens),
    judge(message) {
      const first = read(message);
      if (first === null) return 'refused';
      if (first.type === 'secret') return secrets.has(digest(first.secret)) ? { secret: null } : 'refused';
      // Taken away by the look itself: of two that come with it, one gets in.
      return tokens.delete(digest(first.token)) ? { secret: add(secrets) } : 'refused';
    },
  };
}

/** Looked up by its digest, so that how long a wrong one takes says nothing about a right one. */
function digest(word: string): string {
  return createHash('sha256').update(word).digest('base64url');
}

function read(message: string): z.output<typeof firstMessageSchema> | null {
  try {
    return firstMessageSchema.parse(JSON.parse(message));
  } catch {
    return null;
  }
}
