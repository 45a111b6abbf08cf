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
  const of = (directory: string, boot: string) =>
    view(
      directory,
      ['slipway', '-uuid', boot],
      ['guest.disks.0', '-blockdev', `x=${directory}/staged/d`],
      ['device.serialPorts', '-chardev', `pipe,id=serial0,path=../boots/${boot}/serial`],
    );
  const before = of('/h/a', '0003');
  const after = of('/h/preview', '0001');
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
