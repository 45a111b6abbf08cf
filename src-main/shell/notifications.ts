/** Tells of guests while no window is in front: ready, crashed, panicked. What is news is the contract's to say. */
import { Notification } from 'electron';
import { newsOf } from '../../src-shared/model/news.ts';
import type { Settings } from '../../src-shared/model/settings.ts';
import type { GuestViews } from './guest-views.ts';

export interface NotificationOptions {
  readonly views: GuestViews;
  settings(): Settings;
  /** A window of ours has the focus: what happens is seen there. */
  isInFront(): boolean;
  /** A person pressed the notification. */
  show(id: string): void;
}

/** Kept until they are closed: one that is collected as garbage hears no click. */
const shown = new Set<Notification>();

export function notifyOfGuests({ views, settings, isInFront, show }: NotificationOptions): void {
  views.changed.on(({ before, after }) => {
    const news = after === null ? null : newsOf(before, after, settings());
    if (news === null || isInFront() || !Notification.isSupported()) return;
    const notification = new Notification({ title: news.title, body: news.body });
    shown.add(notification);
    const forget = () => shown.delete(notification);
    notification.on('click', () => {
      forget();
      show(news.id);
    });
    notification.on('close', forget);
    notification.on('failed', forget);
    notification.show();
  });
}
