/** A question before something that cannot be taken back, or that costs: what will happen, and the verb for it. */
import type { ReactNode } from 'react';
import { commonStrings } from '../strings/common.ts';
import { Button } from './button.tsx';
import { Modal } from './modal.tsx';

export interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The verb, never "OK". */
  readonly verb: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly width?: number;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function Confirm({ title, children, verb, danger, busy, width = 420, onConfirm, onClose }: ConfirmProps) {
  return (
    <Modal
      title={title}
      width={width}
      onClose={onClose}
      foot={
        <>
          <span className="push" />
          <Button onClick={onClose}>{commonStrings.cancel}</Button>
          {/* What destroys is never under the Enter key that opened the question. */}
          <Button
            tone={danger ? 'danger' : 'primary'}
            disabled={busy}
            data-first={danger ? undefined : ''}
            onClick={onConfirm}
          >
            {verb}
          </Button>
        </>
      }
    >
      {children}
    </Modal>
  );
}
