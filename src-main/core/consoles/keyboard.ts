/**
 * Writes what people type into the FIFO that QEMU reads as the guest's serial input: in order across all viewers, as
 * fast as the guest takes it, never blocking, with a bound and an honest refusal beyond it.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { limits } from '../../../src-shared/limits.ts';
import { isErrno } from '../kit/errno.ts';
import type { ControlPower } from './control/control-powers.ts';

/**
 * `written`: all of it was handed over. `full`: nothing was taken, the queue has no room for it. `nobody-reads`: the
 * engine is not there; what had not been handed over is dropped. `closed`: this console is gone.
 */
export type TypeResult = 'written' | 'full' | 'nobody-reads' | 'closed';

/** Asks whoever typed whether a command with power may be run. Rejects with why it may not. */
export type Consent = (command: { readonly power: ControlPower; readonly text: string }) => Promise<void>;

/** Where a console's input goes. */
export interface ConsoleInput {
  /**
   * Takes all of `bytes` or nothing; resolves when they were handed over or are known not to be. Never rejects.
   * `consent`: of who typed, where commands are run here.
   */
  type(bytes: Uint8Array, consent?: Consent): Promise<TypeResult>;
  /** The first viewer came. */
  attach?(): void;
  /** The last viewer left. */
  release?(): void;
  /** For an input that writes the transcript itself: who follows that file wants to know at once. */
  onOutput?(listener: () => void): void;
  close(): Promise<void>;
}

/** For guests whose UART has no FIFO or whose firmware polls: at most `bytes` every `intervalMs`. */
export interface Pacing {
  readonly bytes: number;
  readonly intervalMs: number;
}

export interface KeyboardOptions {
  readonly queueBytes?: number;
  readonly pacing?: Pacing;
}

interface Piece {
  readonly bytes: Uint8Array;
  written: number;
  readonly settle: (result: TypeResult) => void;
}

/** Up to PIPE_BUF a write to a pipe is taken whole or not at all. */
const writeBytes = 4096;
const firstRetryMs = 2;
const longestRetryMs = 50;

export class Keyboard implements ConsoleInput {
  readonly #path: string;
  readonly #queueBytes: number;
  readonly #pacing: Pacing | null;
  #queue: Piece[] = [];
  #queuedBytes = 0;
  #fifo: FileHandle | null = null;
  #writing: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  #closed = false;

  constructor(path: string, options: KeyboardOptions = {}) {
    this.#path = path;
    this.#queueBytes = options.queueBytes ?? limits.keyboardQueueBytes;
    this.#pacing = options.pacing ?? null;
  }

  /** Bytes that were taken and not handed over yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  type(bytes: Uint8Array): Promise<TypeResult> {
    if (this.#closed) return Promise.resolve('closed');
    if (bytes.length === 0) return Promise.resolve('written');
    if (this.#queuedBytes + bytes.length > this.#queueBytes) return Promise.resolve('full');
    return new Promise((settle) => {
      // A copy, which `slice` of a Buffer is not: the caller's bytes may be a view of a message buffer.
      this.#queue.push({ bytes: Uint8Array.from(bytes), written: 0, settle });
      this.#queuedBytes += bytes.length;
      this.#writeSoon();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#writing;
    this.#drop('closed');
    await this.#fifo?.close();
    this.#fifo = null;
  }

  #writeSoon(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
      // Typed between the last look at the queue and now.
      if (this.#queue.length > 0 && !this.#closed) this.#writeSoon();
    });
  }

  async #write(): Promise<void> {
    let retryMs = firstRetryMs;
    try {
      for (let piece = this.#queue[0]; piece !== undefined && !this.#closed; piece = this.#queue[0]) {
        const fifo = this.#fifo ?? (await this.#open());
        const length = Math.min(piece.bytes.length - piece.written, this.#pacing?.bytes ?? writeBytes);
        const taken = await writeSome(fifo, piece.bytes, piece.written, length);
        piece.written += taken;
        this.#queuedBytes -= taken;
        retryMs = taken > 0 ? firstRetryMs : Math.min(retryMs * 2, longestRetryMs);
        if (piece.written === piece.bytes.length) {
          this.#queue.shift();
          piece.settle('written');
        }
        if (taken === 0) await this.#sleep(retryMs);
        else if (this.#pacing !== null) await this.#sleep(this.#pacing.intervalMs);
      }
    } catch {
      // ENXIO, ENOENT: no reader. EPIPE: it left. Whatever else keeps us from writing is the same to who types.
      this.#drop('nobody-reads');
      const fifo = this.#fifo;
      this.#fifo = null;
      await fifo?.close().catch(() => undefined);
    }
  }

  async #open(): Promise<FileHandle> {
    const fifo = await open(this.#path, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#fifo = fifo;
    if (!(await fifo.stat()).isFIFO()) throw new Error(`${this.#path} is not a FIFO`);
    return fifo;
  }

  #drop(result: TypeResult): void {
    const dropped = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const piece of dropped) piece.settle(result);
  }

  #sleep(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Bytes written, 0 when the pipe is full. */
async function writeSome(fifo: FileHandle, bytes: Uint8Array, from: number, length: number): Promise<number> {
  try {
    return (await fifo.write(bytes, from, length)).bytesWritten;
  } catch (error) {
    if (isErrno(error, 'EAGAIN')) return 0;
    throw error;
  }
}
