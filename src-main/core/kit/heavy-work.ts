/**
 * Work that is too long for the thread that serves everybody: reading a script of megabytes, a document of tens of them.
 * It is done in a thread of its own, from a bundle beside this one (core/heavy-jobs.ts); what is small is done at once,
 * and so is everything where there is no bundle, in tests of the sources.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Failure, SlipwayError } from '../../../src-shared/contract/errors.ts';

export interface HeavyJob<I, O> {
  /** By this name the thread knows it. */
  readonly name: string;
  readonly run: (input: I) => O;
}

export type HeavyAnswer = { readonly value: unknown } | { readonly failure: Failure };

/** Longer than the slowest honest input takes on a slow machine. */
const deadlineMs = 20_000;
const memoryMiB = 1024;
let source: string | null | undefined;

/** `isSmall`: a few milliseconds' worth. Throws what the job throws, and `invalid_input` when it takes too long. */
export async function doHeavy<I, O>(job: HeavyJob<I, O>, input: I, isSmall: boolean): Promise<O> {
  if (source === undefined) source = readBundle();
  if (isSmall || source === null) return job.run(input);
  return (await inThread(source, job.name, input)) as O;
}

function readBundle(): string | null {
  const directory = dirname(fileURLToPath(import.meta.url));
  // A part of a program that is loaded when it is needed lies one below.
  const path = [directory, dirname(directory)].map((place) => join(place, 'heavy-jobs.cjs')).find(existsSync);
  return path === undefined ? null : readFileSync(path, 'utf8');
}

function inThread(code: string, name: string, input: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, {
      eval: true,
      name: 'heavy-work',
      workerData: { name, input },
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
    });
    const timer = setTimeout(() => end(() => reject(tooHeavy('It takes too long.'))), deadlineMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      // What it says while it goes is nobody's any more.
      worker.on('error', () => undefined);
      settle();
      worker.terminate().catch(() => undefined);
    };
    worker.once('message', (answer: HeavyAnswer) =>
      end(() => ('failure' in answer ? reject(SlipwayError.from(answer.failure)) : resolve(answer.value))),
    );
    worker.once('error', (error) => end(() => reject(tooHeavy(String(error)))));
    worker.once('exit', (exit) => end(() => reject(tooHeavy(`The thread ended with ${exit}.`))));
  });
}

function tooHeavy(raw: string): SlipwayError {
  return new SlipwayError('invalid_input', 'This is more than Slipway can read.', {
    cause: 'Reading it takes too long, or more memory than it may have.',
    hint: 'Give it the part that matters.',
    raw,
  });
}
