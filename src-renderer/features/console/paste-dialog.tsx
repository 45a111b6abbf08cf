/** Asks before several lines go to a guest that would run each of them at once. Shows them as they are. */
import { useStore } from 'zustand';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { commonStrings } from '../../strings/common.ts';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';
import { asOneLine, linesOf } from './terminal/paste-text.ts';

const { paste: strings } = consoleStrings;

export interface PasteDialogProps {
  readonly text: string;
  readonly onPaste: (text: string) => void;
  readonly onClose: () => void;
}

export function PasteDialog({ text, onPaste, onClose }: PasteDialogProps) {
  const application = useApplication();
  const ask = useStore(application.stores.settings, (settings) => settings.confirmPaste);
  return (
    <Modal
      title={strings.title}
      width={560}
      onClose={onClose}
      foot={
        <>
          <Check
            label={strings.remember}
            checked={ask}
            onChange={(confirmPaste) => unawaited(application.saveSettings({ confirmPaste }))}
          />
          <span className="push" />
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          <Button onClick={() => onPaste(asOneLine(text))}>{strings.oneLine}</Button>
          <Button tone="primary" data-first="" onClick={() => onPaste(text)}>
            {strings.paste}
          </Button>
        </>
      }
    >
      <p>{strings.about(linesOf(text).length)}</p>
      <textarea
        className="input mono console-paste-lines"
        aria-label={strings.lines}
        readOnly
        rows={Math.min(16, linesOf(text).length)}
        wrap="off"
        value={linesOf(text).join('\n')}
      />
    </Modal>
  );
}
