/** A file of the host, chosen by a native dialog or by the server's browser; only its token ever leaves the page. */
import { X } from 'lucide-react';
import { useId, useState } from 'react';
import { useStore } from 'zustand';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import { useApplication } from '../../state/context.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Messages } from '../../ui/field.tsx';
import { droppedFile } from './dropped-file.ts';
import { FileBrowser } from './file-browser.tsx';
import { useMessages } from './messages.tsx';

export interface FileFieldProps {
  /** Dotted path into the draft. */
  readonly field: string;
  readonly label: string;
  /** What the button says: "Choose kernel…". */
  readonly choose: string;
  readonly value: FileReference | null;
  readonly kind?: 'file' | 'directory';
  readonly optional?: boolean;
  readonly onChange: (file: FileReference | null) => void;
}

/** The name first, where it is read; the directory after it, shortened from the left. */
function ShownPath({ path }: { path: string }) {
  const cut = path.lastIndexOf('/') + 1;
  return (
    <span className="file-path mono" title={path}>
      <span className="file-directory truncate">
        <bdi>{path.slice(0, cut)}</bdi>
      </span>
      <span className="file-name">{path.slice(cut)}</span>
    </span>
  );
}

export function FileField({ field, label, choose, value, kind = 'file', optional, onChange }: FileFieldProps) {
  const application = useApplication();
  const messages = useMessages(field);
  const native = useStore(application.stores.host, (state) => state.host?.filePicker === 'native');
  const [browsing, setBrowsing] = useState(false);
  const id = useId();
  const pick = async (): Promise<void> => {
    if (!native) {
      setBrowsing(true);
      return;
    }
    try {
      const { file } = await application.call('files.pick', { title: choose.replace('…', ''), kind });
      if (file !== null) onChange(file);
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own layout for one control
    <div
      className="field file-field"
      role="group"
      aria-labelledby={id}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void droppedFile(application, event.dataTransfer).then((file) => file !== null && onChange(file));
      }}
    >
      <span className="field-label" id={id}>
        {label}
        {optional && <span className="field-optional"> optional</span>}
      </span>
      <div className="file-row" data-invalid={messages.some((m) => m.severity === 'error') ? '' : undefined}>
        {value === null ? <span className="file-none">none</span> : <ShownPath path={value.shown} />}
        {value !== null && optional && (
          <IconButton small icon={X} label={`Remove ${label.toLowerCase()}`} onClick={() => onChange(null)} />
        )}
        <Button small onClick={() => void pick()}>
          {choose}
        </Button>
      </div>
      <Messages messages={messages} />
      {browsing && (
        <FileBrowser
          title={choose.replace('…', '')}
          kind={kind}
          onClose={() => setBrowsing(false)}
          onPick={(file) => {
            setBrowsing(false);
            onChange(file);
          }}
        />
      )}
    </div>
  );
}
