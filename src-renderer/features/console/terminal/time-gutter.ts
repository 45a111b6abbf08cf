/**
 * The column beside a terminal that says when each line began. It has one row per row in sight, filled anew when the
 * terminal has drawn, so that what it costs does not depend on how much was ever printed.
 */
import type { Arrival } from '../../../../src-shared/contract/console-times.ts';
import { consoleStrings } from '../../../strings/console.ts';
import { clockTime, sinceBoot } from './line-clock.ts';

export type TimeMode = 'off' | 'clock' | 'boot';

export class TimeGutter {
  readonly #element: HTMLElement;
  #mode: TimeMode = 'off';
  #bootAt: number | null = null;
  #shown: string[] = [];

  constructor() {
    this.#element = document.createElement('div');
    this.#element.className = 'console-times';
    // The times are beside the lines for the eye; read aloud between them they would bury the text.
    this.#element.setAttribute('aria-hidden', 'true');
    this.#element.hidden = true;
  }

  get element(): HTMLElement {
    return this.#element;
  }

  get isOn(): boolean {
    return this.#mode !== 'off';
  }

  /** `bootAt`: when the boot began, in epoch milliseconds; null: not known, and then the clock is shown. */
  set(mode: TimeMode, bootAt: number | null): void {
    this.#mode = mode;
    this.#bootAt = bootAt;
    this.#shown = [];
    this.#element.hidden = mode === 'off';
    this.#element.replaceChildren();
  }

  draw(arrivals: readonly (Arrival | null)[], rowHeightPx: number, fontSizePx: number): void {
    if (!this.isOn) return;
    this.#element.style.setProperty('--row-height', `${rowHeightPx}px`);
    this.#element.style.setProperty('--times-size', `${Math.max(8, fontSizePx - 2)}px`);
    while (this.#element.children.length < arrivals.length) this.#element.append(document.createElement('div'));
    while (this.#element.children.length > arrivals.length) this.#element.lastElementChild?.remove();
    this.#shown.length = arrivals.length;
    arrivals.forEach((arrival, row) => {
      const text = arrival === null ? '' : this.#text(arrival);
      if (this.#shown[row] === text) return;
      this.#shown[row] = text;
      const place = this.#element.children[row];
      if (!(place instanceof HTMLElement)) return;
      place.textContent = text;
      place.title = arrival === null ? '' : this.#about(arrival);
      place.toggleAttribute('data-vague', arrival !== null && arrival.earlierMs > 0);
    });
  }

  #text(arrival: Arrival): string {
    const { at, earlierMs } = arrival;
    const known = this.#mode === 'boot' && this.#bootAt !== null ? sinceBoot(at, this.#bootAt) : clockTime(at);
    return earlierMs > 0 ? `≤${known}` : known;
  }

  #about({ at, earlierMs }: Arrival): string {
    const moment = consoleStrings.times.moment(
      new Date(at).toLocaleDateString(),
      clockTime(at),
      this.#bootAt === null ? null : sinceBoot(at, this.#bootAt),
    );
    return earlierMs > 0 ? consoleStrings.times.vague(moment, clockTime(at - earlierMs)) : moment;
  }
}
