/** The dialog for a new instance: first the gallery of sources, then the form. Going back loses nothing. */
import './launch.css';
import { useEffect, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { frontConsole } from '../../state/instances.ts';
import type { OpenDialog } from '../../state/stores.ts';
import { launchStrings } from '../../strings/launch.ts';
import { Modal } from '../../ui/modal.tsx';
import { type Begun, beginAt, createBeginner } from './begun.ts';
import { useDrop } from './dropped-file.ts';
import { withDropped } from './form.ts';
import { FormStep } from './form-step.tsx';
import { draftFromForm } from './form-to-draft.ts';
import { type Pasted, PasteStep } from './paste/paste-step.tsx';
import type { Reading } from './paste/reading.ts';
import { GalleryStep } from './sources/gallery-step.tsx';
import { keyOf, type Source } from './sources/sources.ts';

type Step = { readonly at: 'gallery' } | { readonly at: 'paste'; readonly readNow: boolean } | { readonly at: 'form' };

export interface LaunchDialogProps {
  readonly begin: Extract<OpenDialog, { kind: 'launch' }>;
  readonly onClose: () => void;
}

export function LaunchDialog({ begin, onClose }: LaunchDialogProps) {
  const application = useApplication();
  const beginner = createBeginner(application);
  const [begun, setBegun] = useState<ReadonlyMap<string, Begun>>(() => beginAt(beginner, begin));
  const [key, setKey] = useState<string | null>(() => [...begun.keys()][0] ?? null);
  const [step, setStep] = useState<Step>(() => {
    if (begin.pasted !== undefined) return { at: 'paste', readNow: true };
    return { at: key === null ? 'gallery' : 'form' };
  });
  const [pasted, setPasted] = useState<Pasted>({ text: begin.pasted ?? '', directory: null, variables: {} });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const current = key === null ? undefined : begun.get(key);
  useEffect(() => unawaited(application.describeHost()), [application]);

  const show = (next: Begun, at: string, wasTried = false): void => {
    setBegun((before) => new Map(before).set(at, next));
    setKey(at);
    setTried(wasTried);
    setStep({ at: 'form' });
  };
  const choose = async (source: Source, atOnce: boolean): Promise<void> => {
    if (source.kind === 'paste') {
      setKey(keyOf(source));
      setStep({ at: 'paste', readNow: false });
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const at = keyOf(source);
      const before = begun.get(at);
      // An edited command or a dropped file can have made another guest of it.
      const same = before !== undefined && (source.kind !== 'guest' || before.form.kind === source.guest);
      const next = same ? before : await beginner.begin(source, begun);
      const { draft } = draftFromForm(next.form);
      if (!atOnce || draft === null) {
        show(next, at, atOnce);
        return;
      }
      application.launched(await application.call('instance.launch', draft), frontConsole(draft.guest));
      onClose();
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  const read = (reading: Reading): void => show(beginner.fromReading(reading), 'paste');
  const paste = (text: string): void => {
    setPasted((before) => ({ ...before, text }));
    setStep({ at: 'paste', readNow: true });
  };
  const back = (): void => {
    setFailure(null);
    setStep(step.at === 'form' && key === 'paste' ? { at: 'paste', readNow: false } : { at: 'gallery' });
  };
  const drop = useDrop({
    script: paste,
    file: (file) => {
      const at = step.at === 'form' && key !== null ? key : 'guest demo';
      const { form, reading } = begun.get(at) ?? beginner.ofGuest('demo', begun);
      const next = withDropped(form, file, beginner.nameOf);
      show({ form: next, reading }, step.at === 'form' ? at : `guest ${next.kind}`);
    },
  });

  return (
    <Modal
      title={launchStrings.title}
      width={1180}
      bodyClass="launch"
      keepOnOutsideClick
      onClose={onClose}
      onDrop={drop}
    >
      {step.at === 'gallery' && (
        <GalleryStep
          before={key}
          busy={busy}
          failure={failure}
          onChoose={(source, atOnce) => unawaited(choose(source, atOnce))}
          onPasted={paste}
          onClose={onClose}
        />
      )}
      {step.at === 'paste' && (
        <PasteStep
          pasted={pasted}
          readNow={step.readNow}
          onChange={setPasted}
          onRead={read}
          onBack={back}
          onClose={onClose}
        />
      )}
      {step.at === 'form' && key !== null && current !== undefined && (
        <FormStep
          key={key}
          form={current.form}
          onForm={(change) =>
            setBegun((before) => {
              const now = before.get(key);
              return now === undefined ? before : new Map(before).set(key, { ...now, form: change(now.form) });
            })
          }
          instance={null}
          lastBoot={null}
          reading={current.reading}
          tried={tried}
          aim={null}
          onBack={back}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
