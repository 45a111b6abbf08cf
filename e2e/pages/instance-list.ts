/** The list on the left, by roles and names. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';

export class InstanceList {
  readonly #app: SlipwayApp;

  constructor(app: SlipwayApp) {
    this.#app = app;
  }

  get page(): Page {
    return this.#app.page;
  }

  get box(): Locator {
    return this.page.getByRole('listbox', { name: 'Instances' });
  }

  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Search instances' });
  }

  get bar(): Locator {
    return this.page.getByRole('region', { name: 'Chosen instances' });
  }

  get menu(): Locator {
    return this.page.getByRole('menu');
  }

  row(name: string): Locator {
    return this.page.getByRole('option', { name: new RegExp(`^${name},`) });
  }

  /** All that are drawn, headings too. */
  get drawn(): Locator {
    return this.page.getByRole('option');
  }

  /** What a screen reader is told of the row the keyboard is on. */
  async active(): Promise<string> {
    const id = await this.box.getAttribute('aria-activedescendant');
    return (await this.page.locator(`[id="${id}"]`).textContent()) ?? '';
  }

  /** Of all rows, those that are not drawn too. */
  async total(): Promise<number> {
    if ((await this.drawn.count()) === 0) return 0;
    return Number(await this.drawn.first().getAttribute('aria-setsize'));
  }

  async choose(menu: string, entry: string, role: 'menuitemcheckbox' | 'menuitemradio' | 'menuitem'): Promise<void> {
    await this.page.getByRole('button', { name: menu }).click();
    await this.menu.getByRole(role, { name: entry, exact: true }).click();
    await expect(this.menu).toHaveCount(0);
  }

  async expectActive(name: string | RegExp): Promise<void> {
    await expect.poll(() => this.active()).toMatch(typeof name === 'string' ? new RegExp(`^${name}(,|$)`) : name);
  }
}
