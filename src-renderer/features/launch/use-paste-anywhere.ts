/** A QEMU command that is pasted where nobody types becomes a new instance. */
import { useEffect } from 'react';
import type { Application } from '../../state/application.ts';
import { isTyping } from '../settings/shortcuts.ts';
import { looksLikeQemu } from './paste/looks-like-qemu.ts';

export function usePasteAnywhere(application: Application): void {
  useEffect(() => {
    const pasted = (event: ClipboardEvent): void => {
      if (application.stores.view.getState().dialog !== null || isTyping(event.target)) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (!looksLikeQemu(text)) return;
      event.preventDefault();
      application.openDialog({ kind: 'launch', pasted: text });
    };
    window.addEventListener('paste', pasted);
    return () => window.removeEventListener('paste', pasted);
  }, [application]);
}
