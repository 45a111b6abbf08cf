/**
 * Notices that the guest says it died, on its first serial line, and waits for what proves it: silence, a reset, the end.
 * The judgement is panic-evidence's. Tells of the first death of a round; a round is from one reset to the next.
 */
import { limits } from '../../../src-shared/limits.ts';
import type { Status } from '../../../src-shared/model/instance.ts';
import { withoutSequences } from '../consoles/line-search.ts';
import type { Clock } from '../kit/clock.ts';
import { Emitter } from '../kit/emitter.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import { judgePanic, livesOn } from './panic-evidence.ts';
import { dyingWords, panicWords } from './panic-lines.ts';

export type Panic = NonNullable<Status['panic']>;

export class PanicWatch {
  /** It is dead. */
  readonly died = new Emitter<Panic>();
  /** It was told dead, and goes on. */
  readonly revived = new Emitter<void>();
  readonly #consoles: InstanceConsoles;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  readonly #unsubscribe: () => void;
  /** Where dying words were seen and are not judged yet, in order. */
  readonly #seen: number[] = [];
  /** Offsets below it were judged, or belong to an earlier round. */
  #judgedBefore: number;
  #told: (Panic & { readonly length: number }) | null = null;
  #judging: Promise<void> | null = null;

  constructor(consoles: InstanceConsoles, clock: Clock, from: number) {
    this.#consoles = consoles;
    this.#clock = clock;
    this.#judgedBefore = from;
    this.#unsubscribe = consoles.watchLines({ containing: panicWords, from, unfinished: true }, ({ text, offset }) => {
      if (dyingWords(text) !== null) this.#notice(offset);
    });
  }

  /** Whether it died in this round. */
  get isDead(): boolean {
    return this.#told !== null;
  }

  /** The machine began anew: by the guest's doing that proves what it said last. True: it died in the round before. */
  async wasReset(byGuest: boolean): Promise<boolean> {
    const at = await this.#look();
    if (byGuest) await this.judgeNow({ isConfirmed: true });
    const hasDied = this.#told !== null;
    this.#seen.length = 0;
    this.#judgedBefore = Math.max(this.#judgedBefore, at);
    this.#told = null;
    return hasDied;
  }

  /**
   * Nothing more comes. `isConfirmed`: what only a dead guest, or its kernel, could do has happened, so that its last words
   * are true, or are none.
   */
  async judgeNow({ isConfirmed = false } = {}): Promise<void> {
    if (this.#told !== null) return;
    await this.#notYetNoticed();
    for (const offset of this.#seen.splice(0))
      if ((await this.#judge(offset, { ageMs: 0, isQuiet: true, isConfirmed })) === true) return;
  }

  close(): void {
    this.#closed.abort(new Error('over'));
    this.#unsubscribe();
  }

  /** What came in the last moments has not been cut into lines yet. */
  async #notYetNoticed(): Promise<void> {
    const end = await this.#look();
    const { offset, bytes } = await this.#consoles.readSerial(
      Math.max(this.#judgedBefore, end - limits.panicEvidenceBytes),
      end,
    );
    let start = offset;
    for (const line of Buffer.from(bytes).toString('latin1').split('\n')) {
      if (dyingWords(withoutSequences(line)) !== null && !this.#seen.includes(start)) this.#seen.push(start);
      start += line.length + 1;
    }
    this.#seen.sort((a, b) => a - b);
  }

  /** Bytes of output as of now. */
  async #look(): Promise<number> {
    await this.#consoles.readSerial(0, 0);
    return this.#consoles.serialBytes;
  }

  #notice(offset: number): void {
    if (this.#told !== null || offset < this.#judgedBefore || this.#seen.includes(offset)) return;
    this.#seen.push(offset);
    this.#judging ??= this.#judgeSeen()
      .catch(() => undefined)
      .finally(() => {
        this.#judging = null;
      });
  }

  /** One after the other until one is true, and then for as long as it may be taken back. */
  async #judgeSeen(): Promise<void> {
    for (let offset = this.#seen[0]; offset !== undefined; offset = this.#seen[0]) {
      const began = this.#clock.monotonic();
      let size = -1;
      while (this.#seen[0] === offset) {
        const before = size;
        size = await this.#look();
        const isQuiet = size === before;
        const verdict = await this.#judge(offset, { ageMs: this.#clock.monotonic() - began, isQuiet });
        if (verdict !== null) this.#seen.splice(this.#seen.indexOf(offset), 1);
        if (verdict === true) return await this.#watchForLife();
        if (verdict === null) await this.#clock.wait(limits.panicSilenceMs, this.#closed.signal);
      }
    }
  }

  /** True: it was told. False: those were no dying words. null: nobody can say yet. */
  async #judge(
    offset: number,
    facts: { readonly ageMs: number; readonly isQuiet?: boolean; readonly isConfirmed?: boolean },
  ): Promise<boolean | null> {
    const output = await this.#outputFrom(offset);
    const verdict = judgePanic({ output, isQuiet: false, ...facts, typed: this.#consoles.typed });
    if (verdict.kind === 'open') return null;
    if (verdict.kind === 'alive' || this.#told !== null) return false;
    this.#told = { line: verdict.line, offset, length: output.length };
    this.died.emit({ line: verdict.line, offset });
    return true;
  }

  async #watchForLife(): Promise<void> {
    for (let size = this.#consoles.serialBytes; this.#told !== null; ) {
      await this.#consoles.firstByte(this.#closed.signal, size);
      await this.#clock.wait(limits.panicSilenceMs, this.#closed.signal);
      const told = this.#told;
      if (told === null) return;
      size = await this.#look();
      const output = await this.#outputFrom(told.offset);
      if (!livesOn(output, told.length) || this.#told !== told) continue;
      this.#judgedBefore = told.offset + 1;
      this.#told = null;
      this.revived.emit();
    }
  }

  async #outputFrom(offset: number): Promise<string> {
    const { bytes } = await this.#consoles.readSerial(offset, limits.panicEvidenceBytes);
    return Buffer.from(bytes).toString('utf8');
  }
}
