/** Appends to a transcript in the order of the calls; what waits for the disk is bounded by whoever looks at `pendingBytes`. */
import { type FileHandle, open } from 'node:fs/promises';

export class TranscriptWriter {
  readonly #path: string;
  readonly #onWritten: () => void;
  readonly #onFailed: (error: unknown) => void;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | null = null;

  /** `onWritten` after each write; `onFailed` when bytes were lost (ENOSPC). The file is made on the first write, 0600. */
  constructor(path: string, onWritten: () => void, onFailed: (error: unknown) => void) {
    this.#path = path;
    this.#onWritten = onWritten;
    this.#onFailed = onFailed;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#writeSoon();
  }

  /** Resolves when everything appended so far is in the file or was lost. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #writeSoon(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
      // Appended while the file was being closed.
      if (this.#pending.length > 0) this.#writeSoon();
    });
  }

  async #write(): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.#path, 'a', 0o600);
      while (this.#pending.length > 0) {
        const bytes = Buffer.concat(this.#pending.splice(0));
        await file.writeFile(bytes);
        this.#pendingBytes -= bytes.length;
        this.#onWritten();
      }
    } catch (error) {
      this.#pending = [];
      this.#pendingBytes = 0;
      this.#onFailed(error);
    } finally {
      await file?.close().catch(() => undefined);
    }
  }
}
