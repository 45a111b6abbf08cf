/** A file of the host, chosen by a native dialog or by the server's browser; only its token ever leaves the page. */
import { X } from 'lucide-react';
import { useId } from 'react';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { formStrings } from '../../strings/launch-fields.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Messages } from '../../ui/field.tsx';
import { droppedFile } from './dropped-file.ts';
import { useMessages } from './messages.tsx';
import { usePicker } from './use-picker.tsx';

export interface FileFieldProps {
  /** Dotted path into the draft. */
  readonly field: string;
  readonly label: string;
  /** What the button says: "Choose kernel…". */
  readonly choose: string;
  readonly value: FileReference | null;
  readonly kind?: 'file' | 'directory';
  readonly optional?: boolean;
  readonly disabled?: boolean;
  /** What no file means here. */
  readonly none?: string;
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

export function FileField({
  field,
  label,
  choose,
  value,
  kind = 'file',
  optional,
  disabled,
  none = formStrings.none,
  onChange,
}: FileFieldProps) {
  const application = useApplication();
  const messages = useMessages(field);
  const picker = usePicker(choose.replace('…', ''), kind, onChange);
  const id = useId();
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
        unawaited(droppedFile(application, event.dataTransfer).then((file) => file !== null && onChange(file)));
      }}
    >
      <span className="field-label" id={id}>
        {label}
        {optional && <span className="field-optional"> {formStrings.optional}</span>}
      </span>
      <div className="file-row" data-invalid={messages.some((m) => m.severity === 'error') ? '' : undefined}>
        {value === null ? <span className="file-none">{none}</span> : <ShownPath path={value.shown} />}
        {value !== null && optional && (
          <IconButton small icon={X} label={formStrings.remove(label.toLowerCase())} onClick={() => onChange(null)} />
        )}
        <Button small disabled={disabled} onClick={picker.pick}>
          {choose}
        </Button>
      </div>
      <Messages messages={messages} />
      {picker.browser}
    </div>
  );
}
