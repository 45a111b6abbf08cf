/** support/ owns how a support bundle gets from the core to a file of the person's. It must never send it anywhere. */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { Application } from '../../state/application.ts';
import { supportStrings } from '../../strings/support.ts';
import { saveFile } from '../../ui/save-file.ts';

/**
 * `id` null: of the host alone. What a guest printed is in it when the person asked for that, having been told what it can
 * be. Failures are shown.
 */
export async function saveSupportBundle(application: Application, id: string | null, serial = false): Promise<void> {
  const ask = { label: supportStrings.withSerial, run: () => saveSupportBundle(application, id, true) };
  const tell = (text: string, action: typeof ask | null = null): void =>
    application.notify({ tone: 'plain', text, failure: null, action });
  tell(supportStrings.gathering);
  try {
    const { fileName, base64, files } = await application.call('support.bundle', { id, serial });
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    saveFile(new Blob([bytes], { type: 'application/zip' }), fileName);
    if (id === null || serial) tell(supportStrings.saved(fileName, files.length));
    else tell(supportStrings.savedWithoutSerial(fileName, files.length), ask);
  } catch (error) {
    application.notifyFailure(toFailure(error));
  }
}
