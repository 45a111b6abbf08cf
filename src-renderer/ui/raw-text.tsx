/** A block of the machine's own words, copyable as it is. */

import { commonStrings } from '../strings/common.ts';
import { CopyIcon } from './copy-button.tsx';

export function RawText({ text, label }: { text: string; label: string }) {
  return (
    <div className="raw">
      <pre>{text}</pre>
      <CopyIcon text={text} label={commonStrings.copyOf(label.toLowerCase())} />
    </div>
  );
}
