/** Says of several instances exactly what goes, and that all of it can come back together. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import { unawaited } from '../../api/unawaited.ts';
import { inTurns, removeMany } from '../../state/bulk.ts';
import { useApplication } from '../../state/context.tsx';
import { commonDirectory, formatBytes } from '../../state/format.ts';
import { viewOf } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Button } from '../../ui/button.tsx';
import { Disclosure } from '../../ui/disclosure.tsx';
import { Modal } from '../../ui/modal.tsx';
import { DeletionFiles } from './deletion-files.tsx';
import { chosenIds } from './use-chosen.ts';

const strings = instanceStrings.deletion;

/** More than these are folded: the sums are what is read then. */
const unfolded = 3;

type Deletion = CallOutput<'instance.deletion'>;

/** What each would take, as the answers come. */
function useDeletions(ids: readonly string[]): ReadonlyMap<string, Deletion> {
  const application = useApplication();
  const [deletions, setDeletions] = useState<ReadonlyMap<string, Deletion>>(new Map());
  useEffect(() => {
    let isOpen = true;
    const known = new Map<string, Deletion>();
    // Those that cannot be looked at say why when they are deleted.
    unawaited(
      inTurns(
        ids,
        async (id) => {
          if (isOpen) known.set(id, await application.call('instance.deletion', { id }));
        },
        () => {},
      ).then(() => isOpen && setDeletions(known)),
    );
    return () => {
      isOpen = false;
    };
  }, [application, ids]);
  return deletions;
}

export function DeleteManyDialog({ ids: asked, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const application = useApplication();
  const { stores } = application;
  // As it was when it was asked for: a dialog whose list changes is no answer to a question.
  const [ids] = useState(() => {
    const views = asked.flatMap((id) => viewOf(stores.instances.getState(), id) ?? []);
    return chosenIds(views).deletable;
  });
  const names = useStore(
    stores.instances,
    useShallow((state) => asked.map((id) => viewOf(state, id)?.name ?? id)),
  );
  const nameOf = (id: string): string => names[asked.indexOf(id)] ?? id;
  const left = asked.filter((id) => !ids.includes(id));
  const deletions = useDeletions(ids);
  const all = [...deletions.values()];
  const files = all.reduce((sum, one) => sum + one.files.length, 0);
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <Modal
      title={strings.titleMany(ids.length)}
      width={600}
      onClose={onClose}
      foot={
        <>
          <span className="push field-hint">{strings.trashMany}</span>
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          <Button
            tone="danger"
            data-first=""
            disabled={ids.length === 0}
            onClick={() => {
              onClose();
              unawaited(removeMany(application, ids));
            }}
          >
            {commonStrings.delete}
          </Button>
        </>
      }
    >
      <p className="deletion-sum" role="status">
        {deletions.size === 0 && ids.length > 0 ? strings.adding : strings.total(files, formatBytes(bytes))}
      </p>
      {left.length > 0 && <p className="deletion-left">{strings.notPossible(left.map(nameOf))}</p>}
      <ul className="deletion-list">
        {[...deletions].map(([id, one]) => (
          <li key={id}>
            <Disclosure
              label={`${nameOf(id)} · ${strings.sumOf(one.files.length, formatBytes(one.bytes))}`}
              startsOpen={ids.length <= unfolded}
            >
              <DeletionFiles files={one.files} directory={commonDirectory(one.files.map(({ path }) => path))} />
            </Disclosure>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
