/** Another instance of the same configuration: what it is called, and what both would share. */
import { useEffect, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { instanceNameSchema } from '../../../src-shared/model/ids.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { freeName, viewOf, withView } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Button } from '../../ui/button.tsx';
import { type FieldMessage, Messages, TextField } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';
import { FailurePanel } from '../failure/failure-panel.tsx';

const strings = instanceStrings.duplicate;

/** What the core will say of the new instance as findings, said before. */
function sharedBy({ guest, host }: Spec): FieldMessage[] {
  const disks = 'disks' in guest ? guest.disks.filter(({ access }) => access === 'direct') : [];
  return [
    ...disks.map(({ file }) => ({
      severity: 'warning' as const,
      text: strings.sharedDisk(file),
      hint: strings.sharedDiskHint,
    })),
    ...host.ports.flatMap(({ name, host: port }) =>
      port === null
        ? []
        : [{ severity: 'note' as const, text: strings.sharedPort(name, port), hint: strings.sharedPortHint }],
    ),
  ];
}

export function DuplicateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const application = useApplication();
  const { instances, view } = application.stores;
  const [source] = useState(() => viewOf(instances.getState(), id)?.name ?? id);
  const [name, setName] = useState(() => freeName(source, instances.getState().views));
  const [spec, setSpec] = useState<Spec | null>(instances.getState().details[id]?.spec ?? null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    application.call('instance.show', { id }).then(
      (details) => setSpec(details.spec),
      (error) => setFailure(toFailure(error)),
    );
  }, [application, id]);
  const parsed = instanceNameSchema.safeParse(name);
  const problem = parsed.success ? undefined : parsed.error.issues[0]?.message;
  const duplicate = async (): Promise<void> => {
    if (!parsed.success || busy) return;
    setBusy(true);
    try {
      const made = await application.call('instance.duplicate', { id, name: parsed.data });
      instances.setState((state) => withView(state, made));
      application.select(made.id);
      view.setState({ tab: 'details' });
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      title={strings.title(source)}
      width={480}
      onClose={onClose}
      foot={
        <>
          <span className="push" />
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          <Button tone="primary" type="submit" form="duplicate-form" disabled={busy || problem !== undefined}>
            {strings.verb}
          </Button>
        </>
      }
    >
      {failure && <FailurePanel failure={failure} />}
      <form
        id="duplicate-form"
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          unawaited(duplicate());
        }}
      >
        <p className="field-hint">{strings.about}</p>
        <TextField
          label={instanceStrings.name}
          value={name}
          autoFocus
          messages={problem === undefined ? [] : [{ severity: 'error', text: problem }]}
          onChange={setName}
        />
        <Messages messages={spec === null ? [] : sharedBy(spec)} />
      </form>
    </Modal>
  );
}
