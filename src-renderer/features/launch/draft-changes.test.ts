import { describe, expect, it } from 'vitest';
import { type Draft, draftSchema } from '../../../src-shared/model/spec.ts';
import { changesBetween, withEditedCommand } from './draft-changes.ts';

let tokens = 0;
/** A new token every time, as reading a line again gives. */
const file = (shown: string) => ({ token: `path-${String(++tokens).padStart(32, '0')}`, shown });
const draft = (input: object): Draft => draftSchema.parse({ name: 'x', ...input });
const kernel = (part: object = {}) => ({ kind: 'kernel', kernel: file('/k'), ...part });

it('changes are named by their field, files by what is shown of them', () => {
  const before = draft({ guest: kernel(), device: { memoryMiB: 512 } });
  const after = draft({ guest: kernel({ initrd: file('/i') }), device: { memoryMiB: 1024 } });
  expect(changesBetween(before, after)).toEqual([
    { field: 'device.memoryMiB', before: '512', after: '1024' },
    { field: 'guest.initrd', before: '', after: '/i' },
  ]);
});

describe('an edited command line', () => {
  it('changes what was edited and keeps what no command line says', () => {
    const current = draft({
      group: 'mine',
      guest: { kind: 'disk', disks: [{ file: file('/d.qcow2'), access: 'overlay' }] },
      runtime: { keepBoots: 9, readiness: [] },
    });
    const base = draft({ guest: { kind: 'disk', disks: [{ file: file('/d.qcow2'), access: 'direct' }] } });
    const edited = draft({
      guest: { kind: 'disk', disks: [{ file: file('/d.qcow2'), access: 'direct' }] },
      device: { memoryMiB: 2048 },
    });
    const after = withEditedCommand(current, base, edited);
    expect(changesBetween(current, after)).toEqual([{ field: 'device.memoryMiB', before: '512', after: '2048' }]);
  });

  it('of a recipe keeps the recipe while its kernel is the same', () => {
    const current = draft({ guest: { kind: 'demo', append: 'quiet' } });
    const base = draft({ guest: kernel({ append: 'console=ttyS0 quiet' }) });
    const more = draft({ guest: kernel({ append: 'console=ttyS0 quiet debug' }) });
    expect(withEditedCommand(current, base, more).guest).toEqual({ kind: 'demo', append: 'quiet debug' });
    const other = draft({ guest: kernel({ kernel: file('/other') }) });
    expect(withEditedCommand(current, base, other).guest).toMatchObject({
      kind: 'kernel',
      kernel: { shown: '/other' },
    });
  });

  it('adds extra arguments to those of the form', () => {
    const current = draft({ guest: kernel(), runtime: { extraArguments: '-device edu' } });
    const extra = (extraArguments: string) => draft({ guest: kernel(), runtime: { extraArguments } });
    const edit = (was: string, is: string) => withEditedCommand(current, extra(was), extra(is)).runtime.extraArguments;
    expect(edit('-device edu', '-device edu -global a.b=c')).toBe('-device edu -global a.b=c');
    expect(edit('-device edu', '')).toBe('');
    expect(edit('-rtc x -device edu', '-rtc x -device edu -s')).toBe('-device edu -s');
  });
});
