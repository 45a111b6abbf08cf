/** Listens for the page's keys, before a terminal can take them. */
import { useEffect } from 'react';
import { unawaited } from '../../api/unawaited.ts';
import type { Application } from '../../state/application.ts';
import { actionsOf, viewOf } from '../../state/instances.ts';
import { globalKey, isTyping } from './shortcuts.ts';

function cycle(): void {
  const terminal = [...document.querySelectorAll<HTMLElement>('.console:not([hidden]) .xterm-helper-textarea')].find(
    (element) => element.offsetParent !== null,
  );
  const list = document.getElementById('instances');
  const panel = document.querySelector<HTMLElement>('[role="tabpanel"]:not([hidden])');
  const away = list?.contains(document.activeElement) ? (terminal ?? panel) : list;
  away?.focus();
}

function act(application: Application, action: 'launch' | 'stop'): void {
  const { instances, view } = application.stores;
  const selected = viewOf(instances.getState(), view.getState().selected);
  if (selected !== undefined && actionsOf(selected).has(action)) unawaited(application.act(selected.id, action));
}

function letterKey(application: Application, event: KeyboardEvent): boolean {
  const withControl = event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey;
  const bare = !event.ctrlKey && !event.altKey && !event.metaKey;
  if ((bare && event.key === '/') || (withControl && event.key === 'k'))
    document.getElementById('instance-search')?.focus();
  else if ((bare || withControl) && event.key === 'n') application.openDialog({ kind: 'launch' });
  else if (bare && event.key === '?') application.openDialog({ kind: 'shortcuts' });
  else return false;
  return true;
}

export function useShortcuts(application: Application): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (application.stores.view.getState().dialog !== null) return;
      const key = globalKey(event);
      if (key === 'palette') application.openDialog({ kind: 'palette' });
      else if (key === 'cycle') cycle();
      else if (key === 'launch' || key === 'stop') act(application, key);
      else if (key !== undefined) application.showTab(key);
      else if (isTyping(event.target) || !letterKey(application, event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', pressed, { capture: true });
    return () => window.removeEventListener('keydown', pressed, { capture: true });
  }, [application]);
}
