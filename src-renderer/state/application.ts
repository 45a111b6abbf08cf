/**
 * Joins one session to the stores: refetches after every connection, applies events, and offers what a person can do.
 * Nothing here draws.
 */
import type { CallInput, CallName, CallOutput } from '../../src-shared/contract/calls.ts';
import { type Failure, toFailure } from '../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import type { Action } from '../../src-shared/lifecycle.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { Settings } from '../../src-shared/model/settings.ts';
import { Session } from '../api/session.ts';
import type { Face, Transport } from '../api/transport.ts';
import { unawaited } from '../api/unawaited.ts';
import {
  detailsKey,
  freeName,
  frontConsole,
  tabsOf,
  viewOf,
  withDetails,
  withEvent,
  withList,
  without,
  withView,
} from './instances.ts';
import { forgetLayoutsBut } from './kept-layouts.ts';
import { createStores, type Notice, type OpenDialog, type PageName, type Stores } from './stores.ts';
import type { InstanceTab } from './tabs.ts';

const detailsPauseMs = 300;
const plainNotices = 3;

const actionCalls = {
  launch: 'instance.start',
  stop: 'instance.stop',
  restart: 'instance.restart',
  reset: 'instance.reset',
  pause: 'instance.pause',
  resume: 'instance.resume',
} as const satisfies Record<Exclude<Action, 'delete'>, CallName>;

export class Application {
  readonly session: Session;
  readonly stores: Stores;
  #detailsTimer: ReturnType<typeof setTimeout> | undefined;
  #detailsKey = '';
  #nextNotice = 1;

  constructor(transport: Transport) {
    this.stores = createStores();
    this.session = new Session(transport, {
      connectionChanged: (connection) => {
        this.stores.connection.setState({ connection });
        if (connection.state === 'connected') this.#refetch();
      },
      eventReceived: (event) => this.#received(event),
    });
    this.stores.view.subscribe((view, before) => {
      if (view.selected !== before.selected) this.#detailsWanted(true);
    });
    this.stores.instances.subscribe(() => this.#detailsWanted(false));
  }

  get face(): Face {
    return this.session.face;
  }

  start(): void {
    this.session.start();
  }

  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    return this.session.call(name, input);
  }

  select(id: string | null): void {
    this.stores.list.setState({ heading: null });
    this.stores.view.setState({ selected: id, page: 'instances' });
  }

  showPage(page: PageName): void {
    this.stores.view.setState({ page });
  }

  /** A view that the selected instance does not have is not gone to. */
  showTab(tab: InstanceTab): void {
    const { instances, view } = this.stores;
    const selected = viewOf(instances.getState(), view.getState().selected);
    if (selected === undefined || tabsOf(selected).includes(tab)) view.setState({ tab, page: 'instances' });
  }

  openDialog(dialog: OpenDialog | null): void {
    this.stores.view.setState({ dialog });
  }

  showBoot(boot: number): void {
    this.stores.view.setState({ page: 'instances', tab: 'console', bootToShow: boot });
  }

  /** Does what a button says. A failure is shown and not thrown: the instance's own state tells the rest. */
  async act(id: string, action: Exclude<Action, 'delete'>): Promise<void> {
    const { busy } = this.stores;
    busy.setState(({ calls }) => ({ calls: { ...calls, [id]: action } }));
    try {
      await this.perform(id, action);
      if (action === 'launch' || action === 'restart') this.#consoleInFront(id);
      if (action === 'launch' && this.stores.view.getState().tab === 'console')
        this.stores.view.setState({ focusConsole: true });
    } catch (error) {
      this.notifyFailure(toFailure(error));
    } finally {
      busy.setState(({ calls: { [id]: _, ...calls } }) => ({ calls }));
    }
  }

  /** The same without a word or a change of what is in front. Throws what the core throws. */
  async perform(id: string, action: Exclude<Action, 'delete'>): Promise<void> {
    const view = await this.call(actionCalls[action], { id });
    this.stores.instances.setState((state) => withView(state, view));
  }

  /** What it is called and filed under; what is left out stays. Throws what the core throws. */
  async label(id: string, label: Omit<CallInput<'instance.label'>, 'id'>): Promise<void> {
    const view = await this.call('instance.label', { id, ...label });
    this.stores.instances.setState((state) => withView(state, view));
    if (this.stores.instances.getState().details[id] !== undefined) await this.#fetchDetails(id);
  }

  /** Selects the nearest other instance where one of these is selected: they are about to go. */
  leave(ids: readonly string[]): void {
    const { selected } = this.stores.view.getState();
    if (selected === null || !ids.includes(selected)) return;
    const { views } = this.stores.instances.getState();
    const index = views.findIndex(({ id }) => id === selected);
    const stays = ({ id }: InstanceView): boolean => !ids.includes(id);
    const next = views.slice(index).find(stays) ?? views.slice(0, index).findLast(stays);
    this.select(next?.id ?? null);
  }

  async launchDemo(): Promise<void> {
    const { instances, busy } = this.stores;
    if (busy.getState().calls.new !== undefined) return;
    busy.setState(({ calls }) => ({ calls: { ...calls, new: 'launch' } }));
    try {
      const name = freeName('demo', instances.getState().views);
      this.launched(await this.call('instance.launch', { name, guest: { kind: 'demo' } }));
    } catch (error) {
      this.notifyFailure(toFailure(error));
    } finally {
      busy.setState(({ calls: { new: _, ...calls } }) => ({ calls }));
    }
  }

  /** An instance that was just launched: in the list, selected, ready to be typed into, without waiting for its event. */
  launched(view: InstanceView, front: ConsoleName | null = null): void {
    this.stores.instances.setState((state) => withView(state, view));
    this.stores.view.setState({
      selected: view.id,
      page: 'instances',
      tab: 'console',
      focusConsole: true,
      consoleToShow: front === null ? null : { id: view.id, console: front },
    });
  }

  #consoleInFront(id: string): void {
    const spec = this.stores.instances.getState().details[id]?.spec;
    const front = spec === undefined ? null : frontConsole(spec.guest);
    if (front !== null) this.stores.view.setState({ consoleToShow: { id, console: front } });
  }

  async remove(id: string): Promise<void> {
    const name = viewOf(this.stores.instances.getState(), id)?.name ?? id;
    const { trash } = await this.call('instance.delete', { id });
    this.#removed(id);
    this.notify({
      tone: 'plain',
      text: `"${name}" was moved to the trash.`,
      failure: null,
      action: {
        label: 'Undo',
        run: () => {
          this.call('instance.restore', { trash }).then(
            (view) => {
              this.stores.instances.setState((state) => withView(state, view));
              this.select(view.id);
            },
            (error) => this.notifyFailure(toFailure(error)),
          );
        },
      },
    });
  }

  async saveSettings(change: Partial<Settings>): Promise<void> {
    // Shown at once; the reply and its event carry the same.
    this.stores.settings.setState(change);
    try {
      this.stores.settings.setState(await this.call('settings.set', change));
    } catch (error) {
      this.notifyFailure(toFailure(error));
    }
  }

  async describeHost(): Promise<void> {
    try {
      this.stores.host.setState({ host: await this.call('host.describe', {}) });
    } catch (error) {
      this.#unlessLost(error);
    }
  }

  /** The same said again takes the place of the old. What failed stays until dismissed; of the rest, the newest. */
  notify(notice: Omit<Notice, 'id'>): void {
    const id = this.#nextNotice++;
    this.stores.notices.setState(({ notices }) => {
      const others = notices.filter(({ tone, text }) => tone !== notice.tone || text !== notice.text);
      const plain = others.filter(({ tone }) => tone === 'plain').slice(-(plainNotices - 1));
      return { notices: [...others.filter((one) => one.tone === 'failure' || plain.includes(one)), { ...notice, id }] };
    });
  }

  notifyFailure(failure: Failure): void {
    // The strip at the top already says it.
    if (failure.code === 'connection_lost') return;
    this.notify({ tone: 'failure', text: failure.message, failure, action: null });
  }

  dismiss(id: number): void {
    this.stores.notices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
  }

  #received(event: SlipwayEvent): void {
    if (event.type === 'ownerChanged') this.#refetch();
    else if (event.type === 'settingsChanged') this.stores.settings.setState(event.settings);
    else if (event.type === 'instanceWanted') this.select(event.id);
    else if (event.type === 'instanceRemoved') this.#removed(event.id);
    else {
      const { instances, view } = this.stores;
      const before = instances.getState();
      instances.setState((state) => withEvent(state, event));
      // Told although nothing of it is to be seen in a list: then something has changed that only its details show.
      const isUnseen = instances.getState() === before && event.view.id === view.getState().selected;
      if (isUnseen) this.#detailsKey = '';
      this.#detailsWanted(false);
    }
  }

  #removed(id: string): void {
    const { instances, view } = this.stores;
    const { views } = instances.getState();
    const index = views.findIndex((other) => other.id === id);
    const neighbour = views[index + 1] ?? views[index - 1];
    instances.setState((state) => without(state, id));
    if (view.getState().selected === id) view.setState({ selected: neighbour?.id ?? null });
  }

  #refetch(): void {
    const { connection, instances, settings, view } = this.stores;
    connection.setState(({ epoch }) => ({ epoch: epoch + 1 }));
    this.call('instance.list', {}).then(
      (views) => {
        instances.setState((state) => withList(state, views));
        forgetLayoutsBut(new Set(views.map(({ id }) => id)));
        const { selected } = view.getState();
        if (viewOf(instances.getState(), selected) === undefined)
          view.setState({ selected: instances.getState().views[0]?.id ?? null });
        this.#detailsWanted(true);
      },
      (error) => this.#unlessLost(error),
    );
    this.call('settings.get', {}).then(
      (got) => settings.setState(got),
      (error) => this.#unlessLost(error),
    );
    unawaited(this.describeHost());
  }

  /** Details follow the selected instance; asked for again when something they show has changed. */
  #detailsWanted(now: boolean): void {
    const { instances, view } = this.stores;
    const selected = viewOf(instances.getState(), view.getState().selected);
    if (selected === undefined) return;
    const key = `${selected.id}|${detailsKey(selected)}`;
    if (!now && key === this.#detailsKey) return;
    this.#detailsKey = key;
    clearTimeout(this.#detailsTimer);
    this.#detailsTimer = setTimeout(() => unawaited(this.#fetchDetails(selected.id)), now ? 0 : detailsPauseMs);
  }

  async #fetchDetails(id: string): Promise<void> {
    try {
      const details = await this.call('instance.show', { id });
      this.stores.instances.setState((state) => withDetails(state, details));
    } catch (error) {
      this.#unlessLost(error);
    }
  }

  #unlessLost(error: unknown): void {
    const failure = toFailure(error);
    if (failure.code !== 'unknown_instance') this.notifyFailure(failure);
  }
}
