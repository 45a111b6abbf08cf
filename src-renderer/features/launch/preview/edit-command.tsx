/**
 * The command line as text to be changed. The line is read back before and after the change, and only what differs goes
 * into the form: what a form knows and no command line says is not lost.
 */
import { useEffect, useState } from 'react';
import { type Failure, toFailure } from '../../../../src-shared/contract/errors.ts';
import type { CommandView } from '../../../../src-shared/model/instance.ts';
import type { Draft } from '../../../../src-shared/model/spec.ts';
import type { ImportedArgument } from '../../../../src-shared/model/template.ts';
import { unawaited } from '../../../api/unawaited.ts';
import type { Application } from '../../../state/application.ts';
import { useApplication } from '../../../state/context.tsx';
import { editStrings } from '../../../strings/launch.ts';
import { Button } from '../../../ui/button.tsx';
import { DialogFailure } from '../dialog-failure.tsx';
import { changesBetween, type DraftChange, withEditedCommand } from '../draft-changes.ts';

export interface Edited {
  readonly before: Draft;
  readonly after: Draft;
  readonly changes: readonly DraftChange[];
  /** What the edited line has beyond the one before and no field says. */
  readonly kept: readonly ImportedArgument[];
  readonly dropped: readonly ImportedArgument[];
  readonly notes: readonly string[];
}

export interface EditCommandProps {
  readonly draft: Draft;
  readonly command: CommandView | null;
  readonly onEdited: (edited: Edited) => void;
  readonly onClose: () => void;
}

/** Without Slipway's own arguments where that can be had; else as it would be run. */
async function textOf(application: Application, draft: Draft, command: CommandView | null): Promise<string> {
  try {
    return (await application.call('command.export', draft)).script;
  } catch (error) {
    if (command === null) throw error;
    return command.shellLine.replaceAll(/ (?=-)/g, ' \\\n  ');
  }
}

const read = (application: Application, text: string) => application.call('command.import', { text });

const wordsOf = ({ args }: ImportedArgument): string => args.join(' ');

async function edit(application: Application, draft: Draft, before: string, now: string): Promise<Edited> {
  const base = await read(application, before);
  const edited = await read(application, now);
  const after = withEditedCommand(draft, base.draft, edited.draft);
  const known = new Set(base.arguments.map(wordsOf));
  const recent = edited.arguments.filter((argument) => !known.has(wordsOf(argument)));
  const kept = recent.filter(({ fate }) => fate === 'kept');
  return {
    before: draft,
    after,
    // What was kept is said word for word.
    changes: changesBetween(draft, after).filter(
      ({ field }) => kept.length === 0 || field !== 'runtime.extraArguments',
    ),
    kept,
    dropped: recent.filter(({ fate }) => fate === 'dropped'),
    notes: edited.notes.filter((note) => !base.notes.includes(note)),
  };
}

export function EditCommand({ draft, command, onEdited, onClose }: EditCommandProps) {
  const application = useApplication();
  const [before, setBefore] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is of the moment it was opened
  useEffect(() => {
    textOf(application, draft, command).then(
      (made) => {
        setBefore(made);
        setText(made);
      },
      (error) => setFailure(toFailure(error)),
    );
  }, [application]);
  const apply = async (): Promise<void> => {
    if (before === null || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      onEdited(await edit(application, draft, before, text));
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="edit-command">
      <p className="field-hint">{editStrings.about}</p>
      {failure !== null && <DialogFailure failure={failure} />}
      {before !== null && (
        <textarea
          className="input mono edit-command-text"
          aria-label={editStrings.label}
          // biome-ignore lint/a11y/noAutofocus: the person just asked for it
          autoFocus
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            // Not a launch yet: what was changed here is not in the form.
            event.preventDefault();
            event.stopPropagation();
            unawaited(apply());
          }}
        />
      )}
      <div className="edit-command-foot">
        <Button small onClick={onClose}>
          {editStrings.discard}
        </Button>
        <Button
          small
          tone="primary"
          title={editStrings.applyKeys}
          disabled={busy || before === null || text === before}
          onClick={() => unawaited(apply())}
        >
          {busy ? editStrings.reading : editStrings.apply}
        </Button>
      </div>
    </div>
  );
}
