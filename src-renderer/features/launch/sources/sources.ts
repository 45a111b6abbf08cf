/** What can be booted, as the cards of the gallery. Pure: their order, their availability and what a search finds. */
import type { HostDescription } from '../../../../src-shared/model/host.ts';
import { type InstanceView, statusWord } from '../../../../src-shared/model/instance.ts';
import type { Template } from '../../../../src-shared/model/template.ts';
import type { GuestKind } from '../../../state/stores.ts';
import { sourceStrings } from '../../../strings/launch.ts';
import type { BadgeTone } from '../../../ui/badge.tsx';

export type Source =
  | { readonly kind: 'again'; readonly id: string; readonly name: string }
  | { readonly kind: 'guest'; readonly guest: GuestKind }
  | { readonly kind: 'paste' }
  | { readonly kind: 'ffx'; readonly id: string; readonly name: string }
  | { readonly kind: 'template'; readonly name: string };

export interface SourceCard {
  /** Tells cards apart, and finds the form that was begun from one. */
  readonly key: string;
  readonly source: Source;
  readonly group: keyof typeof sourceStrings.groups;
  readonly title: string;
  readonly about: string;
  /** The digit that chooses it; null: none. */
  readonly digit: string | null;
  readonly badge: { readonly tone: BadgeTone; readonly text: string } | null;
  /** Why it cannot be chosen. */
  readonly unavailable: string | null;
}

export interface SourceFacts {
  readonly host: HostDescription | null;
  readonly views: readonly InstanceView[];
  readonly templates: readonly Template[];
}

/** In the order of the digits, which never changes: hands learn it. */
const guestOrder: readonly GuestKind[] = ['demo', 'linux', 'kernel', 'disk', 'firmware', 'fuchsia'];

export const keyOf = (source: Source): string => {
  if (source.kind === 'guest') return `guest ${source.guest}`;
  if (source.kind === 'template') return `template ${source.name}`;
  return source.kind === 'paste' ? 'paste' : `${source.kind} ${source.id}`;
};

/** The newest instance that was made here: what a person most likely wants again. */
type ReadableView = InstanceView & { readonly guestKind: Exclude<InstanceView['guestKind'], 'unknown'> };

export function newestOf(views: readonly InstanceView[]): ReadableView | undefined {
  return views
    .filter((view): view is ReadableView => view.guestKind !== 'unknown')
    .filter(({ origin, createdAt }) => origin === 'slipway' && createdAt !== null)
    .sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''))[0];
}

export function sourceCards({ host, views, templates }: SourceFacts): SourceCard[] {
  const { badges, guests, ffx, paste } = sourceStrings;
  const card = (
    source: Source,
    group: SourceCard['group'],
    part: Partial<SourceCard> & { title: string; about: string },
  ) => ({
    key: keyOf(source),
    source,
    group,
    digit: null,
    badge: null,
    unavailable: null,
    ...part,
  });
  const newest = newestOf(views);
  const foreign = views.filter(({ origin }) => origin === 'ffx');
  return [
    ...(newest === undefined
      ? []
      : [
          card({ kind: 'again', id: newest.id, name: newest.name }, 'again', {
            title: sourceStrings.again(newest.name),
            about: sourceStrings.againAbout(guests[newest.guestKind].title, newest.architecture),
          }),
        ]),
    ...guestOrder.map((guest, index) =>
      card({ kind: 'guest', guest }, 'guest', {
        ...guests[guest],
        digit: String(index + 1),
        ...availabilityOf(guest, host),
      }),
    ),
    card({ kind: 'paste' }, 'import', { ...paste, digit: '7' }),
    ...(foreign.length === 0
      ? [
          card({ kind: 'ffx', id: '', name: '' }, 'import', {
            title: ffx.title,
            about: ffx.none,
            unavailable: ffx.none,
          }),
        ]
      : foreign.map((view, index) =>
          card({ kind: 'ffx', id: view.id, name: view.name }, 'import', {
            title: ffx.of(view.name),
            about: ffx.about(view.architecture, statusWord(view.status)),
            digit: index === 0 ? '8' : null,
          }),
        )),
    ...templates.map((template, index) =>
      card({ kind: 'template', name: template.name }, 'template', {
        title: template.name,
        about: aboutTemplate(template),
        digit: index === 0 ? '9' : null,
        badge:
          template.problem !== null
            ? { tone: 'bad', text: badges.broken }
            : template.missing.length > 0
              ? { tone: 'warning', text: badges.missing }
              : null,
        unavailable: template.problem,
      }),
    ),
  ];
}

function aboutTemplate({ about, guestKind, architecture, missing, problem }: Template): string {
  if (problem !== null) return problem;
  if (missing.length > 0) return sourceStrings.missing(missing);
  const kind = guestKind === null ? '' : sourceStrings.guests[guestKind].title;
  return sourceStrings.templateAbout(about, kind, architecture);
}

function availabilityOf(guest: GuestKind, host: HostDescription | null): Pick<SourceCard, 'badge' | 'unavailable'> {
  const { badges } = sourceStrings;
  if (host === null) return { badge: null, unavailable: null };
  const qemus = host.engines.filter(({ kind }) => kind === 'qemu' || guest === 'fuchsia');
  if (qemus.every(({ binary }) => binary === null)) {
    // A binary of one's own is in the form, so only what has no form is out of reach.
    const note = qemus[0]?.note ?? badges.noEngine;
    return { badge: { tone: 'warning', text: badges.noEngine }, unavailable: guest === 'demo' ? note : null };
  }
  if (guest !== 'linux') return { badge: null, unavailable: null };
  const { available, cached, reason } = host.linuxGuest;
  if (!available)
    return { badge: { tone: 'bad', text: badges.unavailable }, unavailable: reason ?? badges.unavailable };
  return {
    badge: cached ? { tone: 'good', text: badges.cached } : { tone: 'info', text: badges.download },
    unavailable: null,
  };
}

/** Every word of the search occurs in the card. */
export function matchingCards(cards: readonly SourceCard[], filter: string): readonly SourceCard[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter(({ title, about, key }) => {
    const text = `${title} ${about} ${key}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
