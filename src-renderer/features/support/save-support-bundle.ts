/** support/ owns how a support bundle gets from the core to a file of the person's. It must never send it anywhere. */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { Application } from '../../state/application.ts';
import { supportStrings } from '../../strings/support.ts';
import { saveFile } from '../../ui/save-file.ts';

/** `id` null: of the host alone. Failures are shown. */
export async function saveSupportBundle(application: Application, id: string | null): Promise<void> {
  const tell = (text: string): void => application.notify({ tone: 'plain', text, failure: null, action: null });
  tell(supportStrings.gathering);
  try {
    const { fileName, base64, files } = await application.call('support.bundle', { id });
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    saveFile(new Blob([bytes], { type: 'application/zip' }), fileName);
    tell(supportStrings.saved(fileName, files.length));
  } catch (error) {
    application.notifyFailure(toFailure(error));
  }
}
