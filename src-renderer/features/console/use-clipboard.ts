/** The clipboard, saying so where it cannot be had. */

import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { consoleStrings } from '../../strings/console.ts';
import { copyText, readText } from '../../ui/clipboard.ts';

export function useClipboard(): { read(): Promise<string | null>; write(text: string): void } {
  const application = useApplication();
  const refused = (text: string): void => application.notify({ tone: 'plain', text, failure: null, action: null });
  return {
    async read() {
      const text = await readText();
      if (text === null) refused(consoleStrings.tools.clipboardUnreadable);
      return text;
    },
    write: (text) =>
      unawaited(
        copyText(text).then((copied) => {
          if (!copied) refused(consoleStrings.tools.clipboardRefused);
        }),
      ),
  };
}
