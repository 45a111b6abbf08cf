/**
 * What goes from one viewer to the guest: keys as they are typed, the terminal's own answers, and long texts in pieces.
 * It counts what was handed over, and never loses a key without saying so.
 */
import type { ConsoleFrame } from '../../src-shared/contract/console-frames.ts';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { isTerminalReply } from '../../src-shared/terminal-reply.ts';
import { consoleViewerStrings as strings } from '../strings/console-viewer.ts';

/** `waiting`: kept until the console is open. `refused`: there is no guest to type to, and the keys are gone. */
export type TypeOutcome = 'sent' | 'waiting' | 'refused';

export interface SendOptions {
  readonly onProgress?: (handedOver: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Pause behind each line, for guests whose firmware polls. Absent: as fast as the guest takes it. */
  readonly lineDelayMs?: number;
}

/** `opening`: nobody knows yet whether it can be typed to. `busy`: it can, as soon as the picture is drawn. */
export type Gate = 'opening' | 'busy' | 'open' | 'shut';

/** Little, so that who stops a sending has it stop soon. */
const sentAheadBytes = 32 * 1024;
const pieceBytes = 4096;

export class TypedInput {
  readonly #send: (frame: Pick<ConsoleFrame, 'extra' | 'payload'>) => boolean;
  readonly #lost: (bytes: number) => void;
  #gate: Gate = 'opening';
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** Sent and not answered yet. */
  #ahead = 0;
  #dropped = 0;
  #changed: (() => void)[] = [];

  /** `lost`: so many bytes that a person typed did not reach the guest. */
  constructor(send: (frame: Pick<ConsoleFrame, 'extra' | 'payload'>) => boolean, lost: (bytes: number) => void) {
    this.#send = send;
    this.#lost = lost;
  }

  set gate(gate: Gate) {
    if (gate === this.#gate) return;
    this.#gate = gate;
    if (gate === 'open') for (const bytes of this.#takeKept()) this.#sendPieces(bytes, 0);
    if (gate === 'shut') this.#loseKept();
    this.#wake();
  }

  type(bytes: Uint8Array): TypeOutcome {
    const isReply = isTerminalReply(bytes);
    switch (this.#gate) {
      case 'open':
        return this.#sendPieces(bytes, isReply ? 1 : 0) ? 'sent' : 'refused';
      case 'shut':
        return 'refused';
      default:
        // An answer to what is being drawn answers a question of long ago.
        if (isReply || this.#keptBytes + bytes.length > limits.keptKeysBytes) return 'refused';
        this.#kept.push(bytes.slice());
        this.#keptBytes += bytes.length;
        return 'waiting';
    }
  }

  /** `extra` bytes are done with, `offset` of them in vain. */
  answered({ extra, offset }: Pick<ConsoleFrame, 'extra' | 'offset'>): void {
    this.#ahead = Math.max(0, this.#ahead - extra);
    this.#dropped += offset;
    if (offset > 0) this.#lost(offset);
    this.#wake();
  }

  /**
   * Any amount, in order, as fast as the guest takes it. Resolves when all was handed over. Rejects with `cancelled`,
   * `connection_lost` when the console is left or its guest ends, `wrong_phase` when the guest does not take it.
   */
  async send(bytes: Uint8Array, { onProgress, signal, lineDelayMs }: SendOptions = {}): Promise<void> {
    const stop = () => this.#wake();
    signal?.addEventListener('abort', stop);
    const droppedBefore = this.#dropped;
    let sent = 0;
    const check = () => {
      if (signal?.aborted) throw new SlipwayError('cancelled', strings.sendingStopped);
      if (this.#gate === 'shut') throw new SlipwayError('connection_lost', strings.consoleLeft);
      const dropped = this.#dropped - droppedBefore;
      if (dropped > 0) {
        const message = strings.notTaken(Math.max(0, sent - dropped), bytes.length);
        throw new SlipwayError('wrong_phase', message, { hint: strings.notTakenHint });
      }
      onProgress?.(Math.max(0, sent - this.#ahead), bytes.length);
    };
    try {
      while (sent < bytes.length) {
        await this.#until(() => this.#gate === 'open' && this.#ahead < sentAheadBytes, check);
        const piece = bytes.subarray(sent, endOfPiece(bytes, sent, lineDelayMs !== undefined));
        if (!this.#sendPieces(piece, 0)) throw new SlipwayError('connection_lost', strings.consoleLeft);
        sent += piece.length;
        if (lineDelayMs === undefined) continue;
        await this.#until(() => this.#ahead === 0, check);
        if (sent < bytes.length) await this.#pause(lineDelayMs);
      }
      await this.#until(() => this.#ahead === 0, check);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async #until(isSo: () => boolean, check: () => void): Promise<void> {
    for (;;) {
      check();
      if (isSo()) return;
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      // Cut short only by what ends the sending; the check that follows says which.
      this.#changed.push(() => {
        if (this.#gate === 'open') return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #sendPieces(bytes: Uint8Array, extra: number): boolean {
    for (let start = 0; start < bytes.length; start += limits.inputFrameBytes) {
      const payload = bytes.subarray(start, start + limits.inputFrameBytes);
      if (!this.#send({ extra, payload })) {
        if (extra === 0) this.#lost(bytes.length - start);
        return false;
      }
      this.#ahead += payload.length;
    }
    return true;
  }

  #takeKept(): Uint8Array[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    return kept;
  }

  #loseKept(): void {
    const bytes = this.#takeKept().reduce((sum, { length }) => sum + length, 0);
    if (bytes > 0) this.#lost(bytes);
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}

/** A line with its end, or as much as goes in one piece. */
function endOfPiece(bytes: Uint8Array, from: number, byLine: boolean): number {
  const most = Math.min(bytes.length, from + pieceBytes);
  if (!byLine) return most;
  for (let at = from; at < most; at++) {
    if (bytes[at] === 0x0a || (bytes[at] === 0x0d && bytes[at + 1] !== 0x0a)) return at + 1;
  }
  return most;
}
