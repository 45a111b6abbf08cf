import { expect, it } from 'vitest';
import { draftSchema } from '../../../src-shared/model/spec.ts';
import { invalidInput } from './invalid-input.ts';

const base = { name: 'x', guest: { kind: 'demo' } };

it.each<[object, RegExp, string]>([
  [{ ...base, name: '' }, /^The name must not be empty\.$/, 'name'],
  [{ ...base, name: 'x'.repeat(500) }, /^The name .*at most \d+ characters\.$/, 'name'],
  [{ ...base, device: { memoryMiB: 0 } }, /^Memory \(MiB\) must be at least \d+\.$/, 'device.memoryMiB'],
  [{ ...base, device: { memoryMiB: 1.5 } }, /^Memory \(MiB\) must be a whole number\.$/, 'device.memoryMiB'],
  [
    { ...base, device: { processors: 100000 } },
    /^The number of processors must be at most \d+\.$/,
    'device.processors',
  ],
  [{ ...base, device: { memoryMiB: 'a' } }, /^Memory \(MiB\) must be a number\.$/, 'device.memoryMiB'],
  [
    { ...base, host: { acceleration: 'warp' } },
    /^The acceleration must be "auto", "kvm", "hvf" or "tcg"\.$/,
    'host.acceleration',
  ],
  [{ ...base, bogus: 1 }, /^What was sent has fields that nobody knows: bogus\.$/, ''],
  [{ guest: { kind: 'demo' } }, /^The name is missing\.$/, 'name'],
])('%j', (draft, message, field) => {
  const { error } = draftSchema.safeParse(draft);
  const { failure } = invalidInput('instance.launch', error as NonNullable<typeof error>);
  expect(failure.message).toMatch(message);
  expect(failure.field ?? '').toBe(field);
  expect(failure.message).not.toMatch(/expected|received|Invalid|Too small|Too big/);
});
