/**
 * The service behind a face, whoever owns the home. This process either owns it (and runs the core, and serves the
 * home's socket), or is a client of the process that does. Which of the two can change while sessions are open: a
 * starting window asks a command line or a web server to hand over, and takes its place. Sessions survive that; they
 * are told `ownerChanged` and everything is asked for again.
 */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import { type Core, createCore } from '../core/core.ts';
import { acquireOwnerLock, type OwnerLock } from '../core/home/owner-lock.ts';
import type { Paths } from '../core/home/paths.ts';
import { systemClock } from '../core/kit/clock.ts';
import type { Log } from '../core/kit/log.ts';
import type { ClientIdentity, FaceAbilities } from '../core/service/client.ts';
import { DurableSession } from './durable-session.ts';
import { openRemoteService } from './remote-service.ts';
import type { Service, ServiceSession } from './service.ts';
import { serveServiceSocket } from './service-socket.ts';
import { SessionClient } from './session-client.ts';

export interface HomeServiceOptions {
  readonly paths: Paths;
  readonly assetsDirectory: string;
  readonly kind: 'window' | 'web' | 'command-line';
  readonly log: Log;
  readonly abilities: FaceAbilities;
}

type Place = { readonly service: Service; readonly owner: boolean; leave(): Promise<void> };

/** How long a new owner may take to come up, or an old one to go. */
const switchMs = 15_000;
const retryMs = 25;

export class HomeService implements Service {
  readonly #options: HomeServiceOptions;
  readonly #sessions = new Set<DurableSession>();
  #place: Place | null = null;
  #settling: Promise<void> | null = null;
  #disposed = false;

  private constructor(options: HomeServiceOptions) {
    this.#options = options;
  }

  /**
   * Owns the home, or becomes the owner's client. With `takeOver` an owner that is not a window is asked to hand over.
   * Throws `owner_busy` when a window owns it (after bringing that one to the front) or the owner does not let go.
   */
  static async open(options: HomeServiceOptions, { takeOver }: { takeOver: boolean }): Promise<HomeService> {
    const service = new HomeService(options);
    const deadline = systemClock.monotonic() + switchMs;
    for (;;) {
      if (await service.#tryOwn()) return service;
      if (await service.#tryJoin(takeOver)) return service;
      if (systemClock.monotonic() > deadline) throw ownerDoesNotAnswer(options.paths);
      await systemClock.wait(retryMs);
    }
  }

  get isOwner(): boolean {
    return this.#place?.owner ?? false;
  }

  connect(channel: MessageChannelLike, identity: ClientIdentity): ServiceSession {
    const session = new DurableSession(channel, identity, {
      closed: () => this.#sessions.delete(session),
      lost: () => this.#resettle(),
    });
    this.#sessions.add(session);
    if (this.#place !== null) session.attach(this.#place.service);
    return session;
  }

  /** Lets go of the home; guests live on. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const session of [...this.#sessions]) session.close();
    const place = this.#place;
    this.#place = null;
    await place?.leave();
  }

  async #tryOwn(): Promise<boolean> {
    const lock = await acquireOwnerLock(this.#options.paths.home);
    if (lock === null) return false;
    this.#place = await this.#own(lock);
    return true;
  }

  async #own(lock: OwnerLock): Promise<Place> {
    const { paths, assetsDirectory, kind, log, abilities } = this.#options;
    let core: Core | null = null;
    try {
      core = await createCore({ paths, assetsDirectory, kind, log, onHandover: () => void this.#handOver() });
      const owned = core;
      const socket = await serveServiceSocket(paths, owned, abilities);
      return {
        service: owned,
        owner: true,
        async leave() {
          await owned.dispose();
          await socket.close();
          await lock.release();
        },
      };
    } catch (error) {
      await core?.dispose();
      await lock.release();
      throw error;
    }
  }

  async #tryJoin(takeOver: boolean): Promise<boolean> {
    const remote = await openRemoteService(this.#options.paths);
    const client = SessionClient.over(remote, commandLineIdentity);
    try {
      const owner = await client.call('owner.describe', {});
      if (!takeOver) {
        this.#place = { service: remote, owner: false, leave: () => remote.close() };
        return true;
      }
      if (owner.kind === 'window') {
        await client.call('owner.focus', {});
        throw new SlipwayError('owner_busy', 'Slipway is already open; its window was brought to the front.');
      }
      await client.call('owner.handover', {});
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== 'connection_lost') throw error;
    } finally {
      client.close();
      if (this.#place?.service !== remote) await remote.close();
    }
    return false;
  }

  async #handOver(): Promise<void> {
    this.#options.log.info('handing the home over');
    const place = this.#place;
    this.#place = null;
    await place?.leave();
    // Sessions noticed that theirs ended, and asked to be settled anew; by now the lock is free for the newcomer.
    this.#resettle();
  }

  /** Finds a place again: as the new owner's client, or as the owner when there is no other. */
  #resettle(): void {
    if (this.#disposed || this.#settling !== null) return;
    this.#settling = this.#settle()
      .catch((error: unknown) =>
        this.#options.log.error('no owner of the home can be reached', { error: String(error) }),
      )
      .finally(() => {
        this.#settling = null;
      });
  }

  async #settle(): Promise<void> {
    const old = this.#place;
    if (old?.owner) return;
    this.#place = null;
    await old?.leave();
    const deadline = systemClock.monotonic() + switchMs;
    // A newcomer that asked for the home gets the first chance to take it.
    for (let chance = 0; !this.#disposed && systemClock.monotonic() < deadline; chance++) {
      if (await this.#tryJoin(false)) break;
      if (chance > 20 && (await this.#tryOwn())) break;
      await systemClock.wait(retryMs);
    }
    const place = this.#place as Place | null;
    if (place !== null) for (const session of this.#sessions) session.attach(place.service);
  }
}

const commandLineIdentity: ClientIdentity = { trust: 'user', face: 'command-line', allowPower: true, abilities: {} };

function ownerDoesNotAnswer(paths: Paths): SlipwayError {
  return new SlipwayError('owner_busy', 'Another Slipway owns this home and does not answer.', {
    cause: `A process holds the lock of ${paths.home}, but its service socket did not answer in ${switchMs / 1000} s.`,
    hint: 'Close the other Slipway, or use another home with SLIPWAY_HOME.',
  });
}
