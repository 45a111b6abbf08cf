/** Types a text file into a guest, as fast as the guest takes it or line by line with a pause, and says how far it is. */
import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { formatBytes } from '../../state/format.ts';
import { commonStrings } from '../../strings/common.ts';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';
import { chooseFile } from './choose-file.ts';
import { typedLineEnds } from './typed-line-ends.ts';
import type { ConsoleHandle } from './use-console.ts';
import { useWorkspace } from './workspace-context.ts';

const { sendFile: strings } = consoleStrings;
/** Typing more than this into a serial line takes hours. */
const largestBytes = 16 * 1024 * 1024;
const longestDelayMs = 10_000;

export function SendFileDialog({ console, onClose }: { console: ConsoleHandle; onClose: () => void }) {
  const application = useApplication();
  const { setWork } = useWorkspace();
  const usualDelay = useStore(application.stores.settings, (settings) => settings.sendLineDelayMs);
  const [file, setFile] = useState<File | null>(null);
  const [delay, setDelay] = useState(String(usualDelay));
  const [ends, setEnds] = useState<'enter' | 'keep'>('enter');
  const viewer = useRef(console.viewer());
  const delayMs = Number(delay);
  const tooLarge = file !== null && file.size > largestBytes;
  const delayWrong = !/^\d+$/.test(delay) || delayMs > longestDelayMs;

  const send = async (chosen: File): Promise<void> => {
    onClose();
    const controller = new AbortController();
    const content = new Uint8Array(await chosen.arrayBuffer());
    const bytes = ends === 'enter' ? typedLineEnds(content) : content;
    const size = formatBytes(bytes.length);
    try {
      await viewer.current?.send(bytes, {
        signal: controller.signal,
        ...(delayMs > 0 && { lineDelayMs: delayMs }),
        onProgress: (done, total) =>
          setWork({
            text: strings.progress(formatBytes(done), formatBytes(total)),
            done,
            total,
            stopLabel: strings.stop,
            stop: () => controller.abort(),
          }),
      });
      application.notify({ tone: 'plain', text: strings.sent(chosen.name, size), failure: null, action: null });
    } catch (error) {
      const failure = toFailure(error);
      if (failure.code !== 'cancelled') application.notifyFailure(failure);
    } finally {
      setWork(null);
    }
  };

  return (
    <Modal
      title={strings.title}
      onClose={onClose}
      foot={
        <>
          <span className="push" />
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          <Button
            tone="primary"
            disabled={file === null || tooLarge || delayWrong}
            onClick={() => file !== null && unawaited(send(file))}
          >
            {strings.send}
          </Button>
        </>
      }
    >
      <p>{strings.about}</p>
      <div className="console-send-file">
        <Button
          data-first=""
          onClick={() => unawaited(chooseFile().then((chosen) => chosen !== null && setFile(chosen)))}
        >
          {strings.choose}
        </Button>
        {file !== null && <span>{strings.chosen(file.name, formatBytes(file.size))}</span>}
      </div>
      {tooLarge && (
        <p className="field-message" data-severity="error">
          {strings.tooLarge(formatBytes(largestBytes))}
        </p>
      )}
      <SelectField
        label={strings.ends}
        value={ends}
        options={[
          { value: 'enter', label: strings.endsCr },
          { value: 'keep', label: strings.endsKeep },
        ]}
        onChange={setEnds}
      />
      <TextField label={strings.delay} hint={strings.delayHint} value={delay} onChange={setDelay} numeric />
    </Modal>
  );
}
