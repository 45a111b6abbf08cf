/** Says exactly what goes, and that it can come back. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { useApplication } from '../../state/context.tsx';
import { commonDirectory, formatBytes } from '../../state/format.ts';
import { viewOf } from '../../state/instances.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { Button } from '../../ui/button.tsx';
import { Modal } from '../../ui/modal.tsx';
import { FailurePanel } from './failure-panel.tsx';

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
      title={`Delete “${view?.name ?? id}”`}
      width={600}
      onClose={onClose}
      foot={
        <>
          <span className="push field-hint">It goes to the trash and can be brought back.</span>
          <Button onClick={onClose}>Cancel</Button>
          {/* Enter confirms and Escape leaves; the trash makes that safe. */}
          <Button tone="danger" autoFocus disabled={busy} onClick={() => void confirm()}>
            Delete
          </Button>
        </>
      }
    >
      {failure && <FailurePanel failure={failure} />}
      {deletion === null && failure === null && <p className="field-hint">Adding up what is there…</p>}
      {deletion && (
        <p className="deletion-sum">
          {deletion.files.length} files, {formatBytes(deletion.bytes)}, in{' '}
          <span className="mono">
            <Breakable text={directory} />
          </span>
        </p>
      )}
      {deletion && (
        <table className="table dense-table">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">File</th>
              <th scope="col" className="number">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {deletion.files.map((file) => (
              <tr key={file.path}>
                <td>{file.what}</td>
                <td className="mono deletion-path">
                  <Breakable text={file.path.slice(directory.length)} />
                </td>
                <td className="number">{formatBytes(file.bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  );
}
