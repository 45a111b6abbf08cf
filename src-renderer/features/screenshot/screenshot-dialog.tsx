/** screenshot/ owns the picture of a guest's display: taken when asked, shown, saved, copied; never kept. */
import './screenshot.css';
import { Check, Copy, Download, RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { viewOf } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { screenshotStrings as strings } from '../../strings/screenshot.ts';
import { Button } from '../../ui/button.tsx';
import { Modal } from '../../ui/modal.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { FailurePanel } from '../failure/failure-panel.tsx';

function pngOf(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type: 'image/png' });
}

export function ScreenshotDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const application = useApplication();
  const name = useStore(application.stores.instances, (state) => viewOf(state, id)?.name ?? id);
  const [picture, setPicture] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [size, setSize] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const take = useCallback(async (): Promise<void> => {
    setBusy(true);
    setCopied(false);
    try {
      setPicture((await application.call('instance.screenshot', { id })).base64);
      setFailure(null);
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  }, [application, id]);
  useEffect(() => unawaited(take()), [take]);
  const copy = async (): Promise<void> => {
    if (picture === null) return;
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': pngOf(picture) })]);
      setCopied(true);
    } catch {
      application.notify({
        tone: 'plain',
        text: strings.notCopied,
        failure: null,
        action: null,
      });
    }
  };
  return (
    <Modal
      title={strings.title(name)}
      width={1080}
      onClose={onClose}
      bodyClass="screenshot"
      foot={
        <>
          <span className="push field-hint">{size}</span>
          <Button icon={RefreshCw} disabled={busy} onClick={() => unawaited(take())}>
            {strings.again}
          </Button>
          <Button icon={copied ? Check : Copy} disabled={picture === null} onClick={() => unawaited(copy())}>
            {commonStrings.copy}
          </Button>
          <Button
            tone="primary"
            icon={Download}
            disabled={picture === null}
            onClick={() => picture !== null && saveFile(pngOf(picture), `${id}-screenshot.png`)}
          >
            {commonStrings.save}
          </Button>
        </>
      }
    >
      {failure !== null && <FailurePanel failure={failure} title={strings.failed} />}
      {picture === null && failure === null && <p className="field-hint">{strings.asking}</p>}
      {picture !== null && (
        <img
          src={`data:image/png;base64,${picture}`}
          alt={strings.display(name)}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize(`${naturalWidth} × ${naturalHeight}`)}
        />
      )}
    </Modal>
  );
}
