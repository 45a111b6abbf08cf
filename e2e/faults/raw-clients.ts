/**
 * Clients that say whatever they are told to, over each transport there is, and count what they are still owed. A client
 * whose connection ends is owed nothing any more, and connects again, as every real one does.
 */
import { connect, type Socket } from 'node:net';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { encodeMessage, MessageDecoder } from '../../src-main/headless/framing.ts';
import type { Service } from '../../src-main/headless/service.ts';
import { openPageSession } from '../../src-main/shell/page-session.ts';
import type { Failure } from '../../src-shared/contract/errors.ts';

export interface Wire {
  send(message: string | Uint8Array): void;
  close(): void;
}

interface WireHandlers {
  message(message: string | Uint8Array): void;
  closed(): void;
}

/** Opens a connection; resolves when it can be spoken on. */
export type Dial = (handlers: WireHandlers) => Promise<Wire>;

export class RawClient {
  readonly #dial: Dial;
  readonly #owed = new Map<number, string>();
  readonly #onFailure: (call: string, failure: Failure) => void;
  #wire: Wire | null = null;
  #nextId = 1;
  answered = 0;
  connections = 0;
  viewers: number[] = [];

  constructor(dial: Dial, onFailure: (call: string, failure: Failure) => void) {
    this.#dial = dial;
    this.#onFailure = onFailure;
  }

  get isOpen(): boolean {
    return this.#wire !== null;
  }

  get owed(): string[] {
    return [...this.#owed.values()];
  }

  async connect(): Promise<void> {
    if (this.#wire !== null) return;
    let ended = false;
    const wire = await this.#dial({
      message: (message) => this.#received(message),
      closed: () => {
        ended = true;
        this.#wire = null;
        this.#owed.clear();
        this.viewers = [];
      },
    });
    this.connections++;
    if (!ended) this.#wire = wire;
  }

  call(name: string, input: unknown): void {
    const id = this.#nextId++;
    if (this.#wire === null) return;
    this.#owed.set(id, name);
    this.#wire.send(JSON.stringify({ type: 'call', id, name, input }));
  }

  raw(message: string | Uint8Array): void {
    this.#wire?.send(message);
  }

  close(): void {
    this.#wire?.close();
  }

  #received(message: string | Uint8Array): void {
    if (typeof message !== 'string') return;
    const reply = JSON.parse(message);
    if (reply.type === 'event' && reply.event.type === 'ownerChanged') {
      this.#owed.clear();
      this.viewers = [];
    }
    if (reply.type !== 'result' && reply.type !== 'failure') return;
    const name = this.#owed.get(reply.id);
    this.#owed.delete(reply.id);
    this.answered++;
    if (reply.type === 'failure') this.#onFailure(name ?? '?', reply.failure);
    if (name === 'console.open' && reply.type === 'result')
      this.viewers = [...this.viewers.slice(-7), reply.value.viewer];
  }
}

export function overUnixSocket(path: string, introduction: object): Dial {
  return (handlers) =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect(path);
      const decoder = new MessageDecoder();
      let open = false;
      socket.on('data', (chunk) => {
        for (const message of decoder.push(chunk)) handlers.message(message);
      });
      socket.on('error', (error) => (open ? undefined : reject(error)));
      socket.on('close', () => handlers.closed());
      socket.once('connect', () => {
        open = true;
        socket.write(encodeMessage(JSON.stringify(introduction)));
        resolve({
          send: (message) => socket.writable && socket.write(encodeMessage(message)),
          close: () => socket.destroy(),
        });
      });
    });
}

export function overWebSocket(url: URL): Dial {
  return (handlers) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${url.host}/session`);
      socket.on('message', (data, binary) => handlers.message(binary ? new Uint8Array(data as Buffer) : String(data)));
      socket.on('error', reject);
      socket.on('close', () => handlers.closed());
      socket.once('open', () => {
        socket.send(JSON.stringify({ type: 'token', token: url.hash.slice('#token='.length) }));
        resolve({
          send: (message) => socket.readyState === WebSocket.OPEN && socket.send(message),
          close: () => socket.terminate(),
        });
      });
    });
}

/** What the window does with Electron's ports, with Node's. */
export function overMessagePort(service: () => Service): Dial {
  return async (handlers) => {
    const { port1, port2 } = new MessageChannel();
    let ended = false;
    const closed = () => {
      if (ended) return;
      ended = true;
      port2.close();
      handlers.closed();
    };
    port2.on('message', (message) => (message === 'slipway-closed' ? closed() : handlers.message(message)));
    port2.on('close', closed);
    openPageSession(
      asElectronPort(port1),
      service(),
      { trust: 'page', face: 'window', allowPower: false, abilities: {} },
      () => undefined,
    );
    return { send: (message) => port2.postMessage(message), close: closed };
  };
}

function asElectronPort(port: MessagePort) {
  return {
    postMessage: (message: unknown) => port.postMessage(message),
    on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data: unknown) => listener({ data }))
        : port.on('close', () => listener({ data: null })),
    start: () => port.start(),
    close: () => port.close(),
  };
}
