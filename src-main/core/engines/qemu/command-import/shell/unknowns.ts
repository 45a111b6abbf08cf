/**
 * Variables that the text uses and does not set. Where one is used a mark stands in its place, so that only those that
 * reach the QEMU command are asked for, and each argument knows what it lacks.
 */
export class Unknowns {
  readonly #names: string[] = [];

  /** The mark for a variable, by the name under which a person is asked for it. */
  mark(name: string): string {
    let index = this.#names.indexOf(name);
    if (index < 0) index = this.#names.push(name) - 1;
    return `\uE000${index}\uE001`;
  }

  /** Whether nothing else is in a text. */
  isOnlyMarks(text: string): boolean {
    return /^(?:\uE000\d+\uE001)+$/.test(text);
  }

  namesIn(text: string): string[] {
    return [...text.matchAll(marks)].map(([, index]) => this.#names[Number(index)] ?? '');
  }

  /** The text as a person would write it, with `$NAME` for each mark. */
  spell(text: string): string {
    return text.replace(marks, (_, index: string) => spellName(this.#names[Number(index)] ?? ''));
  }
}

const marks = /\uE000(\d+)\uE001/g;

function spellName(name: string): string {
  return name.startsWith('$') ? name : `$${name}`;
}
