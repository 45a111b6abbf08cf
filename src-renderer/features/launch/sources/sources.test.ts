import { describe, expect, it } from 'vitest';
import { hostDescriptionSchema } from '../../../../src-shared/model/host.ts';
import type { InstanceView } from '../../../../src-shared/model/instance.ts';
import type { Template } from '../../../../src-shared/model/template.ts';
import { instanceViewOf } from '../../../../src-shared/testing/instance-view.ts';
import { matchingCards, newestOf, sourceCards } from './sources.ts';

const host = (linuxGuest: object, binary: string | null = '/q') =>
  hostDescriptionSchema.parse({
    version: '1',
    home: '/h',
    platform: 'linux',
    architecture: 'x86_64',
    memoryMiB: 1,
    processors: 1,
    face: 'web',
    filePicker: 'browser',
    engines: [
      {
        kind: 'qemu',
        architecture: 'x86_64',
        binary,
        version: null,
        note: 'Install it.',
        machines: [],
        accelerators: [],
      },
    ],
    firmware: [],
    acceleration: [],
    linuxGuest: { available: true, cached: true, reason: null, hint: null, ...linuxGuest },
  });
const view = (name: string, part: Partial<InstanceView>): InstanceView => instanceViewOf(name, {}, part);
const template = (part: Partial<Template>): Template => ({
  name: 't',
  about: '',
  guestKind: 'kernel',
  architecture: 'x86_64',
  savedAt: '2026-01-01T00:00:00Z',
  missing: [],
  problem: null,
  ...part,
});
const none = { host: null, views: [], templates: [] };
const linux = (facts: Parameters<typeof sourceCards>[0]) => sourceCards(facts).find(({ key }) => key === 'guest linux');

describe('the gallery', () => {
  it('has one key each, that never moves', () => {
    const digits = sourceCards(none).flatMap(({ digit }) => digit ?? []);
    expect(digits).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    const more = {
      ...none,
      views: [view('a', { createdAt: '2026-01-01' }), view('f', { origin: 'ffx' })],
      templates: [template({})],
    };
    expect(sourceCards(more).flatMap(({ digit, key }) => (digit === null ? [] : [[digit, key]]))).toEqual(
      expect.arrayContaining([
        ['1', 'guest demo'],
        ['8', 'ffx f'],
        ['9', 'template t'],
      ]),
    );
  });

  it('says whether the Linux recipe is there, needs a download, or why not', () => {
    expect(linux({ ...none, host: host({}) })?.badge?.tone).toBe('good');
    expect(linux({ ...none, host: host({ cached: false }) })?.badge?.tone).toBe('info');
    const absent = linux({ ...none, host: host({ available: false, reason: 'No xz.' }) });
    expect(absent?.unavailable).toBe('No xz.');
  });

  it('says what is missing without QEMU', () => {
    const cards = sourceCards({ ...none, host: host({}, null) });
    expect(cards.find(({ key }) => key === 'guest demo')?.unavailable).toBe('Install it.');
    expect(cards.find(({ key }) => key === 'guest kernel')?.unavailable).toBeNull();
  });

  it('shows the missing files of a template, and one that cannot be read', () => {
    const cards = sourceCards({
      ...none,
      templates: [template({ missing: ['/gone'] }), template({ name: 'b', problem: 'Damaged.', guestKind: null })],
    });
    expect(cards.at(-2)).toMatchObject({ badge: { tone: 'warning' }, unavailable: null });
    expect(cards.at(-2)?.about).toContain('/gone');
    expect(cards.at(-1)).toMatchObject({ unavailable: 'Damaged.' });
  });
});

it('the newest instance made here comes again, not one of ffx', () => {
  const views = [
    view('old', { createdAt: '2026-01-01T00:00:00Z' }),
    view('new', { createdAt: '2026-01-02T00:00:00Z' }),
    view('ffx', { createdAt: '2026-01-03T00:00:00Z', origin: 'ffx' }),
  ];
  expect(newestOf(views)?.name).toBe('new');
  expect(sourceCards({ ...none, views })[0]?.source).toMatchObject({ kind: 'again', id: 'new' });
});

it('a search needs every word', () => {
  expect(matchingCards(sourceCards(none), 'linux ssh').map(({ key }) => key)).toEqual(['guest linux']);
  expect(matchingCards(sourceCards(none), 'nothing')).toEqual([]);
});
