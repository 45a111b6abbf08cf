/**
 * Opaque stand-ins for paths. A page can only name files that a person chose: in a native dialog, by dropping them, in
 * the server's file browser, or because an instance it may see already uses them. One table per session, so a token
 * means nothing to anyone else.
 */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { PathToken } from '../../../src-shared/model/ids.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';

export class PathTokens {
  readonly #pathOf = new Map<PathToken, string>();
  readonly #tokenOf = new Map<string, PathToken>();

  /** The token for a path; the same path gets the same token. */
  grant(path: string): FileReference {
    const absolute = resolve(path);
    let token = this.#tokenOf.get(absolute);
    if (token === undefined) {
      token = `path-${randomBytes(16).toString('hex')}`;
      this.#tokenOf.set(absolute, token);
      this.#pathOf.set(token, absolute);
    }
    return { token, shown: absolute };
  }

  /** Whether a token for this path was given before. */
  knows(path: string): boolean {
    return this.#tokenOf.has(resolve(path));
  }

  /** The path behind a token. The text that came with it is never looked at. */
  resolve(token: PathToken): string {
    const path = this.#pathOf.get(token);
    if (path === undefined) {
      throw new SlipwayError('invalid_input', 'That file choice is no longer valid.', {
        cause: 'File choices last as long as the connection they were made on.',
        hint: 'Choose the file again.',
      });
    }
    return path;
  }
}
