/**
 * A console behind a UNIX socket chardev: the monitor, QMP, the serial line of a guest that was started elsewhere. QEMU
 * serves one client at a time, so the connection is held only while somebody looks, and given back when the last viewer
 * leaves. What arrives is appended to a transcript file at once, always, because a client that stops reading stalls the
 * guest; everyone reads that file.
 *
 * Never: knows paths of sockets, or interprets the monitor's language.
 */
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { limits } from '../../../src-shared/limits.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { ConsoleInput, TypeResult } from './keyboard.ts';
import { LineDiscipline } from './line-discipline.ts';
import { TranscriptWriter } from './transcript-writer.ts';

export interface SocketConsoleOptions {
  /** Connects; rejects when nobody listens. The signal is aborted when the connection is no longer wanted. */
  readonly connect: (signal: AbortSignal) => Promise<Socket>;
  /** File that gets everything that is to be shown. */
  readonly transcript: string;
  /** `qmp`: lines are edited here and capabilities are negotiated. `raw`: the peer echoes and edits. */
  readonly protocol: 'raw' | 'qmp';
  /** Silence for this long after connecting means that another program is being served. Null: the peer need not greet. */
  readonly greetingMs?: number | null;
  /**
   * Stay connected without viewers: the serial line of a guest that was started elsewhere, whose output nobody else
   * writes down. What it said while nobody was connected is missing from the transcript, which gets a mark there.
   */
  readonly keep?: boolean;
}

const defaultGreetingMs = 2000;
/** More than this waiting for the disk, and the peer has to wait too. */
const longestBacklogBytes = 4 * 1024 * 1024;
/** A key, however long its sequence; more was pasted, or comes from a program. */
const longestKeyBytes = 8;
const negotiate = '{"execute": "qmp_capabilities"}';

export class SocketConsole implements ConsoleInput {
  readonly #options: SocketConsoleOptions;
  readonly #writer: TranscriptWriter;
  #wanted: AbortController | null = null;
  #socket: Socket | null = null;
  #discipline: LineDiscipline | null = null;
  #closed = false;
  #outputListener: () => void = () => undefined;
  #lostBytes = false;
  /** The peer takes what is typed: it is connected, and has greeted where it does. */
  #isListening = false;
  /** Another program is being served, and nobody knows for how long. */
  #isHeld = false;
  /** Typed before the peer listens. */
  #waiting: { readonly bytes: Uint8Array; settle(result: TypeResult): void }[] = [];

  constructor(options: SocketConsoleOptions) {
    this.#options = options;
    this.#writer = new TranscriptWriter(
      options.transcript,
      () => this.#onWritten(),
      () => {
        this.#lostBytes = true;
      },
    );
    if (options.keep) this.attach();
  }

  onOutput(listener: () => void): void {
    this.#outputListener = listener;
  }

  attach(): void {
    if (this.#closed || this.#wanted !== null) return;
    const wanted = new AbortController();
    this.#wanted = wanted;
    unawaited(this.#connect(wanted.signal), 'a console could not be connected');
  }

  release(): void {
    if (!this.#options.keep) this.#disconnect();
  }

  #disconnect(): void {
    this.#isListening = false;
    this.#isHeld = false;
    for (const { settle } of this.#waiting.splice(0)) settle('nobody-reads');
    this.#wanted?.abort();
    this.#wanted = null;
    this.#socket?.destroy();
    this.#socket = null;
    this.#discipline = null;
  }

  type(bytes: Uint8Array): Promise<TypeResult> {
    if (this.#closed) return Promise.resolve('closed');
    if (this.#wanted === null || this.#socket?.destroyed) {
      // The peer may be back. A key that was pressed to try again is not meant for it.
      this.#disconnect();
      this.attach();
      if (bytes.length <= longestKeyBytes) return Promise.resolve('written');
    }
    if (this.#isListening) return this.#hand(bytes);
    const waitingBytes = this.#waiting.reduce((sum, { bytes: { length } }) => sum + length, bytes.length);
    if (this.#isHeld) return Promise.resolve('nobody-reads');
    if (waitingBytes > limits.keptKeysBytes) return Promise.resolve('full');
    // A copy, which `slice` of a Buffer is not: the caller's bytes may be a view of a message buffer.
    return new Promise((settle) => this.#waiting.push({ bytes: Uint8Array.from(bytes), settle }));
  }

  #hand(bytes: Uint8Array): Promise<TypeResult> {
    const socket = this.#socket;
    if (socket === null) return Promise.resolve('nobody-reads');
    if (this.#discipline === null) return send(socket, bytes);
    const { echo, lines } = this.#discipline.key(bytes);
    this.#show(echo);
    return lines.length === 0
      ? Promise.resolve('written')
      : send(socket, Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }

  /** Whoever typed early is served first. */
  #listens(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#isHeld = false;
    for (const { bytes, settle } of this.#waiting.splice(0))
      unawaited(this.#hand(bytes).then(settle), 'what was typed early could not be handed over');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#disconnect();
    await this.#writer.flush();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    let socket: Socket;
    try {
      socket = await this.#options.connect(signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (signal.aborted) return;
      this.#disconnect();
      this.#say(`Not connected: ${reason}. Press a key to try again.`);
      return;
    }
    socket.on('error', () => undefined);
    if (signal.aborted) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    if (this.#options.keep && (await hasContent(this.#options.transcript))) {
      this.#say('Seam: output from before this connection may be missing here.');
    }
    if (signal.aborted) return;
    this.#discipline = this.#options.protocol === 'qmp' ? new LineDiscipline('qmp> ') : null;
    const greetingMs = this.#options.greetingMs === undefined ? defaultGreetingMs : this.#options.greetingMs;
    if (greetingMs === null) this.#listens();
    const silence = greetingMs === null ? undefined : setTimeout(() => this.#heldByAnother(), greetingMs);
    socket.on('data', (bytes) => {
      clearTimeout(silence);
      this.#receive(socket, bytes);
    });
    socket.on('close', () => {
      clearTimeout(silence);
      if (signal.aborted) return;
      this.#disconnect();
      this.#say('The connection was closed. Press a key to connect again.');
    });
  }

  #heldByAnother(): void {
    this.#isHeld = true;
    for (const { settle } of this.#waiting.splice(0)) settle('nobody-reads');
    this.#say('Another program holds this console. QEMU serves one at a time; it is shown here when that one leaves.');
  }

  #receive(socket: Socket, bytes: Buffer): void {
    const discipline = this.#discipline;
    this.#writer.append(discipline === null ? bytes : discipline.output(bytes));
    if (this.#writer.pendingBytes > longestBacklogBytes) socket.pause();
    // The first thing QMP says is its greeting; before capabilities are negotiated it refuses every other command.
    if (this.#isListening || (discipline !== null && !bytes.includes(0x0a))) return;
    if (discipline !== null) {
      this.#show(`${negotiate}\r\n`);
      unawaited(send(socket, Buffer.from(`${negotiate}\n`)), 'QMP could not be spoken to');
    }
    this.#listens();
  }

  #onWritten(): void {
    if (this.#socket?.isPaused()) this.#socket.resume();
    if (this.#lostBytes) {
      this.#lostBytes = false;
      this.#say('Some output could not be written to the transcript.');
    }
    this.#outputListener();
  }

  #show(text: string): void {
    this.#writer.append(Buffer.from(text));
  }

  /** Our own words, on lines of their own and told apart from the peer's by being faint. */
  #say(text: string): void {
    this.#show(`\r\n\x1b[2m[${text}]\x1b[0m\r\n`);
  }
}

async function hasContent(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );
}

function send(socket: Socket, bytes: Uint8Array): Promise<TypeResult> {
  if (socket.writableLength + bytes.length > limits.keyboardQueueBytes) return Promise.resolve('full');
  return new Promise((resolve) => {
    socket.write(bytes, (error) => resolve(error ? 'nobody-reads' : 'written'));
  });
}
