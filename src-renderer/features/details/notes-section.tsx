/** Group and notes of an instance, kept as they are typed: there is no button to forget. */
import { useEffect, useId, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { unawaited } from '../../api/unawaited.ts';
import type { Application } from '../../state/application.ts';
import { useApplication } from '../../state/context.tsx';
import { groupsOf } from '../../state/instances.ts';
import { instanceStrings } from '../../strings/instances.ts';

const strings = instanceStrings.filed;
const pauseMs = 700;

type Field = 'group' | 'notes';
type Keeping = { readonly state: 'still' | 'saving' | 'saved' } | { readonly state: 'failed'; readonly reason: string };

/** The text as it is typed, and what has become of it. `kept`: as the core has it. */
function useKept(application: Application, id: string, field: Field, kept: string) {
  const [text, setText] = useState(kept);
  const [keeping, setKeeping] = useState<Keeping>({ state: 'still' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** What is typed and not yet asked to be kept. */
  const pending = useRef<string | null>(null);
  const asked = useRef(0);
  const keep = useRef(async () => {});
  keep.current = async () => {
    clearTimeout(timer.current);
    const value = pending.current;
    if (value === null) return;
    pending.current = null;
    asked.current += 1;
    setKeeping({ state: 'saving' });
    try {
      await application.label(id, { [field]: value });
      if (pending.current === null) setKeeping({ state: 'saved' });
    } catch (error) {
      setKeeping({ state: 'failed', reason: toFailure(error).message });
    } finally {
      asked.current -= 1;
    }
  };
  useEffect(() => {
    // Somebody else may have changed it; what is being typed here goes first.
    if (pending.current === null && asked.current === 0) setText(kept);
  }, [kept]);
  useEffect(() => () => unawaited(keep.current()), []);
  return {
    text,
    keeping,
    keep: () => unawaited(keep.current()),
    type(value: string) {
      setText(value);
      setKeeping({ state: 'saving' });
      pending.current = value;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => unawaited(keep.current()), pauseMs);
    },
  };
}

function KeptState({ keeping }: { keeping: Keeping }) {
  const text =
    keeping.state === 'failed'
      ? strings.notSaved(keeping.reason)
      : { still: '', saving: instanceStrings.saving, saved: instanceStrings.saved }[keeping.state];
  return (
    <span className="kept-state" role="status" data-state={keeping.state}>
      {text}
    </span>
  );
}

export interface NotesSectionProps {
  readonly id: string;
  readonly group: string;
  readonly notes: string;
}

export function NotesSection({ id, group, notes }: NotesSectionProps) {
  const application = useApplication();
  const { stores } = application;
  const fieldId = useId();
  const groups = useStore(stores.instances, useShallow(groupsOf));
  const wanted = useStore(stores.list, (state) => state.notesWanted === id);
  const keptGroup = useKept(application, id, 'group', group);
  const keptNotes = useKept(application, id, 'notes', notes);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!wanted) return;
    area.current?.focus();
    stores.list.setState({ notesWanted: null });
  }, [wanted, stores]);
  return (
    <section className="filed">
      <h2>{strings.title}</h2>
      <div className="field">
        <div className="filed-line">
          <label className="field-label" htmlFor={`${fieldId}-group`}>
            {instanceStrings.group}
          </label>
          <KeptState keeping={keptGroup.keeping} />
        </div>
        <input
          id={`${fieldId}-group`}
          className="input"
          type="text"
          list={`${fieldId}-groups`}
          spellCheck={false}
          autoComplete="off"
          maxLength={limits.groupNameLength}
          value={keptGroup.text}
          onChange={(event) => keptGroup.type(event.target.value)}
          onBlur={keptGroup.keep}
        />
        <datalist id={`${fieldId}-groups`}>
          {groups.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      </div>
      <div className="field">
        <div className="filed-line">
          <label className="field-label" htmlFor={`${fieldId}-notes`}>
            {instanceStrings.notes}
          </label>
          <KeptState keeping={keptNotes.keeping} />
        </div>
        <textarea
          ref={area}
          id={`${fieldId}-notes`}
          className="input"
          rows={Math.min(12, Math.max(3, keptNotes.text.split('\n').length))}
          maxLength={limits.notesLength}
          aria-describedby={`${fieldId}-hint`}
          value={keptNotes.text}
          onChange={(event) => keptNotes.type(event.target.value)}
          onBlur={keptNotes.keep}
        />
        <p className="field-hint" id={`${fieldId}-hint`}>
          {strings.notesHint}
        </p>
      </div>
    </section>
  );
}
