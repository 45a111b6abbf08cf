/**
 * The way in to a serial line whose way out is a file that QEMU itself writes. The socket is connected for typing only
 * and given back soon after, so that looking at the console takes nothing from `ffx emu console` or anybody else. While
 * it is connected what comes out of it is read and thrown away, because a client that does not read stalls the guest.
 *
 * The file is exact only while nobody is connected: what QEMU cannot hand to a client at once it writes down, tries
 * again, and writes down again (measured with QEMU 7.2: single bytes, some hundred bytes into a flood and at its end).
 * So when the guest begins to talk fast the socket is given back at once, and the place is told as a seam.
 */
import type { Socket } from 'node:net';
import { limits } from '../../../../src-shared/limits.ts';
import type { ConsoleInput, TypeResult } from '../../consoles/keyboard.ts';

export interface SerialLineOptions {
  readonly connect: (signal: AbortSignal) => Promise<Socket>;
  /** Somebody else is connected. */
  readonly isHeld: () => Promise<boolean>;
  /** Told when a key found the line held, and when one found it free again. */
  readonly onHeld: (held: boolean) => void;
  /** The guest talked fast while the socket was connected: about here single bytes of the file may be doubled. */
  readonly onSeam: () => void;
}

const idleMs = 1000;
/** More than an echo and a short answer. */
const burstBytes = 2048;
/** QEMU may not read the last bytes of a client that hangs up at once. */
const farewellMs = 300;

export class SerialLine implements ConsoleInput {
  readonly #options: SerialLineOptions;
  readonly #closing = new AbortController();
  #socket: Socket | null = null;
  #pendingBytes = 0;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SerialLineOptions) {
    this.#options = options;
  }

  type(bytes: Uint8Array): Promise<TypeResult> {
    if (this.#closing.signal.aborted) return Promise.resolve('closed');
    if (this.#pendingBytes + bytes.length > limits.keyboardQueueBytes) return Promise.resolve('full');
    // A copy: the caller's bytes may be a view of a message buffer.
    const copy = Uint8Array.from(bytes);
    this.#pendingBytes += copy.length;
    const typed = this.#turn.then(() => this.#send(copy));
    this.#turn = typed.then(() => {
      this.#pendingBytes -= copy.length;
    });
    return typed;
  }

  /** The last viewer left. */
  release(): void {
    if (this.#socket !== null) this.#releaseIn(farewellMs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#disconnect();
    await this.#turn;
  }

  /** Never rejects. */
  async #send(bytes: Uint8Array): Promise<TypeResult> {
    const socket = this.#socket ?? (await this.#connect().catch(() => null));
    if (this.#closing.signal.aborted) return 'closed';
    if (socket === null) return 'nobody-reads';
    clearTimeout(this.#idle);
    const failed = await new Promise<boolean>((resolve) => socket.write(bytes, (error) => resolve(error != null)));
    this.#releaseIn(idleMs);
    return failed ? 'nobody-reads' : 'written';
  }

  async #connect(): Promise<Socket | null> {
    const held = await this.#options.isHeld();
    this.#options.onHeld(held);
    if (held) return null;
    const socket = await this.#options.connect(this.#closing.signal);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
    let heard = 0;
    socket.on('data', (bytes) => {
      heard += bytes.length;
      if (heard < burstBytes || this.#socket !== socket) return;
      this.#disconnect();
      this.#options.onSeam();
    });
    this.#socket = socket;
    return socket;
  }

  #releaseIn(ms: number): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#disconnect(), ms);
    this.#idle.unref();
  }

  #disconnect(): void {
    clearTimeout(this.#idle);
    this.#socket?.destroy();
    this.#socket = null;
  }
}
