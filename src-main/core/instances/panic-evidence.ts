/**
 * Whether dying words are true: decisions, no I/O. A kernel that died is silent after them, is reset, or sits in its
 * debugger. One whose words were typed, or are the log of another boot, goes on; its shell prompts.
 */
import { limits } from '../../../src-shared/limits.ts';
import { withoutSequences } from '../consoles/line-search.ts';
import { dyingWords, panicWords } from './panic-lines.ts';

export interface PanicEvidence {
  /** The output from the first byte of the line with the words in it. */
  readonly output: string;
  /** Nothing came for as long as a dump could pause. */
  readonly isQuiet: boolean;
  readonly ageMs: number;
  /** What people typed into the guest lately, in this boot. */
  readonly typed: string;
  /** The machine was reset, or ended, and the guest did that: no program but the kernel can. */
  readonly isConfirmed?: boolean;
}

export type PanicVerdict =
  | { readonly kind: 'dead'; readonly line: string }
  | { readonly kind: 'alive' }
  /** It is too early to say. */
  | { readonly kind: 'open' };

const alive: PanicVerdict = { kind: 'alive' };
/** What is shown of a line that belonged to somebody else when the words came. */
const longestPrefix = 64;

export function judgePanic({ output, isQuiet, ageMs, typed, isConfirmed = false }: PanicEvidence): PanicVerdict {
  const [line = '', ...rest] = output.split(/\r*\n/).map((text) => withoutSequences(text));
  const found = dyingWords(line.slice(0, limits.searchedLineLength));
  if (found === null) return alive;
  const { isCertain, before, words } = found;
  // The echo of what is typed, and what the command then prints.
  if (isTyped(words, typed) || isCommandLine.test(before) || isStored.test(before)) return alive;
  // The next round's first words can come before we hear of the reset that it began with; then they are no life of this.
  const anew = rest.findIndex((text) => isFirstWord.test(text));
  const after = isConfirmed && anew !== -1 ? rest.slice(0, anew) : rest;
  const isEarly = !isConfirmed && ageMs < limits.panicSilenceMs;
  if (after.some((text) => isLife.test(text))) return isEarly ? { kind: 'open' } : alive;
  // Only where the line stays as it is: half a line of a dump can end in anything.
  if (isQuiet && !isConfirmed && isPrompt(after.at(-1) ?? '')) return alive;
  const dead: PanicVerdict = {
    kind: 'dead',
    line: (before.length <= longestPrefix ? line : words).trim().slice(0, limits.searchedLineLength),
  };
  if (isConfirmed) return dead;
  // No dump is that long: it talks on.
  if (output.length >= limits.panicEvidenceBytes) return alive;
  if (isQuiet || (isCertain && ageMs >= limits.panicDumpMs)) return dead;
  return { kind: 'open' };
}

/**
 * Whether output that came after a death was told takes it back: a prompt, the next stage of a boot; or, where the words
 * are not a kernel's alone, simply more to say.
 */
export function livesOn(output: string, told: number): boolean {
  const lines = output.split(/\r*\n/).map((text) => withoutSequences(text));
  const after = lines.slice(1);
  if (after.some((text) => isLife.test(text)) || isPrompt(after.at(-1) ?? '')) return true;
  if (output.length >= limits.panicEvidenceBytes) return true;
  const isCertain = dyingWords(lines[0] ?? '')?.isCertain ?? false;
  const more = output.slice(told).split('\n').length - 1;
  return !isCertain && more > fewLines && !after.some((text) => isDebugger.test(text));
}

export interface PastDeath {
  readonly line: string;
  /** Where the line begins in the output that was looked at. */
  readonly index: number;
  /** How often it died like that, one boot after another, this one included. */
  readonly inARow: number;
  /** Where the boot after it begins; null: none did. */
  readonly anewAt: number | null;
}

/**
 * What the output says of the time when nobody watched: the last death in it, unless it has got further since. A kernel
 * says its last words once in each round, so that the same words again are another round's.
 */
export function pastDeathIn(output: string): PastDeath | null {
  // Nearly always nothing is there, and guests are found many at a time.
  if (!panicWords.some((word) => output.includes(word))) return null;
  let last = null as PastDeath | null;
  let words = '';
  let row = 0;
  for (let index = 0; index < output.length; index = nextLine(output, index)) {
    const line = withoutSequences(output.slice(index, nextLine(output, index)).slice(0, limits.searchedLineLength));
    if (last !== null && last.anewAt === null && isFirstWord.test(line)) last = { ...last, anewAt: index };
    if (last !== null && last.anewAt !== null) {
      if (hasLasted(line)) row = 0;
      if ((row < limits.loopResets && hasGotFurther(line)) || row === 0) last = null;
    }
    const found = isEndMark.test(line) ? null : dyingWords(line);
    if (found === null || isCommandLine.test(found.before) || isStored.test(found.before)) continue;
    const same = found.words.replace(/\d+/g, '');
    // The first one says why; others that follow in the same round are its consequences.
    if (last !== null && last.anewAt === null && same !== words) continue;
    row = same === words ? row + 1 : 1;
    last = { line: line.trim(), index, inARow: row, anewAt: null };
    words = same;
  }
  return last;
}

/** Linux says its reason again at the end of its dump. */
const isEndMark = /---\[ end /;

/** The first words of a machine that begins anew. */
const isFirstWord = new RegExp(
  [
    '\\bLinux version \\d',
    '\\bSeaBIOS \\(version ',
    '\\bU-Boot (?:SPL |TPL )?20\\d\\d\\.',
    '\\bOpenSBI v\\d',
    '\\bUEFI firmware \\(version ',
    '\\b[Ww]elcome to Zircon',
    '\\bxv6 kernel is booting',
    '\\*\\*\\* Booting Zephyr OS',
    '\\bBooting Linux on physical CPU',
    '\\bELF-loader started on CPU',
  ].join('|'),
);

/** Its own clock says that it has lived for longer than one that keeps dying. */
function hasLasted(line: string): boolean {
  const seconds = Number(/^\[ *(\d+)\.\d{6}\]/.exec(line)?.[1] ?? 0);
  return seconds * 1000 > limits.loopRoundMs;
}

/** A login, or a shell that waits. */
function hasGotFurther(line: string): boolean {
  return isPrompt(line.replace(/\r?\n$/, '')) || /\blogin: ?$/.test(line.trimEnd());
}

/** What a guest that is no more said last: the first dying words that hold, and where in `output` they begin. */
export function deathIn(output: string): { readonly line: string; readonly index: number } | null {
  for (let index = 0; index < output.length; index = nextLine(output, index)) {
    const verdict = judgePanic({ output: output.slice(index), isQuiet: true, ageMs: 0, typed: '' });
    if (verdict.kind === 'dead') return { line: verdict.line, index };
  }
  return null;
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

/** A last word from another processor is no life. */
const fewLines = 3;

/** What a shell was told to do stands behind its prompt. A number before the mark is a stamp's. */
const isCommandLine = /(?:^|[^\d])(?:[#$%]|=>) +\S.*$/;
/** The kernel's own level and stamp together are how a stored log is written; no console prints them. */
const isStored = /^\s*<\d{1,2}>\[/;

/** What nobody prints who is dead: the stages of a boot, services, an orderly end. */
const isLife = new RegExp(
  [
    '\\blogin: ?$',
    '^\\[ {0,2}(?:OK|FAILED|DEPEND) {0,2}\\]',
    '\\bLinux version \\d',
    '\\bRun \\S+ as init process',
    '\\bsystemd\\[\\d+\\]:',
    '\\breboot: (?:Power down|Restarting system|System halted)',
    '^Please press Enter to activate this console',
  ].join('|'),
);

/** A shell waits on a line it did not end. */
function isPrompt(unfinished: string): boolean {
  if (unfinished.length > 120 || isDebugger.test(unfinished)) return false;
  return /(?:^|[^\d])[#$%>] ?$|\blogin: ?$/.test(unfinished);
}

const isDebugger = /(?:^|\s)(?:db|ddb|kdb|kdebug|mdb)(?:\{\d+\}|\[\d+\]\w*)?> ?$/;

/** Typed text has no cursor keys in it that matter here; blanks are as they were typed or as a shell joined them. */
function isTyped(words: string, typed: string): boolean {
  const plain = (text: string) =>
    withoutSequences(text)
      .replaceAll(/["'\\\s]+/g, ' ')
      .trim();
  return typed !== '' && plain(typed).includes(plain(words));
}
