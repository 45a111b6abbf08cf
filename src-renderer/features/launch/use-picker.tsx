/** Asks for a file of the host, by a native dialog where there is one and by the server's browser where there is none. */
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { FileBrowser } from './file-browser.tsx';

export interface Picker {
  pick(): void;
  /** To be drawn by whoever uses it; null while nothing is asked. */
  readonly browser: ReactNode;
}

export function usePicker(title: string, kind: 'file' | 'directory', onPick: (file: FileReference) => void): Picker {
  const application = useApplication();
  // The window has native dialogs before the host has said so.
  const native = useStore(
    application.stores.host,
    (state) => (state.host?.filePicker ?? (window.slipway === undefined ? 'browser' : 'native')) === 'native',
  );
  const [browsing, setBrowsing] = useState(false);
  const pickNatively = async (): Promise<void> => {
    try {
      const { file } = await application.call('files.pick', { title, kind });
      if (file !== null) onPick(file);
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  };
  return {
    pick: () => (native ? unawaited(pickNatively()) : setBrowsing(true)),
    browser: browsing && (
      <FileBrowser
        title={title}
        kind={kind}
        onClose={() => setBrowsing(false)}
        onPick={(file) => {
          setBrowsing(false);
          onPick(file);
        }}
      />
    ),
  };
}
