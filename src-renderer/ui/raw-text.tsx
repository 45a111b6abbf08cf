/** A block of the machine's own words, copyable as it is. */

import { commonStrings } from '../strings/common.ts';
import { CopyIcon } from './copy-button.tsx';

export interface RawTextProps {
  readonly text: string;
  readonly label: string;
  /** What is copied, where more was said than is shown. */
  readonly whole?: string;
}

export function RawText({ text, label, whole = text }: RawTextProps) {
  return (
    <div className="raw">
      <pre>{text}</pre>
      <CopyIcon text={whole} label={commonStrings.copyOf(label.toLowerCase())} />
    </div>
  );
}
