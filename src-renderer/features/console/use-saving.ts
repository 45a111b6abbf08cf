/** Saving a whole transcript: read by ranges, handed to the browser as a file. */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { useApplication } from '../../state/context.tsx';
import { formatBytes } from '../../state/format.ts';
import { consoleStrings } from '../../strings/console.ts';
import { saveFile } from '../../ui/save-file.ts';
import { readTranscript } from './read-transcript.ts';
import type { ConsoleContent } from './use-console.ts';
import { useWorkspace } from './workspace-context.ts';

export function useSaving(): { save(content: ConsoleContent, withTimes: boolean): void } {
  const application = useApplication();
  const { view, setWork } = useWorkspace();
  return {
    save({ console, boot }, withTimes) {
      const controller = new AbortController();
      const target = { id: view.id, console, boot: boot ?? view.status.boot };
      const { saving, stop, saved } = consoleStrings.transcript;
      readTranscript(application, target, {
        withTimes,
        signal: controller.signal,
        onProgress: (done, total) =>
          setWork({
            text: saving(formatBytes(done), formatBytes(total)),
            done,
            total,
            stopLabel: stop,
            stop: () => controller.abort(),
          }),
      })
        .then((content) => {
          if (content === null) return;
          const name = `${target.id}-boot-${target.boot}-${console}${withTimes ? '-times' : ''}.log`;
          saveFile(content, name);
          application.notify({ tone: 'plain', text: saved(formatBytes(content.size)), failure: null, action: null });
        })
        .catch((error) => application.notifyFailure(toFailure(error)))
        .finally(() => setWork(null));
    },
  };
}
