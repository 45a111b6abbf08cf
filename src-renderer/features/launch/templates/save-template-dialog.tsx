/** Keeps an instance's settings as a template. */
import { useEffect, useState } from 'react';
import { type Failure, toFailure } from '../../../../src-shared/contract/errors.ts';
import type { Draft } from '../../../../src-shared/model/spec.ts';
import { useApplication } from '../../../state/context.tsx';
import { templateStrings } from '../../../strings/launch.ts';
import { Modal } from '../../../ui/modal.tsx';
import { DialogFailure } from '../dialog-failure.tsx';
import { SaveTemplateForm } from './save-template-form.tsx';

export function SaveTemplateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const application = useApplication();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    application.call('instance.draft', { id }).then(setDraft, (error) => setFailure(toFailure(error)));
  }, [application, id]);
  // Nothing until the answer is there, which is at once: a dialog that makes way for another loses the focus's way back.
  if (draft === null && failure === null) return null;
  return (
    <Modal title={templateStrings.title} width={420} onClose={onClose}>
      {failure !== null && <DialogFailure failure={failure} />}
      {draft !== null && <SaveTemplateForm draft={draft} onSaved={onClose} />}
    </Modal>
  );
}
