/** One element per tab, made once: its terminal lives in it, whichever pane it stands in. */
export class TabHosts {
  readonly #elements = new Map<string, HTMLElement>();

  of(tab: string): HTMLElement {
    const known = this.#elements.get(tab);
    if (known !== undefined) return known;
    const made = document.createElement('div');
    made.className = 'console-host-place';
    this.#elements.set(tab, made);
    return made;
  }

  /** Puts the elements of these tabs where they belong. Those that are there stay: a move takes the focus away. */
  place(tabs: readonly string[], slot: HTMLElement): void {
    for (const tab of tabs) {
      const element = this.of(tab);
      if (element.parentElement !== slot) slot.append(element);
    }
  }
}
