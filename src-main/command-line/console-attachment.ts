/**
 * A terminal or a pipe on a guest's console, until the escape key, the end of the guest, or the end of the input. Shows
 * what the guest says, byte for byte in a pipe and without what is no guest's business in a terminal, and types what it is given as fast as the guest takes it. Must never lose a byte on
 * the way into a pipe, whatever happens to the owner of the home; what was on its way to the guest is lost with an owner.
 */
import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { type ConsoleFrame, noteKindOf } from '../../src-shared/contract/console-frames.ts';
import { toFailure } from '../../src-shared/contract/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { type ConsoleName, isSerial, type SerialName } from '../../src-shared/model/console.ts';
import { isTerminalReply } from '../../src-shared/terminal-reply.ts';
import type { SessionClient } from '../headless/session-client.ts';
import { type ConsoleKeys, escapeKey, type KeyAction } from './console-keys.ts';
import { TerminalFilter } from './terminal-filter.ts';
import { visible } from './visible-text.ts';

/** After the end of a piped input: a guest that was silent for so long has said what it had to say. */
const quietMs = 1000;
/** A monitor takes nothing before its greeting is over. It may have greeted somebody else before: then it stays quiet. */
const greetingMs = 1000;
const greetedMs = 200;

/** Whatever raw bytes left the terminal in: colours off, cursor on, main screen, no mouse, no bracketed paste, letters. */
const calmTerminal =
  '\x18\x1b[0m\x1b[?25h\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x0f\x1b(B\x1b)B';
const nothing = Buffer.alloc(0);
const clearScreen = '\x1b[0m\x1b[H\x1b[2J';

interface Target {
  readonly id: string;
  readonly console: ConsoleName;
  /** null: the current one and every one after it. */
  readonly boot: number | null;
}

interface Manner {
  /** What a person's keys mean beyond the guest. */
  readonly keys: ConsoleKeys;
  /** The end of a piped input ends nothing: it stays until the guest has ended. */
  readonly untilEnd: boolean;
  /** A pipe gets everything from here on; null: from what comes next. */
  readonly from: number | null;
  /** What was typed before there was a console to type on. */
  readonly typed: Buffer;
  /** Another console follows in this terminal, which stays as it is. */
  readonly keepsTerminal: boolean;
  /** A terminal gets the guest's bytes as they are. */
  readonly raw: boolean;
}

/** Why it was left: by a key, or with a sentence for the person where there is something to say. */
export interface Leaving {
  readonly action: KeyAction | null;
  readonly text: string | null;
  /** What was typed behind that key. */
  readonly rest: Buffer;
}

/** Node's types leave it out. */
function descriptorOf(output: object): number {
  return 'fd' in output && typeof output.fd === 'number' ? output.fd : process.stdout.fd;
}

export class ConsoleAttachment {
  readonly #client: SessionClient;
  readonly #target: Target;
  readonly #manner: Manner;
  #viewer: number | null = null;
  /** Frames can come with the answer that says whose they are, and are read before it is. */
  #early: ConsoleFrame[] = [];
  #writable: boolean | null = null;
  /** Typed before it was known whether the guest can be typed to. */
  #typedEarly: Buffer[] = [];
  /** Bytes that are typed and not handed over: beyond a bound the input waits, because the owner would refuse more. */
  #typedAhead = 0;
  #input: ReadStream | NodeJS.ReadStream = process.stdin;
  /** Offset of what comes next; null until something was shown. */
  #position: number | null = null;
  #filling: Promise<void> = Promise.resolve();
  #inputEnded = false;
  #quiet: NodeJS.Timeout | undefined;
  #greeting: NodeJS.Timeout | undefined;
  #output: NodeJS.WriteStream = process.stdout;
  readonly #filter = new TerminalFilter();
  #leave: (leaving: Leaving) => void = () => undefined;

  constructor(client: SessionClient, target: Target, manner: Partial<Manner> = {}) {
    this.#client = client;
    this.#target = target;
    const usual = { keys: escapeKey(), untilEnd: false, from: null, typed: nothing, keepsTerminal: false, raw: false };
    this.#manner = { ...usual, ...manner };
  }

  /** Offset of what comes next; null while nothing was shown. */
  get position(): number | null {
    return this.#position;
  }

  /** Resolves when it is left. */
  async run(
    input: ReadStream | NodeJS.ReadStream,
    output: WriteStream | NodeJS.WriteStream,
    signal: AbortSignal,
  ): Promise<Leaving> {
    const client = this.#client;
    this.#input = input;
    this.#output = output;
    // A terminal begins with a picture of all there was.
    if (!output.isTTY) this.#position = this.#manner.from;
    const left = new Promise<Leaving>((resolve) => {
      this.#leave = resolve;
    });
    const onAbort = () => this.#end(null);
    // Also when this process comes to an end that nobody foresaw.
    const onExit = () => this.#calm((text) => writeSync(descriptorOf(output), text));
    if (output.isTTY) process.once('exit', onExit);
    const onInput = (bytes: Buffer) => this.#onInput(bytes, input.isTTY);
    const onInputEnd = () => {
      this.#inputEnded = true;
      this.#waitForQuiet();
    };
    const unsubscribes = [
      client.frames.on((frame) => this.#onFrame(frame)),
      client.events.on((event) => {
        if (event.type === 'ownerChanged') this.#open().catch((error: unknown) => this.#end(toFailure(error).message));
      }),
      client.closed.on(() => this.#end('The connection to the owner of the Slipway home was lost.')),
    ];
    try {
      // Before it is opened: from then on the input may be told to go on, and must have somewhere to go.
      input.on('data', onInput).on('end', onInputEnd).resume();
      await this.#open();
      if (input.isTTY) input.setRawMode(true);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      if (this.#manner.typed.length > 0) onInput(this.#manner.typed);
      const leaving = await left;
      await this.#filling;
      return leaving;
    } finally {
      for (const unsubscribe of unsubscribes) unsubscribe();
      clearTimeout(this.#quiet);
      clearTimeout(this.#greeting);
      signal.removeEventListener('abort', onAbort);
      input.off('data', onInput).off('end', onInputEnd).pause();
      if (input.isTTY && !this.#manner.keepsTerminal) input.setRawMode(false);
      process.off('exit', onExit);
      this.#calm((text) => output.write(text));
      if (this.#viewer !== null) await client.call('console.close', { viewer: this.#viewer }).catch(() => undefined);
    }
  }

  #calm(write: (text: string) => void): void {
    if (this.#output.isTTY) write(`${this.#manner.raw ? calmTerminal : this.#filter.restore()}\r\n`);
  }

  #end(text: string | null): void {
    this.#leave({ action: null, text, rest: nothing });
  }

  async #open(): Promise<void> {
    this.#viewer = null;
    this.#early = [];
    this.#writable = null;
    this.#typedAhead = 0;
    const { viewer } = await this.#client.call('console.open', this.#target);
    this.#viewer = viewer;
    const early = this.#early;
    this.#early = [];
    for (const frame of early) this.#onFrame(frame);
  }

  #onFrame(frame: ConsoleFrame): void {
    if (this.#viewer === null) this.#early.push(frame);
    if (frame.viewer !== this.#viewer) return;
    switch (frame.kind) {
      case 'snapshot':
        // Ours, and a picture of what the guest drew: it asks nothing, and its modes are to be taken back, too.
        this.#show(
          frame,
          this.#output.isTTY ? this.#redrawn({ ...frame, payload: this.#harmless(frame.payload) }) : null,
        );
        this.#fillUpTo(frame.offset);
        return;
      case 'gap':
        this.#position = frame.offset;
        return;
      case 'data':
        this.#position = frame.offset + frame.extra;
        this.#show(frame, this.#harmless(frame.payload));
        if (this.#greeting !== undefined) this.#typeWhenGreeted(greetedMs);
        return;
      case 'restart':
        this.#position = 0;
        return;
      case 'ready':
        if (frame.extra === 1 && !isSerial(this.#target.console)) this.#typeWhenGreeted(greetingMs);
        else this.#setWritable(frame.extra === 1);
        return;
      case 'ack':
        this.#typedAhead -= frame.extra;
        this.#regulateInput();
        this.#waitForQuiet();
        return;
      case 'note':
        if (noteKindOf(frame.extra) === 'reset') this.#say('the guest was reset');
        return;
      case 'end':
        this.#end(new TextDecoder().decode(frame.payload));
        return;
      default:
        return;
    }
  }

  /** An answer of this terminal reaches the guest only while that one can be typed to. */
  #harmless(bytes: Uint8Array): Uint8Array {
    if (!this.#output.isTTY || this.#manner.raw) return bytes;
    return this.#filter.push(bytes, this.#writable === true && this.#input.isTTY === true);
  }

  /** The first snapshot goes on where the terminal is; a later one is drawn where the old picture was. */
  #redrawn({ payload }: ConsoleFrame): Uint8Array {
    if (this.#position === null) return payload;
    return Buffer.concat([Buffer.from(this.#filter.restore() + clearScreen), payload]);
  }

  /** Acknowledged when the terminal took it: a slow terminal slows only its own view. */
  #show(frame: ConsoleFrame, bytes: Uint8Array | null): void {
    const end = frame.offset + (frame.kind === 'data' ? frame.extra : 0);
    const acknowledge = () => {
      const payload = new Uint8Array();
      this.#client.sendFrame({ kind: 'ack', viewer: frame.viewer, offset: end, extra: 0, payload });
    };
    // In order behind what is being fetched.
    this.#filling = this.#filling.then(() => {
      if (bytes === null) acknowledge();
      else this.#output.write(bytes, acknowledge);
    });
    this.#waitForQuiet();
  }

  /** A snapshot is a picture; a pipe wants the bytes it stands for, from where it was. */
  #fillUpTo(offset: number): void {
    const from = this.#position;
    this.#position = offset;
    const { console } = this.#target;
    if (from === null || from >= offset || this.#output.isTTY || !isSerial(console)) return;
    this.#filling = this.#filling.then(() => this.#fetch(console, from, offset)).catch(() => undefined);
  }

  async #fetch(file: SerialName, from: number, end: number): Promise<void> {
    const { id, boot } = this.#target;
    for (let offset = from; offset < end; ) {
      const length = Math.min(512 * 1024, end - offset);
      const part = await this.#client.call('instance.log', { id, boot, file, offset, length });
      const bytes = Buffer.from(part.base64, 'base64');
      if (bytes.length === 0) return;
      this.#output.write(bytes);
      offset += bytes.length;
    }
  }

  #onInput(bytes: Buffer, isTerminal: boolean): void {
    // A pipe may hold any byte; only a person means something by it.
    if (!isTerminal) {
      this.#type(bytes);
      return;
    }
    for (let pressed = bytes; pressed.length > 0; ) {
      const { typed, action, rest } = this.#manner.keys.take(pressed);
      if (typed.length > 0) this.#type(typed);
      if (action === 'break') this.#break();
      else if (action !== null) {
        this.#leave({ action, text: null, rest });
        return;
      }
      pressed = rest;
    }
  }

  #break(): void {
    const { id, console } = this.#target;
    this.#client.call('console.break', { id, console }).then(
      () => this.#say('break'),
      (error: unknown) => this.#say(`no break: ${toFailure(error).message}`),
    );
  }

  /** Told to a person, on a line of its own; what goes into a pipe is the guest's alone. */
  #say(text: string): void {
    if (!this.#output.isTTY) return;
    this.#filling = this.#filling.then(() => {
      this.#output.write(`\r\n\x1b[0;2m[${visible(text)}]\x1b[0m\r\n`);
    });
  }

  #type(bytes: Buffer): void {
    if (this.#writable === null || this.#viewer === null) this.#typedEarly.push(bytes);
    else if (this.#writable) this.#send(bytes, this.#viewer);
    this.#regulateInput();
    this.#waitForQuiet();
  }

  #send(bytes: Buffer, viewer: number): void {
    for (let at = 0; at < bytes.length; at += limits.inputFrameBytes) {
      const payload = bytes.subarray(at, at + limits.inputFrameBytes);
      // A terminal answers what the guest asks; of several that look only one is to.
      const extra = this.#input.isTTY && isTerminalReply(bytes) ? 1 : 0;
      this.#client.sendFrame({ kind: 'input', viewer, offset: 0, extra, payload });
      this.#typedAhead += payload.length;
    }
  }

  /** A pipe waits for the guest. A person does not: who is too fast for it could not leave any more. */
  #regulateInput(): void {
    if (this.#input.isTTY) return;
    if (this.#writable !== null && this.#typedAhead < limits.typedAheadBytes) this.#input.resume();
    else this.#input.pause();
  }

  #typeWhenGreeted(ms: number): void {
    clearTimeout(this.#greeting);
    this.#greeting = setTimeout(() => {
      this.#greeting = undefined;
      this.#setWritable(true);
    }, ms);
  }

  #setWritable(writable: boolean): void {
    this.#writable = writable;
    const early = this.#typedEarly;
    this.#typedEarly = [];
    for (const bytes of early) this.#type(bytes);
    this.#regulateInput();
    this.#waitForQuiet();
  }

  #waitForQuiet(): void {
    clearTimeout(this.#quiet);
    if (this.#manner.untilEnd || !this.#inputEnded || this.#writable === null || this.#typedAhead > 0) return;
    this.#quiet = setTimeout(() => this.#end(null), quietMs);
  }
}
