/** What the script has set so far. Nothing of this process's environment is in it. */
import type { Unknowns } from './unknowns.ts';

export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** make's: read as words again wherever it is used. */
  | { readonly kind: 'make'; readonly text: string };

/** What a script may know of where it would run. */
export interface ShellHost {
  /** What relative paths start from; also where the script is taken to lie. */
  readonly directory: string;
  readonly home: string;
  readonly processors: number;
  /** As `uname -m` says it. */
  readonly machine: string;
}

export class Variables {
  readonly unknowns: Unknowns;
  readonly host: ShellHost;
  /** Where `cd` went. */
  directory: string;
  /** `$1`, `$2` …; null: those of the script itself, which nobody has given. */
  positional: readonly string[] | null = null;
  /** In a condition what is not set is empty, and nobody is asked for it. */
  quiet = false;
  /** Said once each. */
  readonly notes = new Set<string>();
  readonly #values = new Map<string, Value>();
  #bytes = 0;

  constructor(host: ShellHost, given: Readonly<Record<string, string>>, unknowns: Unknowns) {
    this.host = host;
    this.directory = host.directory;
    this.unknowns = unknowns;
    for (const [name, text] of Object.entries(given)) this.#values.set(name, { kind: 'text', text });
    const all = this.#values.get('@');
    if (all?.kind === 'text') this.positional = all.text.split(/\s+/).filter((word) => word !== '');
  }

  get(name: string): Value | null {
    const own = this.#values.get(name);
    if (own !== undefined) return own;
    const known = this.#builtIn(name);
    return known === null ? null : { kind: 'text', text: known };
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  /** @throws RangeError for a script that doubles a variable again and again. */
  set(name: string, value: Value): void {
    this.#bytes += value.kind === 'list' ? value.items.reduce((sum, item) => sum + item.length, 0) : value.text.length;
    if (this.#bytes > 4 * 1024 * 1024) throw new RangeError('its variables grow without end');
    this.#values.set(name, value);
  }

  unset(name: string): void {
    this.#values.delete(name);
  }

  note(text: string): void {
    if (!this.quiet) this.notes.add(text);
  }

  #builtIn(name: string): string | null {
    switch (name) {
      case 'HOME':
        return this.host.home;
      case 'PWD':
        return this.directory;
      case '0':
      case 'BASH_SOURCE':
      case 'BASH_SOURCE[0]':
        this.note(`The script is taken to lie in ${this.host.directory}.`);
        return `${this.host.directory}/script`;
      case 'OSTYPE':
        return 'linux-gnu';
      case 'IFS':
        return ' \t\n';
      default:
        return null;
    }
  }
}
