/** A modal dialog: title, body, foot. Escape closes it, focus goes back to where it was. */
import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type DragEventHandler, type ReactNode, useState } from 'react';
import { commonStrings } from '../strings/common.ts';
import { IconButton } from './button.tsx';

export interface ModalProps {
  readonly title: string;
  readonly width?: number;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
  /** Classes for the body, where it lays itself out. */
  readonly bodyClass?: string;
  readonly onClose: () => void;
  readonly onDrop?: DragEventHandler;
  /** Keeps a stray click beside the dialog from throwing away what was filled in. */
  readonly keepOnOutsideClick?: boolean;
}

export function Modal({
  title,
  width = 480,
  children,
  foot,
  bodyClass,
  onClose,
  onDrop,
  keepOnOutsideClick,
}: ModalProps) {
  // Asked while the dialog is made, before it takes the focus. Radix itself only knows a trigger, and there is none.
  const [before] = useState(() => document.activeElement);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="dialog"
          style={{ '--dialog-width': `${width}px` }}
          aria-describedby={undefined}
          onDragOver={onDrop && ((event) => event.preventDefault())}
          onDrop={onDrop}
          onOpenAutoFocus={(event) => {
            // Without a field that asked for it, the dialog itself: the close button would greet with its tooltip.
            event.preventDefault();
            if (!(event.currentTarget instanceof HTMLElement)) return;
            // React's own autoFocus comes too early inside another dialog, whose focus trap still holds.
            const first = event.currentTarget.querySelector<HTMLElement>('[data-first]');
            (first ?? event.currentTarget).focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            // What closed the dialog may have put the focus somewhere better: a launch, into its console.
            if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
          }}
          onInteractOutside={(event) => keepOnOutsideClick && event.preventDefault()}
        >
          <div className="dialog-head">
            <Dialog.Title className="dialog-title">{title}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton icon={X} label={commonStrings.close} keys="Esc" />
            </Dialog.Close>
          </div>
          <div className={bodyClass ?? 'dialog-body'}>{children}</div>
          {foot !== undefined && <div className="dialog-foot">{foot}</div>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

declare module 'react' {
  interface CSSProperties {
    '--dialog-width'?: string;
  }
}
