/** Text in, a form out: a command line or a script, where its relative paths start, and values for its variables. */
import './paste.css';
import { FileText } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Failure, toFailure } from '../../../../src-shared/contract/errors.ts';
import type { FileReference } from '../../../../src-shared/model/spec.ts';
import { unawaited } from '../../../api/unawaited.ts';
import { useApplication } from '../../../state/context.tsx';
import { launchStrings, pasteStrings } from '../../../strings/launch.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { OpenTextFile } from '../../../ui/open-text-file.tsx';
import { DialogFailure } from '../dialog-failure.tsx';
import { FileField } from '../file-field.tsx';
import type { Reading } from './reading.ts';

/** What was typed so far, kept by the dialog for who goes back and comes again. */
export interface Pasted {
  readonly text: string;
  readonly directory: FileReference | null;
  readonly variables: Readonly<Record<string, string>>;
}

export interface PasteStepProps {
  readonly pasted: Pasted;
  /** Read at once: it came from a paste elsewhere. */
  readonly readNow: boolean;
  readonly onChange: (pasted: Pasted) => void;
  readonly onRead: (reading: Reading) => void;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

export function PasteStep({ pasted, readNow, onChange, onRead, onBack, onClose }: PasteStepProps) {
  const application = useApplication();
  const [reading, setReading] = useState<Reading | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const step = useRef<HTMLDivElement>(null);
  const { text, directory, variables } = pasted;
  // What was given stays to be corrected.
  const asked = [...new Set([...Object.keys(variables), ...(reading?.unknownVariables ?? [])])];
  const waiting = reading !== null;

  const read = async (): Promise<void> => {
    if (busy || text.trim() === '') return;
    setBusy(true);
    setFailure(null);
    try {
      const wanted = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
      const got = await application.call('command.import', {
        text,
        directory: directory?.token ?? null,
        variables: wanted,
      });
      if (got.unknownVariables.length === 0) onRead(got);
      else {
        setReading(got);
        // Where the person has to go on.
        requestAnimationFrame(() => {
          const inputs = [...(step.current?.querySelectorAll<HTMLInputElement>('.paste-variables input') ?? [])];
          inputs.find(({ value }) => value === '')?.focus();
        });
      }
    } catch (error) {
      setReading(null);
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is shown
  useEffect(() => {
    step.current?.querySelector('textarea')?.focus();
    if (readNow) unawaited(read());
  }, []);
  const change = (part: Partial<Pasted>): void => {
    // Another text may have other variables.
    onChange({ ...pasted, ...(part.text !== undefined && { variables: {} }), ...part });
    if (part.text !== undefined) setReading(null);
  };
  const pressed = (event: KeyboardEvent): void => {
    // What opens over the dialog is drawn elsewhere, but its keys arrive here too.
    if (!(event.target instanceof Node) || step.current?.contains(event.target) !== true) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) unawaited(read());
    else if (event.key === 'ArrowLeft' && event.altKey) onBack();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that are meant for the whole step
    <div className="launch-step" ref={step} onKeyDown={pressed}>
      <div className="paste">
        <h2>{pasteStrings.heading}</h2>
        <p className="launch-about">{pasteStrings.about}</p>
        {failure !== null && <DialogFailure failure={failure} />}
        <TextField
          mono
          lines={asked.length > 0 ? 9 : 14}
          label={pasteStrings.text}
          placeholder={pasteStrings.placeholder}
          value={text}
          onChange={(next) => change({ text: next })}
        />
        <FileField
          optional
          kind="directory"
          field="directory"
          label={pasteStrings.directory}
          none={pasteStrings.directoryNone}
          choose={pasteStrings.chooseDirectory}
          value={directory}
          onChange={(next) => change({ directory: next })}
        />
        {asked.length > 0 && (
          <fieldset className="paste-variables">
            <legend>{pasteStrings.variables}</legend>
            <p className="field-hint">{pasteStrings.variablesAbout}</p>
            {asked.map((name) => (
              <TextField
                key={name}
                mono
                label={pasteStrings.variable(name)}
                value={variables[name] ?? ''}
                onChange={(value) => change({ variables: { ...variables, [name]: value } })}
              />
            ))}
          </fieldset>
        )}
      </div>
      <div className="dialog-foot">
        <Button onClick={onBack} title={launchStrings.backKeys}>
          {launchStrings.back}
        </Button>
        <OpenTextFile icon={FileText} label={pasteStrings.open} onText={(next) => change({ text: next })} />
        <span className="push" />
        <Button onClick={onClose}>{launchStrings.cancel}</Button>
        {waiting && <Button onClick={() => onRead(reading)}>{pasteStrings.useAnyway}</Button>}
        <Button
          tone="primary"
          title={launchStrings.launchKeys}
          disabled={busy || text.trim() === ''}
          onClick={() => unawaited(read())}
        >
          {busy ? pasteStrings.reading : waiting ? pasteStrings.readWith : pasteStrings.read}
        </Button>
      </div>
    </div>
  );
}
