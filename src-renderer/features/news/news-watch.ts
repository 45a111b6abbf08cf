/**
 * news/ owns what a person is told of guests they are not looking at: beside the page where it is in front, by the
 * browser where it is not. In the window the shell tells what happens behind it.
 */
import { type InstanceView, statusWord } from '../../../src-shared/model/instance.ts';
import { type News, newsOf } from '../../../src-shared/model/news.ts';
import type { Application } from '../../state/application.ts';
import { newsStrings } from '../../strings/news.ts';

/** The returned function ends it. */
export function watchNews(application: Application): () => void {
  const { instances, settings } = application.stores;
  return instances.subscribe((state, before) => {
    // What is found after a connection is how things are, and no news.
    if (!before.loaded || state.views === before.views) return;
    const known = new Map(before.views.map((view) => [view.id, view]));
    for (const view of state.views) {
      const was = known.get(view.id) ?? null;
      if (was === view) continue;
      const news = newsOf(was, view, settings.getState());
      if (news !== null) tell(application, news, view);
    }
  });
}

function tell(application: Application, news: News, view: InstanceView): void {
  const { view: shown } = application.stores;
  if (!document.hasFocus() && application.face === 'web') notifyOutside(application, news);
  // A death is also told here, for when the person comes back: what was told outside may be gone, or could not be.
  const { selected, page } = shown.getState();
  // What one looks at tells it by itself; that a guest is ready is no reason to disturb somebody at another one.
  if ((selected === view.id && page === 'instances') || news.kind === 'ready') return;
  application.notify({
    tone: 'plain',
    text: `${view.name}: ${statusWord(view.status)}. ${news.body}`,
    failure: null,
    action: { label: newsStrings.show, run: () => application.select(view.id) },
  });
}

function notifyOutside(application: Application, { id, kind, title, body }: News): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  // One place per guest and kind: a guest that crashes in a loop does not fill the screen.
  const notification = new Notification(title, { body, tag: `${kind} ${id}` });
  notification.onclick = () => {
    window.focus();
    application.select(id);
    notification.close();
  };
}
