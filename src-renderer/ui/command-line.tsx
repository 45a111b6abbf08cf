/** One line for a shell, as it is to be typed, with a button that copies it. */
import { CopyIcon } from './copy-button.tsx';

export function CommandLine({ text, label }: { text: string; label: string }) {
  return (
    <span className="command-line mono">
      <code>{text}</code>
      <CopyIcon text={text} label={label} />
    </span>
  );
}
