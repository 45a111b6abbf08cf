import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { specOf } from '../engines/testing/spec-of.ts';
import { type Request, readTemplate, TemplateStore, writeTemplate } from './template-store.ts';

let directory: string;
let store: TemplateStore;
const now = new Date('2026-02-03T04:05:06.000Z');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'templates-'));
  store = new TemplateStore(join(directory, 'templates'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function request(kernel: string): Request {
  const {
    id: _id,
    version: _version,
    createdAt: _createdAt,
    ...rest
  } = specOf({
    name: 'dev',
    guest: { kind: 'kernel', kernel },
  });
  return rest;
}

const kept = (name: string, kernel = '/nowhere/bzImage') => ({ name, about: 'why', request: request(kernel) });

describe('TemplateStore', () => {
  it('keeps, lists, reads and deletes', async () => {
    expect(await store.list()).toEqual([]);
    const kernel = join(directory, 'kernel');
    await writeFile(kernel, 'k');
    await store.save(kept('Ä b/c', kernel), now, false);
    await store.save(kept('a'), now, false);
    expect(await store.list()).toEqual([
      expect.objectContaining({ name: 'a', missing: ['/nowhere/bzImage'], problem: null }),
      expect.objectContaining({
        name: 'Ä b/c',
        about: 'why',
        guestKind: 'kernel',
        architecture: 'x86_64',
        missing: [],
      }),
    ]);
    expect((await store.read('Ä b/c')).request).toEqual(request(kernel));
    await store.delete('a');
    expect((await store.list()).map(({ name }) => name)).toEqual(['Ä b/c']);
    await expect(store.delete('a')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(store.read('../x')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('replaces only when told to, and is private', async () => {
    await store.save(kept('t'), now, false);
    await expect(store.save(kept('t'), now, false)).rejects.toMatchObject({ code: 'name_taken' });
    await store.save({ ...kept('t'), about: 'new' }, now, true);
    expect((await store.read('t')).about).toBe('new');
    const names = await readdir(join(directory, 'templates'));
    expect(names).toHaveLength(1);
    expect((await stat(join(directory, 'templates', names[0] ?? ''))).mode & 0o777).toBe(0o600);
  });

  it('lists what is damaged, leaves it as it is, and deletes it when asked', async () => {
    await store.save(kept('t'), now, false);
    const broken = join(directory, 'templates', 'broken.json');
    await writeFile(broken, '{"slipway":"template","version":2}');
    expect((await store.list()).find(({ name }) => name === 'broken')).toMatchObject({
      guestKind: null,
      problem: expect.stringContaining('damaged'),
    });
    await expect(store.read('broken')).rejects.toMatchObject({ code: 'image_damaged' });
    expect(await readFile(broken, 'utf8')).toContain('version');
    await store.delete('broken');
    expect((await store.list()).map(({ name }) => name)).toEqual(['t']);
  });

  it('refuses names that are none', async () => {
    for (const name of ['  ', 'a\nb', 'x'.repeat(101)])
      await expect(store.save(kept(name), now, false)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('a template as a file', () => {
  it("has what lies in one person's home in another's", async () => {
    await store.save(kept('t', '/home/ann/linux/bzImage'), now, false);
    const text = writeTemplate(await store.read('t'), '/home/ann');
    expect(text).not.toContain('/home/ann');
    expect(readTemplate(text, '/home/bob').request.guest).toMatchObject({ kernel: '/home/bob/linux/bzImage' });
  });

  it.each([
    ['no JSON', 'no template'],
    ['{}', 'no template'],
    ['{"slipway":"template","version":9}', 'newer Slipway'],
    ['[1]', 'no template'],
  ])('refuses %s', (text, message) => expect(() => readTemplate(text)).toThrow(message));

  it('takes no path that is not absolute', async () => {
    await store.save(kept('t'), now, false);
    const text = writeTemplate(await store.read('t')).replace('/nowhere/bzImage', '../../etc/shadow');
    expect(() => readTemplate(text)).toThrow('no template');
  });
});
