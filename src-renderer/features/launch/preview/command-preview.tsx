/** The command line as it would be now, what no field says of it, and what can be done with it. */
import './preview.css';
import { FileDown, PencilLine } from 'lucide-react';
import { useRef, useState } from 'react';
import { toFailure } from '../../../../src-shared/contract/errors.ts';
import type { CommandView } from '../../../../src-shared/model/instance.ts';
import type { Draft } from '../../../../src-shared/model/spec.ts';
import { useApplication } from '../../../state/context.tsx';
import { previewStrings } from '../../../strings/launch.ts';
import { IconButton } from '../../../ui/button.tsx';
import { CopyIcon } from '../../../ui/copy-button.tsx';
import { Disclosure } from '../../../ui/disclosure.tsx';
import { Messages } from '../../../ui/field.tsx';
import '../../command/command.css';
import { unawaited } from '../../../api/unawaited.ts';
import { differenceOf, isDifferent } from '../../command/command-difference.ts';
import { DifferenceList } from '../../command/difference-list.tsx';
import { saveScript } from '../../command/save-script.ts';
import { useUnplacedMessages } from '../messages.tsx';
import { ArgumentList } from './argument-list.tsx';
import { EditCommand, type Edited } from './edit-command.tsx';
import { EditedReport } from './edited-report.tsx';

export interface CommandPreviewProps {
  readonly draft: Draft | null;
  readonly command: CommandView | null;
  /** Why there is none. */
  readonly absent: string;
  readonly stale: boolean;
  /** The command line of the instance's last boot, where it is edited. */
  readonly lastBoot: CommandView | null;
  readonly onGo: (argumentField: string) => boolean;
  /** The draft as an edited command line has it. */
  readonly onDraft: (draft: Draft) => void;
}

export function CommandPreview(props: CommandPreviewProps) {
  const { draft, command, absent, stale, lastBoot, onGo, onDraft } = props;
  const application = useApplication();
  const messages = useUnplacedMessages();
  const [editing, setEditing] = useState(false);
  const [edited, setEdited] = useState<Edited | null>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const leaveText = (): void => {
    setEditing(false);
    // The text had the focus; it goes back to what opened it.
    requestAnimationFrame(() => editButton.current?.focus());
  };
  const difference = command !== null && lastBoot !== null ? differenceOf(lastBoot, command) : null;
  const shown = command !== null && !editing;
  return (
    <section className="preview" aria-label={previewStrings.region}>
      <div className="preview-head">
        <h2>{previewStrings.title}</h2>
        {shown && draft !== null && (
          <span className="preview-tools">
            <IconButton
              small
              ref={editButton}
              icon={PencilLine}
              label={previewStrings.edit}
              onClick={() => setEditing(true)}
            />
            <CopyIcon text={command.shellLine} label={previewStrings.copy} />
            <IconButton
              small
              icon={FileDown}
              label={previewStrings.script}
              onClick={() =>
                unawaited(saveScript(application, draft).catch((error) => application.notifyFailure(toFailure(error))))
              }
            />
          </span>
        )}
      </div>
      {messages.length > 0 && (
        <div className="preview-messages">
          <Messages messages={messages} />
        </div>
      )}
      {edited !== null && !editing && (
        <EditedReport
          edited={edited}
          onUndo={() => {
            onDraft(edited.before);
            setEdited(null);
          }}
          onDismiss={() => setEdited(null)}
        />
      )}
      {editing && draft !== null ? (
        <EditCommand
          draft={draft}
          command={command}
          onClose={leaveText}
          onEdited={(result) => {
            leaveText();
            setEdited(result);
            onDraft(result.after);
          }}
        />
      ) : command === null ? (
        <p className="page-note">{absent}</p>
      ) : (
        <ArgumentList command={command} stale={stale} onGo={onGo} />
      )}
      {shown && difference !== null && isDifferent(difference) && (
        <div className="preview-difference">
          <Disclosure label={previewStrings.changed} startsOpen>
            <DifferenceList difference={difference} />
          </Disclosure>
        </div>
      )}
    </section>
  );
}
