/** A button that lets a person choose a text file of the computer the page is on, and reads it here. */
import type { LucideIcon } from 'lucide-react';
import { useRef } from 'react';
import { unawaited } from '../api/unawaited.ts';
import { Button } from './button.tsx';

export interface OpenTextFileProps {
  readonly label: string;
  readonly icon?: LucideIcon;
  /** As the `accept` of a file input. */
  readonly accept?: string;
  readonly small?: boolean;
  readonly onText: (text: string, name: string) => void;
}

export function OpenTextFile({ label, icon, accept, small, onText }: OpenTextFileProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        {...(icon !== undefined && { icon })}
        {...(small !== undefined && { small })}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          // The same file again is a change too.
          event.target.value = '';
          if (file !== undefined) unawaited(file.text().then((text) => onText(text, file.name)));
        }}
      />
    </>
  );
}
