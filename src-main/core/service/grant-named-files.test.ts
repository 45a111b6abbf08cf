import { describe, expect, it } from 'vitest';
import type { ClientIdentity, FaceAbilities } from './client.ts';
import { confirmNamedFiles } from './grant-named-files.ts';
import { PathTokens } from './path-tokens.ts';

function session(abilities: FaceAbilities, change: Partial<ClientIdentity> = {}) {
  const identity: ClientIdentity = { trust: 'page', face: 'window', allowPower: false, abilities, ...change };
  return { identity, tokens: new PathTokens() };
}

describe('confirmNamedFiles', () => {
  it('shows a person in the window what a text names, each file once', async () => {
    const asked: string[] = [];
    const page = session({ confirm: async ({ detail }) => asked.push(detail) > 0 });
    await confirmNamedFiles(['/a', '/b', '/a'], 'Files?', page);
    page.tokens.grant('/a');
    await confirmNamedFiles(['/a', '/c'], 'Files?', page);
    page.tokens.grant('/c');
    await confirmNamedFiles(['/a', '/c'], 'Files?', page);
    expect(asked).toEqual(['/a\n/b', '/c']);
  });

  it('shows each in one line, with what would hide something', async () => {
    let detail = '';
    const page = session({
      confirm: async (question) => {
        detail = question.detail;
        return true;
      },
    });
    await confirmNamedFiles(['/a\n\n/harmless', '/b\u202ecod'], 'Files?', page);
    expect(detail).toBe('/a\\n\\n/harmless\n/b\\u{202e}cod');
  });

  it('takes a no for a no', async () => {
    const page = session({ confirm: async () => false });
    await expect(confirmNamedFiles(['/etc/shadow'], 'Files?', page)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('asks nobody on the command line, over the web face, or where power was allowed', async () => {
    const never = { confirm: () => Promise.reject(new Error('asked')) };
    await confirmNamedFiles(['/a'], 'Files?', session(never, { trust: 'user', face: 'command-line' }));
    await confirmNamedFiles(['/a'], 'Files?', session(never, { allowPower: true }));
    await confirmNamedFiles(['/a'], 'Files?', session({}, { face: 'web' }));
  });

  it('does not fill the screen', async () => {
    let detail = '';
    const page = session({
      confirm: async (question) => {
        detail = question.detail;
        return true;
      },
    });
    await confirmNamedFiles(
      Array.from({ length: 30 }, (_, index) => `/f${index}`),
      'Files?',
      page,
    );
    expect(detail.split('\n')).toHaveLength(21);
    expect(detail).toContain('10 more');
  });
});
