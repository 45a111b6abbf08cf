/** The same thing asked for twice at once: one gets it, the other hears what became of it, in words. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { SessionClient } from './session-client.ts';
import { asUser, openHome, preparedHome } from './testing/open-home.ts';

let cleanups: CleanupStack;
let client: SessionClient;
beforeEach(async () => {
  cleanups = new CleanupStack();
  client = SessionClient.over(await openHome(await preparedHome(cleanups), cleanups), asUser);
  cleanups.add(() => client.close());
});
afterEach(() => cleanups.close());

const draft = (name: string) => ({ name, guest: { kind: 'demo' as const }, host: { acceleration: 'tcg' as const } });

/** `done`, or the code it was refused with; sorted. */
async function outcomes(asked: readonly Promise<unknown>[]): Promise<string[]> {
  const codeOf = (error: unknown) => (error instanceof SlipwayError ? error.code : String(error));
  return (await Promise.all(asked.map((one) => one.then(() => 'done', codeOf)))).sort();
}

it('a template is deleted once', async () => {
  for (let time = 0; time < 5; time++) {
    await client.call('template.save', { name: 'mine', about: '', draft: draft('x') });
    const asked = Array.from({ length: 4 }, () => client.call('template.delete', { name: 'mine' }));
    expect(await outcomes(asked)).toEqual(['done', 'invalid_input', 'invalid_input', 'invalid_input']);
  }
});

it('an instance is restored once, and its deletion can be asked about while it goes', async () => {
  for (let time = 0; time < 5; time++) {
    const { id } = await client.call('instance.create', draft('mine'));
    const looked = Array.from({ length: 6 }, () => client.call('instance.deletion', { id }));
    const { trash } = await client.call('instance.delete', { id });
    for (const outcome of await outcomes(looked)) expect(['done', 'unknown_instance']).toContain(outcome);
    const asked = Array.from({ length: 3 }, () => client.call('instance.restore', { trash }));
    expect(await outcomes(asked)).toEqual(['done', 'unknown_instance', 'unknown_instance']);
    await client.call('instance.delete', { id });
  }
});

it('what a schema refuses is one sentence, without the schema', async () => {
  const refused = await client
    .call('instance.create', { ...draft('x'.repeat(101)), device: {} })
    .catch((error: unknown) => (error instanceof SlipwayError ? error.failure : null));
  expect(refused).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('at most 100 characters') });
  expect(JSON.stringify(refused)).not.toMatch(/"raw"|\\n/);
});
