/** Name and purpose of a template; asks before it replaces one. */
import { type FormEvent, useState } from 'react';
import { type Failure, toFailure } from '../../../../src-shared/contract/errors.ts';
import type { Draft } from '../../../../src-shared/model/spec.ts';
import { unawaited } from '../../../api/unawaited.ts';
import { useApplication } from '../../../state/context.tsx';
import { templateStrings } from '../../../strings/launch.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { DialogFailure } from '../dialog-failure.tsx';

export interface SaveTemplateFormProps {
  readonly draft: Draft;
  readonly onSaved: () => void;
}

export function SaveTemplateForm({ draft, onSaved }: SaveTemplateFormProps) {
  const application = useApplication();
  const [name, setName] = useState(draft.name);
  const [about, setAbout] = useState('');
  const [taken, setTaken] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await application.call('template.save', { name: name.trim(), about, draft, replace: taken });
      application.notify({ tone: 'plain', text: templateStrings.saved(name.trim()), failure: null, action: null });
      onSaved();
    } catch (error) {
      const failed = toFailure(error);
      if (failed.code === 'name_taken' && !taken) setTaken(true);
      else setFailure(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="save-template"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        event.stopPropagation();
        if (name.trim() !== '' && !busy) unawaited(save());
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <TextField
        autoFocus
        label={templateStrings.name}
        value={name}
        messages={taken ? [{ severity: 'error', text: templateStrings.taken(name) }] : []}
        onChange={(text) => {
          setName(text);
          setTaken(false);
        }}
      />
      <TextField
        label={templateStrings.about}
        value={about}
        placeholder={templateStrings.aboutPlaceholder}
        onChange={setAbout}
      />
      {failure !== null && <DialogFailure failure={failure} />}
      <div className="save-template-foot">
        <Button tone="primary" type="submit" disabled={busy || name.trim() === ''}>
          {taken ? templateStrings.replace : templateStrings.save}
        </Button>
      </div>
    </form>
  );
}
