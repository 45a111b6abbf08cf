/** Under which heading one or several instances are listed: typed, with the headings there are as suggestions. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { limits } from '../../../src-shared/limits.ts';
import { unawaited } from '../../api/unawaited.ts';
import { groupMany } from '../../state/bulk.ts';
import { useApplication } from '../../state/context.tsx';
import { groupsOf, viewOf } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';

const strings = instanceStrings.grouping;

export function GroupDialog({ ids, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const application = useApplication();
  const { stores } = application;
  const groups = useStore(stores.instances, useShallow(groupsOf));
  const [first] = ids;
  const view = viewOf(stores.instances.getState(), first ?? null);
  const [group, setGroup] = useState(ids.length === 1 ? (view?.group ?? '') : '');
  return (
    <Modal
      title={strings.title(ids.length, view?.name ?? '')}
      width={420}
      onClose={onClose}
      foot={
        <>
          <span className="push" />
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          <Button tone="primary" type="submit" form="group-form">
            {strings.verb}
          </Button>
        </>
      }
    >
      <form
        id="group-form"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          unawaited(groupMany(application, ids, group.trim().slice(0, limits.groupNameLength)));
        }}
      >
        <TextField
          label={instanceStrings.group}
          hint={strings.hint}
          value={group}
          autoFocus
          suggestions={groups.map((value) => ({ value, label: '' }))}
          onChange={setGroup}
        />
      </form>
    </Modal>
  );
}
