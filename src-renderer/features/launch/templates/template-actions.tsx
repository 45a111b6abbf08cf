/** What can be done with templates in the gallery: given away, taken in, deleted. */
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { toFailure } from '../../../../src-shared/contract/errors.ts';
import { unawaited } from '../../../api/unawaited.ts';
import { useApplication } from '../../../state/context.tsx';
import { templateStrings } from '../../../strings/launch.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { OpenTextFile } from '../../../ui/open-text-file.tsx';
import type { Templates } from './use-templates.ts';

interface TemplateActionsProps {
  readonly name: string;
  readonly templates: Templates;
  readonly onDone: () => void;
}

export function TemplateActions({ name, templates, onDone }: TemplateActionsProps) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button onClick={() => unawaited(templates.export(name))}>{templateStrings.export}</Button>
      <Button onClick={() => setAsked(true)}>{templateStrings.delete}</Button>
      {asked && (
        <Confirm
          danger
          title={templateStrings.deleteTitle(name)}
          verb={templateStrings.delete}
          onClose={() => setAsked(false)}
          onConfirm={() => {
            setAsked(false);
            unawaited(templates.remove(name).then(onDone));
          }}
        >
          <p>{templateStrings.deleteAbout}</p>
        </Confirm>
      )}
    </>
  );
}

export function ImportTemplate({ icon, templates }: { icon: LucideIcon; templates: Templates }) {
  const application = useApplication();
  const [waiting, setWaiting] = useState<string | null>(null);
  const take = async (text: string, replace: boolean): Promise<void> => {
    setWaiting(null);
    try {
      if ((await templates.import(text, replace)) === null) setWaiting(text);
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  };
  return (
    <>
      <OpenTextFile
        icon={icon}
        label={templateStrings.import}
        accept=".json,application/json"
        onText={(text) => unawaited(take(text, false))}
      />
      {waiting !== null && (
        <Confirm
          title={templateStrings.importTaken}
          verb={templateStrings.replace}
          onClose={() => setWaiting(null)}
          onConfirm={() => unawaited(take(waiting, true))}
        >
          <p>{templateStrings.deleteAbout}</p>
        </Confirm>
      )}
    </>
  );
}
