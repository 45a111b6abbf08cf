/**
 * Powers that came with a file: a script, a template, whatever somebody else wrote. They are listed and confirmed once by
 * a person, also by one who may do everything, and nothing that such a file names is run before. What was confirmed is
 * remembered by content: of a program it is what is in it, not where it lies.
 */
import { createHash } from 'node:crypto';
import type { ReceivedPower } from '../../../src-shared/model/template.ts';
import { openRegular } from '../kit/regular-file.ts';
import type { PowerQuestion } from './power.ts';
import { powersOf } from './power.ts';
import { digestOf, type PowerMemory } from './power-memory.ts';

type Request = Parameters<typeof powersOf>[0];

/** All that a request needs a person for, each with whether a person has confirmed just that. Runs nothing. */
export async function receivedPowers(request: Request, memory: PowerMemory): Promise<ReceivedPower[]> {
  return Promise.all(
    powersOf(request).map(async (question) => ({
      title: question.title,
      detail: question.detail,
      confirmed: memory.allows('received', await contentOf(question)),
    })),
  );
}

export async function confirmReceived(request: Request, memory: PowerMemory): Promise<void> {
  for (const question of powersOf(request)) await memory.allow('received', await contentOf(question));
}

async function contentOf({ title, detail, files = [] }: PowerQuestion): Promise<string> {
  const contents = await Promise.all(files.map((file) => digestOfFile(file).catch(() => 'not readable')));
  return digestOf([title, detail, ...contents]);
}

/** A program may have some hundred MiB: never all of it at once. */
async function digestOfFile(path: string): Promise<string> {
  const file = await openRegular(path);
  try {
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
