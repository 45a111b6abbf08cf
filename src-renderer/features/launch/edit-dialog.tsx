/** Edit: the form of a stored instance, without the gallery. */
import './launch.css';
import { useEffect, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { CommandView } from '../../../src-shared/model/instance.ts';
import type { Draft } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { launchStrings } from '../../strings/launch.ts';
import { Modal } from '../../ui/modal.tsx';
import { DialogFailure } from './dialog-failure.tsx';
import { type DropTarget, useDrop } from './dropped-file.ts';
import { formFromDraft, type LaunchForm, withDropped } from './form.ts';
import { FormStep } from './form-step.tsx';

interface Stored {
  readonly draft: Draft;
  readonly lastBoot: CommandView | null;
}

export interface EditDialogProps {
  readonly id: string;
  /** Dotted path of the field to begin at. */
  readonly field: string | null;
  readonly onClose: () => void;
}

export function EditDialog({ id, field, onClose }: EditDialogProps) {
  const application = useApplication();
  const [stored, setStored] = useState<Stored | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    unawaited(application.describeHost());
    const asked = [application.call('instance.draft', { id }), application.call('instance.show', { id })] as const;
    Promise.all(asked).then(
      ([draft, { command }]) => setStored({ draft, lastBoot: command }),
      (error) => setFailure(toFailure(error)),
    );
  }, [application, id]);
  if (stored !== null) return <Editing id={id} stored={stored} field={field} onClose={onClose} />;
  // Nothing until the answer is there, which is at once: a dialog that makes way for another one loses the focus's way back.
  if (failure === null) return null;
  return (
    <Modal title={launchStrings.editFailed} onClose={onClose}>
      <DialogFailure failure={failure} />
    </Modal>
  );
}

function Editing({ id, stored, field, onClose }: EditDialogProps & { stored: Stored }) {
  const [form, setForm] = useState<LaunchForm>(() => formFromDraft(stored.draft));
  const target: DropTarget = { file: (file) => setForm((before) => withDropped(before, file, () => before.name)) };
  return (
    <Modal
      title={launchStrings.editTitle(stored.draft.name)}
      width={1180}
      bodyClass="launch"
      keepOnOutsideClick
      onClose={onClose}
      onDrop={useDrop(target)}
    >
      <FormStep
        form={form}
        onForm={setForm}
        instance={id}
        lastBoot={stored.lastBoot}
        reading={null}
        tried={false}
        aim={field}
        onBack={null}
        onClose={onClose}
      />
    </Modal>
  );
}
