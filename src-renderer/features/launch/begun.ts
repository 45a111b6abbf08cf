/** The forms that a dialog has begun, one for each source: where a form comes from, and what it begins with. */
import type { Draft } from '../../../src-shared/model/spec.ts';
import type { Application } from '../../state/application.ts';
import { freeName } from '../../state/instances.ts';
import type { GuestKind, OpenDialog } from '../../state/stores.ts';
import { guestKindText } from '../../strings/guest-kinds.ts';
import { formFromDraft, type LaunchForm, newForm, withDropped, withKind } from './form.ts';
import type { Reading } from './paste/reading.ts';
import type { Source } from './sources/sources.ts';

export interface Begun {
  readonly form: LaunchForm;
  /** The pasted command line it was made from. */
  readonly reading: Reading | null;
}

type BegunForms = ReadonlyMap<string, Begun>;

export type Beginner = ReturnType<typeof createBeginner>;

export function createBeginner(application: Application) {
  const { stores } = application;
  const free = (name: string): string => freeName(name, stores.instances.getState().views);
  const nameOf = (kind: GuestKind): string => free(guestKindText(kind).name);
  const fromDraft = (draft: Draft, name: string): LaunchForm => formFromDraft({ ...draft, name: free(name) });

  /** What was typed for another guest and means the same for this one comes along. */
  const ofGuest = (guest: GuestKind, begun: BegunForms): Begun => {
    const last = [...begun].filter(([key]) => key.startsWith('guest ')).at(-1)?.[1].form;
    const form =
      last === undefined
        ? newForm(guest, nameOf(guest), 'x86_64', stores.settings.getState().newInstance)
        : withKind(last, guest, nameOf(guest));
    return { form, reading: null };
  };
  /** Rejects with the failure of whoever has the draft. */
  const begin = async (source: Exclude<Source, { kind: 'paste' }>, begun: BegunForms): Promise<Begun> => {
    switch (source.kind) {
      case 'guest':
        return ofGuest(source.guest, begun);
      case 'again':
      case 'ffx': {
        const draft = await application.call('instance.draft', { id: source.id });
        return { form: fromDraft(draft, stemOf(draft.name)), reading: null };
      }
      case 'template': {
        const draft = await application.call('template.draft', { name: source.name });
        return { form: fromDraft(draft, draft.name), reading: null };
      }
    }
  };
  return {
    nameOf,
    ofGuest,
    begin,
    fromReading: (reading: Reading): Begun => ({ form: fromDraft(reading.draft, reading.draft.name), reading }),
  };
}

/** `demo-2` was made as the second of `demo`: the next one is not `demo-2-2`. */
function stemOf(name: string): string {
  return name.replace(/-\d{1,2}$/, '');
}

/** What the dialog is opened with; empty: the gallery. */
export function beginAt(beginner: Beginner, begin: Extract<OpenDialog, { kind: 'launch' }>): BegunForms {
  if (begin.guest === undefined && begin.dropped === undefined) return new Map();
  const { form } = beginner.ofGuest(begin.guest ?? 'demo', new Map());
  const filled = begin.dropped === undefined ? form : withDropped(form, begin.dropped, beginner.nameOf);
  return new Map([[`guest ${filled.kind}`, { form: filled, reading: null }]]);
}
