/** The only way a page opens an address: the shell decides in the window, a new tab without a way back in a browser. */
import { toFailure } from '../../src-shared/contract/errors.ts';
import type { Application } from './application.ts';

export function openLink(application: Application, url: string): void {
  if (application.face === 'web') window.open(url, '_blank', 'noopener');
  else application.call('link.open', { url }).catch((error) => application.notifyFailure(toFailure(error)));
}
