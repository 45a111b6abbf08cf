import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { allowedLink, isMasked, textIn } from './link-target.ts';

describe('a link of a guest', () => {
  it.each([
    ['https://example.org/a', 'https://example.org/a', false],
    ['https://example.org', 'https://example.org/', false],
    [' https://example.org/a ', 'https://example.org/a', false],
    ['https://good.example', 'https://evil.example/', true],
    ['click here', 'https://evil.example/', true],
    ['https://good.example/?', 'https://good.example.evil.example/', true],
    ['', 'https://evil.example/', true],
  ])('%j over %s is masked: %s', (shown, url, masked) => {
    expect(isMasked(shown, url)).toBe(masked);
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'ssh://host', 'vscode://x', 'no address'])(
    '%s is not opened',
    (text) => {
      expect(allowedLink(text)).toBeNull();
    },
  );

  it('is read where it stands, over the end of a line', async () => {
    const terminal = new Terminal({ cols: 10, rows: 4, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write('say: https://x.y/z done', resolve));
    expect(textIn(terminal as never, { start: { x: 6, y: 1 }, end: { x: 8, y: 2 } })).toBe(
      'https://x.y/z'.slice(0, 13),
    );
    terminal.dispose();
  });
});
