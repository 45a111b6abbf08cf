import { describe, expect, it } from 'vitest';
import { decideReuse, type ReuseQuestion, type StagedEntry } from './reuse.ts';
import type { SourceFacts } from './source.ts';

const source: SourceFacts = { path: '/base', size: 100, mtimeNs: '5', inode: '7', headSha256: 'aa' };
const entry: StagedEntry = {
  target: 'disk-0.qcow2',
  method: 'overlay',
  source,
  variant: 'raw to qcow2',
  output: null,
  stagedAt: '2026-01-01T00:00:00.000Z',
};
const question: ReuseQuestion = {
  wish: 'reuse',
  entry,
  target: 'disk-0.qcow2',
  method: 'overlay',
  source,
  variant: 'raw to qcow2',
  guestWrites: true,
  output: { size: 1, mtimeNs: '9' },
  tolerance: 'same-content',
};
const changed = (change: Partial<SourceFacts>): SourceFacts => ({ ...source, ...change });

describe('decideReuse', () => {
  it('reuses what is unchanged, whatever the guest wrote', () => {
    expect(decideReuse(question).action).toBe('reuse');
    expect(decideReuse({ ...question, output: { size: 999, mtimeNs: '10' } }).action).toBe('reuse');
  });

  it.each([
    ['size', { size: 101 }],
    ['head', { headSha256: 'bb' }],
    ['time', { mtimeNs: '6' }],
    ['time and inode: rebuilt by rename', { mtimeNs: '6', inode: '8' }],
  ])('a base with another %s means a new overlay, the old one kept', (_, change) => {
    expect(decideReuse({ ...question, source: changed(change) })).toMatchObject({ action: 'restage', keepOld: true });
  });

  it('a moved file with its time kept is the same file', () => {
    expect(decideReuse({ ...question, source: changed({ inode: '8' }) }).action).toBe('reuse');
  });

  it('another base is another disk', () => {
    const decision = decideReuse({ ...question, source: changed({ path: '/other' }) });
    expect(decision).toEqual({ action: 'restage', reason: 'it was made from /base', keepOld: true });
  });

  it('without a record nothing is trusted and nothing is lost', () => {
    expect(decideReuse({ ...question, entry: undefined })).toMatchObject({ action: 'restage', keepOld: true });
  });

  it('restaging by request drops the old one, because that is the request', () => {
    expect(decideReuse({ ...question, wish: 'restage' })).toMatchObject({ action: 'restage', keepOld: false });
  });

  it('a missing output is made again; there is nothing to keep', () => {
    expect(decideReuse({ ...question, output: null })).toMatchObject({ action: 'restage', keepOld: false });
  });

  it('a kernel that was changed in the folder is staged again', () => {
    const kernel = { ...question, guestWrites: false, entry: { ...entry, output: { size: 1, mtimeNs: '9' } } };
    expect(decideReuse(kernel).action).toBe('reuse');
    expect(decideReuse({ ...kernel, output: { size: 1, mtimeNs: '10' } })).toMatchObject({
      action: 'restage',
      keepOld: false,
    });
  });

  it('another key, another initrd', () => {
    expect(decideReuse({ ...question, variant: 'other' })).toMatchObject({ action: 'restage' });
  });

  it('variables of installed firmware outlive a package update of the same size', () => {
    const tolerant = { ...question, tolerance: 'same-size' as const };
    expect(decideReuse({ ...tolerant, source: changed({ mtimeNs: '6', headSha256: 'bb' }) }).action).toBe('reuse');
    expect(decideReuse({ ...tolerant, source: changed({ size: 200 }) }).action).toBe('restage');
  });
});
