/**
 * One conversation with one QEMU over its machine protocol (https://www.qemu.org/docs/master/interop/qmp-spec.html):
 * commands with ids, events, and an end that everybody hears of.
 *
 * Never: reconnects (whoever owns the guest decides what an end means), leaves a call unanswered (every one settles: by
 * its reply, its deadline, its signal or the end of the connection), or rejects a promise that nobody holds.
 */
import type { Socket } from 'node:net';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { type Deferred, deferred } from '../kit/deferred.ts';
import { Emitter } from '../kit/emitter.ts';
import { describeTarget, dialQmp, type QmpEndpointState, type QmpTarget } from './endpoint.ts';
import { JsonStream } from './json-stream.ts';
import { type QmpEvent, type QmpGreeting, type QmpMessage, recogniseMessage } from './messages.ts';

export interface QmpConnectOptions {
  /** How long greeting and negotiation may take together. */
  readonly greetingMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears every event from the very first: one may come in the same packet as the end of the negotiation. */
  readonly onEvent?: ((event: QmpEvent) => void) | undefined;
}

export interface QmpExecuteOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What commands need of a client. */
export interface QmpExecutor {
  execute(command: string, args?: QmpArguments, options?: QmpExecuteOptions): Promise<unknown>;
}
export type QmpArguments = Readonly<Record<string, unknown>>;

export type QmpProbe =
  | { readonly state: 'greeted'; readonly client: QmpClient }
  | { readonly state: Exclude<QmpEndpointState, 'greeted'>; readonly reason: string };

/** Why a connection is no more. `failure` is null if this side ended it. */
export interface QmpEnd {
  readonly failure: SlipwayError | null;
}

const executeMs = 10_000;
/** A reply larger than this is no reply: the largest known, `query-qmp-schema`, is some 200 KB. */
const maxMessageBytes = 16 * 1024 * 1024;

interface Call {
  readonly settle: (message: Extract<QmpMessage, { kind: 'return' | 'error' }> | SlipwayError) => void;
}

export class QmpClient implements QmpExecutor {
  readonly events = new Emitter<QmpEvent>();
  /** Resolves when the connection is no more, for whatever reason; never rejects. */
  readonly closed: Promise<QmpEnd>;
  readonly #closed: Deferred<QmpEnd> = deferred();
  readonly #greeting: Deferred<QmpGreeting> = deferred();
  readonly #socket: Socket;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;
  #end: QmpEnd | null = null;
  #greeted: QmpGreeting | null = null;

  private constructor(socket: Socket) {
    this.closed = this.#closed.promise;
    this.#greeting.promise.catch(() => undefined);
    this.#socket = socket;
    const stream = new JsonStream(maxMessageBytes);
    socket.on('data', (chunk) => {
      try {
        for (const value of stream.push(chunk)) this.#receive(recogniseMessage(value));
      } catch (error) {
        this.#close(new SlipwayError('qmp_error', 'QEMU said something that is not QMP.', { raw: String(error) }));
      }
    });
    socket.on('error', (error) => this.#close(lost(error.message)));
    socket.on('close', () => this.#close(lost('the connection was closed')));
    if (socket.destroyed) this.#close(lost('the connection was closed'));
    else socket.resume();
  }

  /**
   * Connects and negotiates, or says what is there instead.
   *
   * @throws SlipwayError `cancelled`; `qmp_unavailable` (the host forbids it, or it is not QMP that answers).
   */
  static async probe(target: QmpTarget, options: QmpConnectOptions = {}): Promise<QmpProbe> {
    const { greetingMs = limits.qmpGreetingMs, signal, onEvent } = options;
    if (signal?.aborted) throw cancelled();
    const dialled = await dialQmp(target);
    if (dialled.state !== 'connected') return dialled;
    const client = new QmpClient(dialled.socket);
    if (onEvent !== undefined) client.events.on(onEvent);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), greetingMs);
    try {
      await client.#negotiate(signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]));
      return { state: 'greeted', client };
    } catch (error) {
      await client.end();
      if (signal?.aborted) throw cancelled();
      if (deadline.signal.aborted) return { state: 'silent', reason: `no greeting within ${greetingMs} ms` };
      // Whoever was there went away while we came: the same as coming a moment later.
      if (error instanceof SlipwayError && error.code === 'connection_lost') {
        return { state: 'refused', reason: error.failure.raw ?? error.message };
      }
      throw new SlipwayError('qmp_unavailable', 'What answers there is not QEMU’s machine protocol.', {
        cause: describeTarget(target),
        raw: error instanceof SlipwayError ? error.failure.raw : String(error),
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws SlipwayError as `probe` does, and `qmp_unavailable` with the state as its cause. */
  static async connect(target: QmpTarget, options: QmpConnectOptions = {}): Promise<QmpClient> {
    const probe = await QmpClient.probe(target, options);
    if (probe.state === 'greeted') return probe.client;
    throw new SlipwayError('qmp_unavailable', unavailable[probe.state], { cause: probe.state, raw: probe.reason });
  }

  /** @throws Error before the negotiation is over. */
  get greeting(): QmpGreeting {
    if (this.#greeted === null) throw new Error('not negotiated yet');
    return this.#greeted;
  }

  get isClosed(): boolean {
    return this.#end !== null;
  }

  /**
   * Sends a command and waits for its reply.
   *
   * @throws SlipwayError `qmp_error` (QEMU refuses: `cause` is QMP's error class, `raw` its description), `timed_out`
   * (the command may still take effect), `cancelled` (likewise), `connection_lost`.
   */
  execute(command: string, args?: QmpArguments, options: QmpExecuteOptions = {}): Promise<unknown> {
    const { timeoutMs = executeMs, signal } = options;
    if (signal?.aborted) return Promise.reject(cancelled());
    if (this.#end !== null) return Promise.reject(this.#end.failure ?? lost('this side has ended it'));
    const id = this.#nextId++;
    const message = `${JSON.stringify({ execute: command, arguments: args, id })}\r\n`;
    return new Promise((resolve, reject) => {
      const onAbort = () => settle(cancelled());
      const settle: Call['settle'] = (outcome) => {
        this.#calls.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (outcome instanceof SlipwayError) reject(outcome);
        else if (outcome.kind === 'error') reject(refused(command, outcome.class, outcome.description));
        else resolve(outcome.value);
      };
      const late = `QEMU did not answer ${command} within ${timeoutMs} ms.`;
      const timer = setTimeout(() => settle(new SlipwayError('timed_out', late)), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#calls.set(id, { settle });
      this.#socket.write(message);
    });
  }

  /** An idle connection no longer keeps the process alive; a call that waits still does, for at most its deadline. */
  unref(): void {
    this.#socket.unref();
  }

  /** Ends the conversation; QEMU goes on. Resolves when the socket is gone, so that QEMU can serve the next client. */
  async end(): Promise<void> {
    this.#close(null);
    if (!this.#socket.closed) await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
  }

  async #negotiate(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#greeting.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      this.#greeted = await this.#greeting.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    await this.execute('qmp_capabilities', undefined, { signal });
  }

  #receive(message: QmpMessage): void {
    switch (message.kind) {
      case 'greeting':
        this.#greeting.resolve(message.greeting);
        break;
      case 'event':
        this.events.emit(message.event);
        break;
      case 'return':
      case 'error':
        // No such call: its reply came after its deadline.
        if (typeof message.id === 'number') this.#calls.get(message.id)?.settle(message);
        break;
      case 'unknown':
        if (this.#greeted === null) throw new Error('no greeting');
    }
  }

  #close(failure: SlipwayError | null): void {
    if (this.#end !== null) return;
    this.#end = { failure };
    this.#socket.destroy();
    const error = failure ?? lost('this side has ended it');
    this.#greeting.reject(error);
    for (const call of [...this.#calls.values()]) call.settle(error);
    this.#closed.resolve(this.#end);
  }
}

const unavailable: Readonly<Record<Exclude<QmpEndpointState, 'greeted'>, string>> = {
  absent: 'QEMU’s control socket is not there.',
  refused: 'Nobody listens on QEMU’s control socket.',
  silent: 'QEMU’s control socket does not answer: another program may hold it.',
};

function refused(command: string, errorClass: string, description: string): SlipwayError {
  return new SlipwayError('qmp_error', `QEMU refused ${command}: ${description}`, {
    cause: errorClass,
    raw: description,
  });
}

function lost(reason: string): SlipwayError {
  return new SlipwayError('connection_lost', 'The connection to QEMU was lost.', { raw: reason });
}

function cancelled(): SlipwayError {
  return new SlipwayError('cancelled', 'Cancelled.');
}
