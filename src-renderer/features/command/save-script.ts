/** A draft as a shell script, into a file of the person's. */
import type { Draft } from '../../../src-shared/model/spec.ts';
import type { Application } from '../../state/application.ts';
import { previewStrings } from '../../strings/launch.ts';
import { saveFile } from '../../ui/save-file.ts';

/** Rejects with the failure of the export. */
export async function saveScript(application: Application, draft: Draft): Promise<void> {
  const { script, fileName, notes } = await application.call('command.export', draft);
  saveFile(new Blob([script], { type: 'text/x-shellscript' }), fileName);
  const text = [previewStrings.scriptSaved(fileName), ...notes].join(' ');
  application.notify({ tone: 'plain', text, failure: null, action: null });
}
