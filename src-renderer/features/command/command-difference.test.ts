import { expect, it } from 'vitest';
import type { CommandView } from '../../../src-shared/model/instance.ts';
import { differenceOf, isDifferent } from './command-difference.ts';

const view = (directory: string, ...rows: [string, ...string[]][]): CommandView => ({
  binary: '/usr/bin/qemu-system-x86_64',
  workingDirectory: `${directory}/run`,
  arguments: rows.map(([field, ...args]) => ({ field, args, why: '' })),
  shellLine: '',
});

it('leaves out what is new for every boot', () => {
  const before = view('/h/a', ['slipway', '-uuid', '1'], ['guest.disks.0', '-blockdev', 'x=/h/a/staged/d']);
  const after = view('/h/preview', ['slipway', '-uuid', '2'], ['guest.disks.0', '-blockdev', 'x=/h/preview/staged/d']);
  expect(isDifferent(differenceOf(before, after))).toBe(false);
});

it('says what went and what came, one for one', () => {
  const before = view('/h/a', ['device.memoryMiB', '-m', '512'], ['runtime.extraArguments', '-device', 'edu']);
  const after = view(
    '/h/a',
    ['device.memoryMiB', '-m', '1024'],
    ['runtime.extraArguments', '-device', 'edu'],
    ['runtime.extraArguments', '-device', 'edu'],
  );
  const { removed, added } = differenceOf(before, after);
  expect(removed.map(({ args }) => args[1])).toEqual(['512']);
  expect(added.map(({ args }) => args[1])).toEqual(['1024', 'edu']);
});
