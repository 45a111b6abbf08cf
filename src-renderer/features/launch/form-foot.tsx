/** What can be done with the form. */
import { useState } from 'react';
import type { Draft } from '../../../src-shared/model/spec.ts';
import { launchStrings, templateStrings } from '../../strings/launch.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { SaveTemplateForm } from './templates/save-template-form.tsx';

export interface FormFootProps {
  /** null while the form is not complete. */
  readonly draft: Draft | null;
  readonly editing: boolean;
  readonly busy: boolean;
  readonly onBack: (() => void) | null;
  readonly onClose: () => void;
  readonly onSend: (launch: boolean) => void;
}

export function FormFoot({ draft, editing, busy, onBack, onClose, onSend }: FormFootProps) {
  const [saving, setSaving] = useState(false);
  return (
    <div className="dialog-foot">
      {onBack !== null && (
        <Button onClick={onBack} title={launchStrings.backKeys}>
          {launchStrings.back}
        </Button>
      )}
      <Popover
        label={templateStrings.title}
        side="top"
        width={320}
        open={saving && draft !== null}
        onOpenChange={setSaving}
        trigger={<Button disabled={draft === null}>{templateStrings.saveAs}</Button>}
      >
        {draft !== null && <SaveTemplateForm draft={draft} onSaved={() => setSaving(false)} />}
      </Popover>
      <span className="push" />
      <Button onClick={onClose}>{launchStrings.cancel}</Button>
      <Button disabled={busy} title={editing ? undefined : launchStrings.createAbout} onClick={() => onSend(false)}>
        {editing ? launchStrings.save : launchStrings.create}
      </Button>
      <Button tone="primary" title={launchStrings.launchKeys} disabled={busy} onClick={() => onSend(true)}>
        {launchStrings.launch}
      </Button>
    </div>
  );
}
