/** The only way a page opens an address: the shell decides in the window, a new tab without a way back in a browser. */
import { toFailure } from '../../src-shared/contract/errors.ts';
import { consoleStrings } from '../strings/console.ts';
import type { Application } from './application.ts';

export function openLink(application: Application, url: string): void {
  if (application.face === 'web') window.open(url, '_blank', 'noopener');
  else application.call('link.open', { url }).catch((error) => application.notifyFailure(toFailure(error)));
}

/** A link whose text is not its address: said where it leads, and opened by a second press. */
export function askForLink(application: Application, url: string, shown: string): void {
  const text = consoleStrings.links.ask(shown.trim(), url);
  const action = { label: consoleStrings.links.open, run: () => openLink(application, url) };
  application.notify({ tone: 'plain', text, failure: null, action });
}
