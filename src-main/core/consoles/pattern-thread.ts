/**
 * Tries regular expressions that people wrote on text that guests wrote. Either may be made so that a match takes longer
 * than anybody lives; so it happens in a thread of its own, which is ended when it takes too long.
 */
import { Worker } from 'node:worker_threads';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { unawaited } from '../kit/unawaited.ts';
import { scanModule, scannedFrom } from './byte-scan.ts';
import {
  type JobParts,
  type MatchJob,
  type PatternJob,
  runPatternJobs,
  type SearchFound,
  type SearchJob,
} from './pattern-job.ts';

type Answer = { readonly value: unknown } | { readonly error: string };

interface Waiting {
  readonly job: PatternJob;
  readonly deadlineMs: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** More than any honest expression needs for a batch of lines. */
const matchDeadlineMs = 500;
/** Beyond what the search was given itself. */
const searchGraceMs = 1000;
const idleMs = 10_000;
const needs = [
  "require('node:worker_threads').parentPort",
  "require('node:fs')",
  "require('node:worker_threads').workerData",
];
const parts: JobParts = {
  ...{ module: scanModule, scannedFrom },
  ...{ readBytes: 1024 * 1024, leastPiece: 16 * 1024, mostPiece: 256 * 1024 },
};
const source = `(${runPatternJobs.toString()})(${needs.join(', ')})`;

export class PatternThread {
  readonly #queue: Waiting[] = [];
  #worker: Worker | null = null;
  #isOnline = false;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** Index of the first line that matches; -1: none. Throws `invalid_input` when the expression takes too long. */
  match(job: Omit<MatchJob, 'kind'>): Promise<number> {
    return this.#run({ kind: 'match', ...job }, matchDeadlineMs) as Promise<number>;
  }

  /** Throws `invalid_input` when the expression takes too long, `internal` when the file cannot be read. */
  search(job: Omit<SearchJob, 'kind'>): Promise<SearchFound> {
    return this.#run({ kind: 'search', ...job }, job.budgetMs + searchGraceMs) as Promise<SearchFound>;
  }

  #run(job: PatternJob, deadlineMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, deadlineMs, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== null) return;
    const waiting = this.#queue.shift();
    clearTimeout(this.#timer);
    if (waiting === undefined) {
      this.#worker?.unref();
      this.#timer = setTimeout(() => this.#end(), idleMs).unref();
      return;
    }
    this.#current = waiting;
    const worker = this.#worker ?? this.#start();
    worker.ref();
    if (this.#isOnline) this.#limit(waiting);
    worker.postMessage(waiting.job);
  }

  /** The time is for matching alone, not for the start of the thread: on a busy machine that takes longer. */
  #limit(waiting: Waiting): void {
    this.#timer = setTimeout(() => {
      this.#end();
      this.#settle(({ reject }) => reject(tooSlow(waiting.job)));
    }, waiting.deadlineMs);
  }

  #start(): Worker {
    const worker = new Worker(source, {
      eval: true,
      name: 'patterns',
      workerData: parts,
    });
    const failed = (error: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#settle(({ reject }) => reject(new SlipwayError('internal', 'The search failed.', { raw: String(error) })));
    };
    worker.on('message', (answer: Answer) => {
      if (this.#worker !== worker) return;
      this.#settle(({ resolve, reject }) => {
        if ('value' in answer) resolve(answer.value);
        else reject(new SlipwayError('internal', 'The text could not be searched.', { raw: answer.error }));
      });
    });
    this.#isOnline = false;
    worker.on('online', () => {
      if (this.#worker !== worker) return;
      this.#isOnline = true;
      if (this.#current !== null) this.#limit(this.#current);
    });
    worker.on('error', failed);
    worker.on('exit', (code) => failed(`the thread ended with ${code}`));
    this.#worker = worker;
    return worker;
  }

  #settle(how: (waiting: Waiting) => void): void {
    const settled = this.#current;
    this.#current = null;
    clearTimeout(this.#timer);
    if (settled !== null) how(settled);
    this.#next();
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = null;
    if (worker !== null) unawaited(worker.terminate(), 'the thread of a search could not be ended');
  }
}

function tooSlow({ source: pattern }: PatternJob): SlipwayError {
  return new SlipwayError('invalid_input', `The expression ${pattern} takes too long on a line of this output.`, {
    cause: 'It can match the same text in very many ways, and tries them all.',
    hint: 'Take out a repetition inside a repetition, such as (a+)+, or look for plain text.',
    field: 'text',
  });
}

/** Readiness and other waits of all consoles. */
export const liveThread = new PatternThread();
/** Searches of all viewers, so that none of them delays a boot. */
export const searchThread = new PatternThread();
