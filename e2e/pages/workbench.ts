/**
 * pages/ knows the page by roles and names, as a person with a screen reader does. Specs say what a person does; how
 * that is found is here, once. Must never wait for a time or look at a class name, except for the rows of a terminal,
 * which have no role of their own.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';

export type ConsoleTitle = 'Serial' | 'Monitor' | 'QMP' | 'Engine log';

export class Workbench {
  readonly #app: SlipwayApp;

  constructor(app: SlipwayApp) {
    this.#app = app;
  }

  /** Of the run that is on now. */
  get page(): Page {
    return this.#app.page;
  }

  get state(): Locator {
    return this.page.getByRole('status', { name: 'State' });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name, exact: true });
  }

  terminal(title: ConsoleTitle = 'Serial'): Locator {
    return this.page.getByRole('region', { name: `${title} console`, exact: true });
  }

  async expectState(word: string, timeout = 20_000): Promise<void> {
    await expect(this.state).toHaveText(word, { timeout });
  }

  /** What the terminal shows now, row by row. */
  async rows(title: ConsoleTitle = 'Serial'): Promise<string[]> {
    const rows = await this.terminal(title).locator('.xterm-rows > div').allTextContents();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
  }

  async expectText(text: string | RegExp, title: ConsoleTitle = 'Serial', timeout = 20_000): Promise<void> {
    const matches = (row: string) => (typeof text === 'string' ? row.includes(text) : text.test(row));
    await expect
      .poll(async () => (await this.rows(title)).some(matches), { message: `${title} shows ${text}`, timeout })
      .toBe(true);
  }

  async type(text: string, title: ConsoleTitle = 'Serial'): Promise<void> {
    // Until the old output is parsed keys are not taken: a terminal's answers to it would be typed into the guest.
    await expect(this.terminal(title)).toHaveAttribute('data-state', 'writable');
    await this.terminal(title).click();
    await this.page.keyboard.type(text);
  }

  /** The dialog at its gallery; with `source`, at the form of the card of that name. */
  async openNewInstance(source?: string): Promise<Locator> {
    await this.button('New instance').first().click();
    const dialog = this.page.getByRole('dialog', { name: 'New instance' });
    await expect(dialog.getByRole('combobox', { name: 'Search sources' })).toBeFocused();
    if (source === undefined) return dialog;
    await dialog.getByRole('option', { name: new RegExp(`^${source} `) }).click();
    await expect(dialog.getByRole('form', { name: 'Instance' })).toBeVisible();
    return dialog;
  }

  /** Pastes as Ctrl+V does, into whatever has the focus. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
    }, text);
  }
}
