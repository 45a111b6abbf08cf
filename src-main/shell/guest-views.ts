/** What the shell knows of instances, for its tray and notifications: the last view of each, and what it was before. */
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { Emitter } from '../core/kit/emitter.ts';
import type { SessionClient } from '../headless/session-client.ts';

export interface ViewChange {
  /** null: not known before. */
  readonly before: InstanceView | null;
  /** null: it is gone. */
  readonly after: InstanceView | null;
}

export class GuestViews {
  readonly changed = new Emitter<ViewChange>();
  readonly #views = new Map<string, InstanceView>();

  private constructor() {}

  static async follow(client: SessionClient): Promise<GuestViews> {
    const views = new GuestViews();
    client.events.on((event) => {
      if (event.type === 'instanceChanged') views.#put(event.view);
      else if (event.type === 'instanceRemoved') views.#drop(event.id);
    });
    for (const view of await client.call('instance.list', {})) views.#put(view);
    return views;
  }

  /** By name. */
  get all(): readonly InstanceView[] {
    return [...this.#views.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  }

  #put(view: InstanceView): void {
    const before = this.#views.get(view.id) ?? null;
    this.#views.set(view.id, view);
    this.changed.emit({ before, after: view });
  }

  #drop(id: string): void {
    const before = this.#views.get(id) ?? null;
    this.#views.delete(id);
    this.changed.emit({ before, after: null });
  }
}
