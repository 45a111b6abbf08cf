/** A section that opens and closes. */
import { ChevronRight } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';

export interface DisclosureProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly startsOpen?: boolean;
  /** Where something else opens it too. */
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}

export function Disclosure({ label, children, startsOpen = false, ...controlled }: DisclosureProps) {
  const [own, setOwn] = useState(startsOpen);
  const open = controlled.open ?? own;
  const setOpen = controlled.onOpenChange ?? setOwn;
  const id = useId();
  return (
    <div>
      <button
        type="button"
        className="disclosure"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <ChevronRight size={14} strokeWidth={1.75} aria-hidden />
        {label}
      </button>
      <div id={id} hidden={!open}>
        {children}
      </div>
    </div>
  );
}
