/**
 * QEMU's monitor and QMP as a page has them: a terminal served here, line by line, over the connection Slipway has
 * anyway. So what is done is a command that can be judged before it is, not keys; any number of viewers share it, and it
 * never takes the monitor's socket from a person's own program. It writes a transcript like every console; viewers read
 * that.
 *
 * Must never run a line that has power without the consent of whoever pressed Enter.
 */
import { SlipwayError, toFailure } from '../../../../src-shared/contract/errors.ts';
import { limits } from '../../../../src-shared/limits.ts';
import type { Unsubscribe } from '../../kit/emitter.ts';
import type { QmpExecutor } from '../../qmp/client.ts';
import type { QmpEvent } from '../../qmp/messages.ts';
import type { Consent, ConsoleInput, TypeResult } from '../keyboard.ts';
import { TranscriptWriter } from '../transcript-writer.ts';
import { type Completion, columnsOf, commonStart } from './completion.ts';
import type { ControlPower } from './control-powers.ts';
import { LineEditor } from './line-editor.ts';

/** What is typed, as one of QEMU's two languages has it. */
export interface ControlLanguage {
  readonly prompt: string;
  /** For the lines after the first of what is not finished yet. */
  readonly morePrompt: string;
  greeting(qmp: QmpExecutor): Promise<string>;
  /** Whether what was typed so far needs another line. */
  isUnfinished(text: string): boolean;
  powerOf(text: string): ControlPower | null;
  /** What is to be shown of the answer. Throws what the connection throws. */
  run(text: string, qmp: QmpExecutor): Promise<string>;
  complete(before: string, qmp: QmpExecutor): Promise<Completion>;
  /** An event as it is shown; null: this language has none. */
  event(event: QmpEvent): string | null;
}

/** How QEMU is reached: for a question, and for what it tells by itself. */
export interface ControlPeer {
  /** Throws where nothing can be asked now. */
  use<T>(ask: (qmp: QmpExecutor) => Promise<T>): Promise<T>;
  listen(listener: (event: QmpEvent) => void): Unsubscribe;
}

export interface ControlConsoleOptions {
  readonly language: ControlLanguage;
  readonly peer: ControlPeer;
  readonly transcript: string;
  /** A command with power was run. */
  readonly onPower?: () => void;
}

export class ControlConsole implements ConsoleInput {
  readonly #options: ControlConsoleOptions;
  readonly #writer: TranscriptWriter;
  readonly #editor: LineEditor;
  readonly #decoder = new TextDecoder();
  #queue: { readonly text: string; readonly consent: Consent | undefined }[] = [];
  #queuedBytes = 0;
  #pumping: Promise<void> | null = null;
  #unfinished = '';
  /** The line being edited is on the screen. */
  #isShown = false;
  #greeted = false;
  #closed = false;
  #stopListening: Unsubscribe | null = null;
  #outputListener: () => void = () => undefined;

  constructor(options: ControlConsoleOptions) {
    this.#options = options;
    this.#editor = new LineEditor(options.language.prompt, limits.screenColumns);
    this.#writer = new TranscriptWriter(
      options.transcript,
      () => this.#outputListener(),
      () => undefined,
    );
  }

  onOutput(listener: () => void): void {
    this.#outputListener = listener;
  }

  attach(): void {
    if (this.#closed) return;
    this.#stopListening ??= this.#options.peer.listen((event) => this.#tell(event));
    this.#pump();
  }

  release(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }

  type(bytes: Uint8Array, consent?: Consent): Promise<TypeResult> {
    if (this.#closed) return Promise.resolve('closed');
    if (this.#queuedBytes + bytes.length > limits.keyboardQueueBytes) return Promise.resolve('full');
    this.#queuedBytes += bytes.length;
    this.#queue.push({ text: this.#decoder.decode(bytes, { stream: true }), consent });
    this.#pump();
    return Promise.resolve('written');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue = [];
    this.release();
    await this.#writer.flush();
  }

  /** One after the other, as at any terminal: what is typed while a command runs is read when it has ended. */
  #pump(): void {
    this.#pumping ??= this.#work()
      .catch((error: unknown) => this.#complain(error))
      .finally(() => {
        this.#pumping = null;
        if (this.#queue.length > 0 && !this.#closed) this.#pump();
      });
  }

  async #work(): Promise<void> {
    if (!this.#greeted) await this.#greet();
    for (let piece = this.#queue.shift(); piece !== undefined && !this.#closed; piece = this.#queue.shift()) {
      let shown = '';
      for (const character of piece.text) {
        const { show, action } = this.#editor.key(character);
        shown += show;
        if (action === null) continue;
        this.#show(shown);
        shown = '';
        if (action.kind === 'complete') await this.#complete();
        else await this.#enter(action.text, piece.consent);
        if (this.#closed) return;
      }
      this.#show(shown);
      this.#queuedBytes -= Buffer.byteLength(piece.text);
      if (this.#queue.length === 0) this.#queuedBytes = 0;
    }
  }

  async #greet(): Promise<void> {
    this.#greeted = true;
    const { language, peer } = this.#options;
    const greeting = await peer.use((qmp) => language.greeting(qmp)).catch((error: unknown) => sentenceOf(error));
    this.#show(lines(greeting));
    this.#prompt();
  }

  async #enter(line: string, consent: Consent | undefined): Promise<void> {
    const { language } = this.#options;
    this.#isShown = false;
    const text = this.#unfinished === '' ? line : `${this.#unfinished}\n${line}`;
    // An empty line gives up what was begun.
    if (this.#unfinished !== '' && line.trim() === '') this.#unfinished = '';
    else if (language.isUnfinished(text)) this.#unfinished = text;
    else {
      this.#unfinished = '';
      if (text.trim() !== '') await this.#run(text, consent);
    }
    this.#prompt();
  }

  async #run(text: string, consent: Consent | undefined): Promise<void> {
    const { language, peer, onPower } = this.#options;
    try {
      const power = language.powerOf(text);
      if (power !== null) {
        if (consent === undefined) throw new SlipwayError('not_permitted', 'Nobody can be asked whether this may be.');
        await consent({ power, text });
      }
      if (this.#closed) return;
      this.#show(lines(await peer.use((qmp) => language.run(text, qmp))));
      if (power !== null) onPower?.();
    } catch (error) {
      this.#complain(error);
    }
  }

  async #complete(): Promise<void> {
    const { language, peer } = this.#options;
    const before = this.#editor.beforeCursor;
    if (this.#unfinished !== '') return;
    const { start, options } = await peer
      .use((qmp) => language.complete(before, qmp))
      .catch((): Completion => ({ start: before.length, options: [] }));
    const typed = before.slice(start);
    const fitting = options.filter(({ text }) => text.startsWith(typed));
    const [first] = fitting;
    if (first === undefined) return;
    const common = commonStart(fitting.map(({ text }) => text));
    const added = fitting.length === 1 ? first.text + (first.end ?? ' ') : common;
    if (added.length > typed.length) this.#show(this.#editor.complete(start, added));
    else this.#show(`\r\n${lines(columnsOf(fitting, limits.screenColumns))}${this.#editor.show()}`);
  }

  /** Above the line that is being edited, which is drawn again below. */
  #tell(event: QmpEvent): void {
    const text = this.#options.language.event(event);
    if (text === null || this.#closed || !this.#greeted) return;
    if (this.#isShown) this.#show(this.#editor.hide() + lines(text) + this.#editor.show());
    else this.#show(lines(text));
  }

  #prompt(): void {
    if (this.#closed) return;
    const { prompt, morePrompt } = this.#options.language;
    this.#show(this.#editor.show(this.#unfinished === '' ? prompt : morePrompt));
    this.#isShown = true;
  }

  #complain(error: unknown): void {
    this.#show(lines(sentenceOf(error)));
  }

  #show(text: string): void {
    if (text !== '' && !this.#closed) this.#writer.append(Buffer.from(text));
  }
}

/** Our own words, told apart from QEMU's by being faint. */
function sentenceOf(error: unknown): string {
  const { message, cause, hint } = toFailure(error);
  return [message, cause, hint]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => `\x1b[2m[${part}]\x1b[0m`)
    .join('\n');
}

/** As a terminal wants them, the last one ended too. */
function lines(text: string): string {
  if (text === '') return '';
  const whole = text.replace(/\r?\n/g, '\r\n');
  return whole.endsWith('\r\n') ? whole : `${whole}\r\n`;
}
