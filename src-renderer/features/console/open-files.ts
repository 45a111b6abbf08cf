/** Transcript files that the person opened. They are read in the page; nothing of them goes to the core. */
export class OpenFiles {
  readonly #files = new Map<string, File>();
  #next = 1;

  add(file: File): string {
    const id = `file-${this.#next++}`;
    this.#files.set(id, file);
    return id;
  }

  get(id: string): File | undefined {
    return this.#files.get(id);
  }
}
