/** The dialog for a new instance, and for editing a stopped one: guests on the left, form, command on the right. */
import './launch.css';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { Draft, FileReference } from '../../../src-shared/model/spec.ts';
import { useApplication } from '../../state/context.tsx';
import { freeName, frontConsole } from '../../state/instances.ts';
import type { GuestKind, OpenDialog } from '../../state/stores.ts';
import { Button } from '../../ui/button.tsx';
import { Disclosure } from '../../ui/disclosure.tsx';
import { Modal } from '../../ui/modal.tsx';
import { FailurePanel } from '../instances/failure-panel.tsx';
import { guestKindText } from '../instances/guest-kinds.ts';
import { CommandPreview } from './command-preview.tsx';
import { droppedFile } from './dropped-file.ts';
import { formFromDraft, type LaunchForm, newForm, withDropped, withKind } from './form.ts';
import { BoundText, type FormBinding, FormProvider } from './form-fields.tsx';
import { draftFromForm } from './form-to-draft.ts';
import { GuestFields } from './guest-fields.tsx';
import { GuestRadios } from './guest-radios.tsx';
import { MessageBoardProvider } from './messages.tsx';
import { MoreFields } from './more-fields.tsx';
import { askPreview, askResolution, useAnswer } from './use-answer.ts';

type Begin = Extract<OpenDialog, { kind: 'launch' }>;

export function LaunchDialog({ begin, onClose }: { begin: Begin; onClose: () => void }) {
  return (
    <OldDialog guest={begin.guest ?? 'demo'} instance={null} dropped={begin.dropped ?? null} onClose={onClose} />
  );
}

export interface LaunchDialogProps {
  readonly guest: GuestKind;
  /** An instance that is edited; null makes a new one. */
  readonly instance: string | null;
  readonly dropped: FileReference | null;
  readonly onClose: () => void;
}

export function OldDialog(props: LaunchDialogProps) {
  const application = useApplication();
  const [stored, setStored] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { instance, onClose } = props;
  useEffect(() => {
    void application.describeHost();
    if (instance === null) return;
    application.call('instance.draft', { id: instance }).then(setStored, (error) => setFailure(toFailure(error)));
  }, [application, instance]);
  if (instance === null) return <Filling {...props} stored={null} />;
  if (stored !== null) return <Filling {...props} stored={stored} />;
  // Nothing until the answer is there, which is at once: a dialog that makes way for another one loses the focus's way back.
  if (failure === null) return null;
  return (
    <Modal title="Edit instance" onClose={onClose}>
      <FailurePanel failure={failure} />
    </Modal>
  );
}

function Filling({ guest, instance, dropped, stored, onClose }: LaunchDialogProps & { stored: Draft | null }) {
  const application = useApplication();
  const { stores } = application;
  const host = useStore(stores.host, (state) => state.host);
  const nameFor = (kind: GuestKind): string => freeName(guestKindText(kind).name, stores.instances.getState().views);
  const [form, setForm] = useState<LaunchForm>(() => {
    if (stored !== null) return formFromDraft(stored);
    const begun = newForm(guest, nameFor(guest), 'x86_64');
    return dropped === null ? begun : withDropped(begun, dropped, nameFor);
  });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const formElement = useRef<HTMLFormElement>(null);
  const formId = useId();
  const { draft, problems } = draftFromForm(form);
  const preview = useAnswer(application, draft, askPreview);
  const resolution = useAnswer(application, form.kind === 'fuchsia' ? draft : null, askResolution, true);
  const missing = problems.filter((problem) => problem.missing);
  const title = stored === null ? 'New instance' : `Edit “${stored.name}”`;

  const change: FormBinding['change'] = (part) => {
    setForm((before) => ({ ...before, ...(typeof part === 'function' ? part(before) : part) }));
    setFailure(null);
  };
  const send = async (launch: boolean): Promise<void> => {
    setTried(true);
    if (draft === null) {
      requestAnimationFrame(() =>
        formElement.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid] button')?.focus(),
      );
      return;
    }
    setBusy(true);
    try {
      if (instance === null)
        application.launched(await application.call('instance.launch', draft), frontConsole(draft.guest));
      else {
        await application.call('instance.configure', { id: instance, draft });
        if (launch)
          application.launched(await application.call('instance.start', { id: instance }), frontConsole(draft.guest));
      }
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
      formElement.current?.scrollTo({ top: 0 });
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) void send(true);
  };

  return (
    <Modal
      title={title}
      width={1120}
      bodyClass="launch"
      keepOnOutsideClick
      onClose={onClose}
      onDrop={(event) => {
        event.preventDefault();
        void droppedFile(application, event.dataTransfer).then(
          (file) => file !== null && setForm((before) => withDropped(before, file, nameFor)),
        );
      }}
      foot={
        <>
          <span className="push field-hint">
            {host?.filePicker === 'native' && 'Files can be dropped anywhere on this dialog.'}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          {instance !== null && (
            <Button disabled={busy} onClick={() => void send(false)}>
              Save
            </Button>
          )}
          <Button tone="primary" type="submit" form={formId} disabled={busy}>
            Launch
          </Button>
        </>
      }
    >
      <MessageBoardProvider
        problems={tried ? problems : problems.filter((problem) => !problem.missing)}
        findings={preview.result?.findings ?? []}
        failure={failure}
      >
        <FormProvider
          binding={{
            form,
            change,
            choices: form.kind === 'fuchsia' ? (resolution.result?.choices ?? []) : [],
            device: resolution.result?.device,
          }}
        >
          <GuestRadios
            value={form.kind}
            onChange={(kind) => {
              setFailure(null);
              setTried(false);
              setForm((before) => withKind(before, kind, nameFor(kind)));
            }}
          />
          <form id={formId} ref={formElement} className="launch-form" noValidate onSubmit={submit}>
            {failure !== null && <FailurePanel failure={failure} title="Launch failed" />}
            <p className="launch-about">{guestKindText(form.kind).about}</p>
            <BoundText
              field="name"
              label="Name"
              autoFocus
              value={form.name}
              onChange={(name) => change({ name, nameTouched: true })}
            />
            <GuestFields />
            <Disclosure label="More" startsOpen={stored !== null}>
              <div className="launch-more">
                <MoreFields />
              </div>
            </Disclosure>
          </form>
          <CommandPreview
            command={preview.result?.command ?? null}
            stale={preview.stale}
            absent={
              missing[0]?.message ??
              problems[0]?.message ??
              preview.failure?.message ??
              (preview.stale ? 'Asking…' : 'There is no command line for this yet.')
            }
          />
        </FormProvider>
      </MessageBoardProvider>
    </Modal>
  );
}
