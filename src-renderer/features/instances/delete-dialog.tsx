/** Says exactly what goes, and that it can come back. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { commonDirectory, formatBytes } from '../../state/format.ts';
import { viewOf } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { Button } from '../../ui/button.tsx';
import { Modal } from '../../ui/modal.tsx';
import { FailurePanel } from '../failure/failure-panel.tsx';
import { DeletionFiles } from './deletion-files.tsx';

const strings = instanceStrings.deletion;

export function DeleteDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const application = useApplication();
  const view = useStore(application.stores.instances, (state) => viewOf(state, id));
  const [deletion, setDeletion] = useState<CallOutput<'instance.deletion'> | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    application.call('instance.deletion', { id }).then(setDeletion, (error) => setFailure(toFailure(error)));
  }, [application, id]);
  const directory = commonDirectory(deletion?.files.map((file) => file.path) ?? []);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await application.remove(id);
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      title={strings.title(view?.name ?? id)}
      width={600}
      onClose={onClose}
      foot={
        <>
          <span className="push field-hint">{strings.trash}</span>
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          {/* Enter confirms and Escape leaves; the trash makes that safe. */}
          <Button tone="danger" autoFocus disabled={busy} onClick={() => unawaited(confirm())}>
            {commonStrings.delete}
          </Button>
        </>
      }
    >
      {failure && <FailurePanel failure={failure} />}
      {deletion === null && failure === null && <p className="field-hint">{strings.adding}</p>}
      {deletion && (
        <>
          <p className="deletion-sum">
            {strings.sum(deletion.files.length, formatBytes(deletion.bytes))}{' '}
            <span className="mono">
              <Breakable text={directory} />
            </span>
          </p>
          <DeletionFiles files={deletion.files} directory={directory} />
        </>
      )}
    </Modal>
  );
}
