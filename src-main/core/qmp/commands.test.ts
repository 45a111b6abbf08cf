import { expect, test } from 'vitest';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { QmpExecutor } from './client.ts';
import { queryKvm } from './commands.ts';

/** A QEMU that has these commands and no others; `asked` is what was sent, in order. */
function qemuWith(replies: Readonly<Record<string, unknown>>): QmpExecutor & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    execute(command) {
      asked.push(command);
      if (Object.hasOwn(replies, command)) return Promise.resolve(replies[command]);
      return Promise.reject(new SlipwayError('qmp_error', 'refused', { cause: 'CommandNotFound' }));
    },
  };
}

test('the newer command is asked, and the deprecated one never where the newer one is known', async () => {
  const qemu = qemuWith({
    'query-accelerators': { enabled: 'kvm', present: ['kvm', 'tcg'] },
    'query-kvm': { enabled: false, present: false },
  });
  expect(await queryKvm(qemu)).toEqual({ enabled: true, present: true });
  expect(qemu.asked).toEqual(['query-accelerators']);
});

test.each([
  [
    { enabled: 'tcg', present: ['kvm', 'qtest', 'tcg'] },
    { enabled: false, present: true },
  ],
  [
    { enabled: 'tcg', present: ['tcg'] },
    { enabled: false, present: false },
  ],
  [
    { enabled: 'an-accelerator-of-next-year', present: [] },
    { enabled: false, present: false },
  ],
])('%j', async (reply, kvm) => {
  expect(await queryKvm(qemuWith({ 'query-accelerators': reply }))).toEqual(kvm);
});

test('an older QEMU is asked as it can be', async () => {
  expect(await queryKvm(qemuWith({ 'query-kvm': { enabled: true, present: true } }))).toEqual({
    enabled: true,
    present: true,
  });
});

test('another refusal stays what it is', async () => {
  const broken: QmpExecutor = {
    execute: () => Promise.reject(new SlipwayError('timed_out', 'QEMU does not answer.')),
  };
  await expect(queryKvm(broken)).rejects.toMatchObject({ code: 'timed_out' });
});
