/**
 * What of a change is worth telling a person who looks elsewhere: a guest is ready, one crashed, one panicked. Pure, and
 * the same in the window and in a browser.
 */
import { type InstanceView, isDead, statusWord } from './instance.ts';
import type { Settings } from './settings.ts';

export interface News {
  readonly id: string;
  readonly kind: 'ready' | 'crashed' | 'panic';
  readonly title: string;
  readonly body: string;
}

/** @param before null when the instance was not known: what is found at a start is no news. */
export function newsOf(
  before: InstanceView | null,
  after: InstanceView,
  settings: Pick<Settings, 'notifyReady' | 'notifyCrashed' | 'notifyPanic'>,
): News | null {
  if (before === null) return null;
  const { id, name, status } = after;
  const was = before.status;
  if (isDead(status) && !(isDead(was) && was.boot === status.boot))
    return settings.notifyPanic
      ? { id, kind: 'panic', title: `${name} ${deathOf(status)}`, body: bodyOf(status) }
      : null;
  if (status.phase === 'failed' && was.phase !== 'failed') {
    if (!settings.notifyCrashed) return null;
    return { id, kind: 'crashed', title: `${name} ${statusWord(status)}`, body: status.failure?.message ?? '' };
  }
  if (status.phase === 'running' && status.ready && !(was.phase === 'running' && was.ready))
    return settings.notifyReady ? { id, kind: 'ready', title: `${name} is ready`, body: portsOf(after) } : null;
  return null;
}

const deathOf = ({ resetLoop }: InstanceView['status']): string =>
  resetLoop === null ? 'panicked' : 'keeps resetting';

const bodyOf = ({ panic, resetLoop }: InstanceView['status']): string =>
  panic?.line ?? (resetLoop === null ? '' : `${resetLoop} resets in a row.`);

function portsOf({ ports }: InstanceView): string {
  return ports
    .filter(({ host, state }) => host !== null && state !== 'failed')
    .map(({ name, host, bind }) => `${name} ${bind}:${host}`)
    .join(', ');
}
