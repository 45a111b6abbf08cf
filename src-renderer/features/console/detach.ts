/** A console in a window of its own: made by the shell, or by the browser. */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { consoleNameSchema } from '../../../src-shared/model/console.ts';
import { instanceIdSchema } from '../../../src-shared/model/ids.ts';
import type { Application } from '../../state/application.ts';
import { consoleStrings } from '../../strings/console.ts';
import type { TabContent } from './layout/layout.ts';

export interface DetachedTarget {
  readonly id: string;
  readonly content: Extract<TabContent, { kind: 'console' }>;
}

/** `#console/ID/NAME`, with a boot's number behind it for an older one. The shell makes the same. */
export function detachedHash({ id, content: { console, boot } }: DetachedTarget): string {
  return `#console/${id}/${console}${boot === null ? '' : `/${boot}`}`;
}

export function detachedTarget(hash: string): DetachedTarget | null {
  const [start, id, name, boot, ...rest] = hash.split('/');
  const known = instanceIdSchema.safeParse(id);
  const console = consoleNameSchema.safeParse(name);
  if (start !== '#console' || !known.success || !console.success || rest.length > 0) return null;
  if (boot !== undefined && !/^[1-9]\d{0,8}$/.test(boot)) return null;
  const number = boot === undefined ? null : Number(boot);
  return { id: known.data, content: { kind: 'console', console: console.data, boot: number } };
}

/** What is only in this page's memory cannot go to another. */
export function canDetach(content: TabContent): boolean {
  return content.kind === 'console';
}

export function detachConsole(application: Application, id: string, content: TabContent): void {
  if (content.kind !== 'console') return;
  if (application.face === 'window') {
    application
      .call('window.detach', { id, console: content.console, boot: content.boot })
      .catch((error) => application.notifyFailure(toFailure(error)));
    return;
  }
  const url = new URL(window.location.href);
  url.hash = detachedHash({ id, content });
  // With its opener: only so does the new window get a copy of this one's session storage, and the token in it.
  const opened = window.open(url, windowName(id, content), 'popup,width=840,height=560');
  if (opened === null)
    application.notify({ tone: 'plain', text: consoleStrings.detached.blocked, failure: null, action: null });
}

/** The same console again brings its window to the front. */
function windowName(id: string, { console, boot }: DetachedTarget['content']): string {
  return `slipway-${id}-${console}-${boot ?? 'current'}`;
}
