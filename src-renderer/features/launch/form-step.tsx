/** The form and, beside it, the command it makes. The same for a new instance and for one that is edited. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { withChanges } from '../../../src-shared/contract/changes.ts';
import type { CommandView } from '../../../src-shared/model/instance.ts';
import { type Draft, draftSchema } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { launchStrings, previewStrings } from '../../strings/launch.ts';
import { Disclosure } from '../../ui/disclosure.tsx';
import { DialogFailure } from './dialog-failure.tsx';
import { labelOf } from './field-path.ts';
import { formFromDraft, type LaunchForm } from './form.ts';
import { type FormBinding, FormProvider, Own } from './form-fields.tsx';
import { FormFoot } from './form-foot.tsx';
import { draftFromForm } from './form-to-draft.ts';
import { GuestFields } from './guest-fields.tsx';
import { firstInForm, goToField } from './links/go-to-field.ts';
import { createLinks, LinkProvider } from './links/link-store.ts';
import { FoldedFields, MessageBoardProvider } from './messages.tsx';
import { MoreFields } from './more-fields.tsx';
import { ImportedArguments } from './paste/imported-arguments.tsx';
import type { Reading } from './paste/reading.ts';
import { CommandPreview } from './preview/command-preview.tsx';
import { SourceHead } from './source-head.tsx';
import { askPreview, askResolution, useAnswer } from './use-answer.ts';
import { useSubmit } from './use-submit.ts';

export interface FormStepProps {
  readonly form: LaunchForm;
  readonly onForm: (change: (before: LaunchForm) => LaunchForm) => void;
  /** An instance that is edited; null makes a new one. */
  readonly instance: string | null;
  readonly lastBoot: CommandView | null;
  /** The pasted command line that the form was made from. */
  readonly reading: Reading | null;
  /** It was to be launched at once and could not be. */
  readonly tried: boolean;
  /** Path of a field to begin at. */
  readonly aim: string | null;
  /** null: there is no gallery to go back to. */
  readonly onBack: (() => void) | null;
  readonly onClose: () => void;
}

export function FormStep(props: FormStepProps) {
  const { form, onForm, instance, lastBoot, reading, aim, onBack, onClose } = props;
  const application = useApplication();
  const [links] = useState(createLinks);
  const [tried, setTried] = useState(props.tried);
  const [more, setMore] = useState(instance !== null);
  const [said, setSaid] = useState('');
  const body = useRef<HTMLDivElement>(null);
  const fields = useRef<HTMLFormElement>(null);
  const { draft, problems } = draftFromForm(form);
  const preview = useAnswer(application, draft, askPreview);
  const resolution = useAnswer(application, form.kind === 'fuchsia' ? draft : null, askResolution, true);
  const submit = useSubmit(instance, onClose);
  const shown = tried ? problems : problems.filter((problem) => !problem.missing);

  const inTheWay = problems.find(({ missing }) => missing) ?? problems[0];
  const go = (path: string): boolean => fields.current !== null && goToField(fields.current, path, () => setMore(true));
  const change: FormBinding['change'] = (part) => {
    onForm((before) => ({ ...before, ...(typeof part === 'function' ? part(before) : part) }));
    submit.forget();
  };
  const take = (next: Draft): void => onForm(() => formFromDraft(next));
  const send = async (launch: boolean): Promise<void> => {
    setTried(true);
    const first = fields.current === null ? undefined : firstInForm(fields.current, problems);
    if (draft === null) {
      if (first === undefined) return;
      setSaid(launchStrings.toFix(problems.length, previewStrings.problem(labelOf(first.field), first.message)));
      go(first.field);
    } else if (!(await submit.send(draft, launch))) fields.current?.scrollTo({ top: 0 });
  };
  const pressed = (event: KeyboardEvent): void => {
    // What opens over the dialog is drawn elsewhere, but its keys arrive here too.
    if (!(event.target instanceof Node) || body.current?.contains(event.target) !== true) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) unawaited(send(true));
    else if (event.key === 'ArrowLeft' && event.altKey && onBack !== null) onBack();
    else return;
    event.preventDefault();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is shown
  useEffect(() => {
    if (aim !== null && go(aim)) return;
    const name = fields.current?.querySelector<HTMLInputElement>('[data-field="name"] input');
    name?.focus();
    name?.select();
  }, []);

  return (
    <LinkProvider value={links}>
      <MessageBoardProvider problems={shown} findings={preview.result?.findings ?? []} failure={submit.failure}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keys that are meant for the whole step */}
        <div className="launch-step" ref={body} onKeyDown={pressed}>
          <div className="launch-columns">
            <FormProvider
              binding={{
                form,
                instance,
                change,
                choices: form.kind === 'fuchsia' ? (resolution.result?.choices ?? []) : [],
                device: resolution.result?.device,
              }}
            >
              <form
                ref={fields}
                className="launch-form"
                noValidate
                aria-label={launchStrings.form}
                onSubmit={(event) => {
                  event.preventDefault();
                  unawaited(send(true));
                }}
              >
                {submit.failure !== null && (
                  <DialogFailure
                    failure={submit.failure}
                    onFix={(fix) => {
                      const fixed = draftSchema.safeParse(withChanges(draft, fix.changes));
                      if (fixed.success) take(fixed.data);
                      submit.forget();
                    }}
                  />
                )}
                <SourceHead kind={form.kind} onBack={onBack} />
                {reading !== null && <ImportedArguments reading={reading} onGo={go} />}
                <Own.Text of="name" field="name" />
                <GuestFields />
                <Disclosure label={launchStrings.more} open={more} onOpenChange={setMore}>
                  <div className="launch-more">
                    <FoldedFields value={!more}>
                      <MoreFields />
                    </FoldedFields>
                  </div>
                </Disclosure>
                {/* Enter in a field launches, as in every form. */}
                <button type="submit" hidden tabIndex={-1} aria-hidden />
              </form>
            </FormProvider>
            <CommandPreview
              draft={draft}
              command={preview.result?.command ?? null}
              stale={preview.stale}
              lastBoot={lastBoot}
              onGo={go}
              onDraft={take}
              absent={
                inTheWay === undefined
                  ? (preview.failure?.message ?? (preview.stale ? previewStrings.asking : previewStrings.none))
                  : previewStrings.problem(labelOf(inTheWay.field), inTheWay.message)
              }
            />
          </div>
          <p className="unseen" role="status">
            {said}
          </p>
          <FormFoot
            draft={draft}
            editing={instance !== null}
            busy={submit.busy}
            onBack={onBack}
            onClose={onClose}
            onSend={(launch) => unawaited(send(launch))}
          />
        </div>
      </MessageBoardProvider>
    </LinkProvider>
  );
}
