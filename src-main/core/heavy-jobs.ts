/** What runs in the thread of kit/heavy-work.ts; the entry of a bundle of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from '../../src-shared/contract/errors.ts';
import { importJob } from './engines/qemu/command-import/import-command.ts';
import { parseDocumentJob } from './guests/fuchsia/product-bundle-json.ts';
import type { HeavyAnswer, HeavyJob } from './kit/heavy-work.ts';

const jobs: readonly HeavyJob<never, unknown>[] = [importJob, parseDocumentJob];

function answer(): HeavyAnswer {
  try {
    const job = jobs.find(({ name }) => name === workerData.name);
    if (job === undefined) throw new Error(`there is no job ${workerData.name}`);
    return { value: job.run(workerData.input as never) };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}

parentPort?.postMessage(answer());
