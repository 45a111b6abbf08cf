/** The console workspace by roles and names: panes, tabs, terminals, search. As in workbench.ts, rows are by class. */
import { expect, type Locator, type Page } from '@playwright/test';

export class ConsolePanes {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get panes(): Locator {
    return this.page.getByRole('region', { name: /^Console pane/ });
  }

  pane(index: number): Locator {
    return this.panes.nth(index);
  }

  tab(name: string | RegExp, pane: Locator = this.panes.first()): Locator {
    return pane.getByRole('tab', { name, exact: typeof name === 'string' });
  }

  /** The terminal in front in a pane. */
  terminal(pane: Locator = this.panes.first()): Locator {
    return pane.getByRole('tabpanel').getByRole('region');
  }

  tool(name: string, pane: Locator = this.panes.first()): Locator {
    return pane.getByRole('toolbar').getByRole('button', { name, exact: true });
  }

  async choose(menu: string, item: string | RegExp, pane: Locator = this.panes.first()): Promise<void> {
    await this.tool(menu, pane).click();
    await this.item(item).click();
  }

  item(name: string | RegExp): Locator {
    const named = { name, exact: typeof name === 'string' };
    return this.page
      .getByRole('menuitem', named)
      .or(this.page.getByRole('menuitemradio', named))
      .or(this.page.getByRole('menuitemcheckbox', named));
  }

  async rows(terminal: Locator): Promise<string[]> {
    const rows = await terminal.locator('.xterm-rows > div').allTextContents();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
  }

  async expectText(terminal: Locator, text: string | RegExp, timeout = 20_000): Promise<void> {
    const matches = (row: string) => (typeof text === 'string' ? row.includes(text) : text.test(row));
    await expect
      .poll(async () => (await this.rows(terminal)).some(matches), { message: `shows ${text}`, timeout })
      .toBe(true);
  }

  async type(terminal: Locator, text: string): Promise<void> {
    await expect(terminal).toHaveAttribute('data-state', 'writable');
    await terminal.click();
    await this.page.keyboard.type(text);
  }
}
