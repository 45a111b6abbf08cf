/** A combination of keys as caps: "Ctrl+Shift+P", "Alt+1 … 6". */
import { Fragment } from 'react';

export function Keys({ keys }: { keys: string }) {
  // A plus sign at the end is itself a key.
  const parts = keys.split(/(?<=.)\+(?=.)/);
  return (
    <span className="keys">
      {parts.map((part, index) => (
        <Fragment key={part}>
          {index > 0 && <span className="unseen">+</span>}
          <kbd className="kbd">{part}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
