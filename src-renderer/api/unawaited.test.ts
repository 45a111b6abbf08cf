import { expect, it, vi } from 'vitest';
import { type Failure, SlipwayError } from '../../src-shared/contract/errors.ts';
import { tellUnawaitedTo, unawaited } from './unawaited.ts';

it('what nobody waits for tells its failure, and only its failure', async () => {
  const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
  const told: Failure[] = [];
  tellUnawaitedTo((failure) => told.push(failure));
  unawaited(Promise.resolve('fine'));
  unawaited(null);
  unawaited(Promise.reject(new SlipwayError('connection_lost', 'Gone.')));
  unawaited(Promise.reject(new SlipwayError('wrong_phase', 'It runs already.')));
  await vi.waitFor(() => expect(told).toEqual([{ code: 'wrong_phase', message: 'It runs already.' }]));
  expect(complain).toHaveBeenCalledTimes(2);
  complain.mockRestore();
});
