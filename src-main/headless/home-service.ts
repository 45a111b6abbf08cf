/**
 * The service behind a face, whoever owns the home. This process either owns it (and runs the core, and serves the
 * home's socket), or is a client of the process that does. Which of the two can change while sessions are open: a
 * starting window asks a command line or a web server to hand over, and takes its place. Sessions survive that; they
 * are told `ownerChanged` and everything is asked for again.
 */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import type { Core } from '../core/core.ts';
import { acquireOwnerLock, type OwnerLock } from '../core/home/owner-lock.ts';
import { findOwnerProcess } from '../core/home/owner-process.ts';
import type { Paths } from '../core/home/paths.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
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

interface Place {
  readonly service: Service;
  readonly owner: boolean;
  leave(): Promise<void>;
}

/** How long a new owner may take to come up, or an old one to go. */
const switchMs = 15_000;
/** An owner that listens answers at once, unless it hangs. */
const answerMs = 10_000;
/** After this long without an answer it is looked at: one that is suspended will not answer later either. */
const doubtMs = 1000;
const retryMs = 25;
/** A newcomer that asked for the home gets the first chance to take it. */
const newcomersChanceMs = 500;
/** What is being launched for somebody else is not cut short by our leaving, unless it takes longer than this. */
const launchPatienceMs = 3000;

export class HomeService implements Service {
  readonly #options: HomeServiceOptions;
  readonly #sessions = new Set<DurableSession>();
  readonly #disposal = new AbortController();
  #place: Place | null = null;
  /** The lock of a home that is this process's and has not been read; see `claim`. */
  #claimed: OwnerLock | null = null;
  #reading: Promise<void> | null = null;
  #settling: Promise<void> | null = null;
  #handingOver: Promise<void> | null = null;

  private constructor(options: HomeServiceOptions) {
    this.#options = options;
  }

  /**
   * Owns the home, or becomes the owner's client. With `takeOver` an owner that is not a window is asked to hand over.
   * Throws `owner_busy` when a window owns it (after bringing that one to the front) or the owner does not let go, and
   * `cancelled` when the signal is aborted first.
   */
  static async open(
    options: HomeServiceOptions,
    { takeOver, signal }: { takeOver: boolean; signal?: AbortSignal },
  ): Promise<HomeService> {
    const service = new HomeService(options);
    const giveUp = () => service.#disposal.abort(new SlipwayError('cancelled', 'Interrupted.'));
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await service.#settleFirst(takeOver);
      return service;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /**
   * As `open` with `takeOver`, but resolves as soon as the home is this process's own: before it is read, which takes
   * long where there is much in it. What sessions ask for meanwhile is answered when `read` is done.
   */
  static async claim(options: HomeServiceOptions): Promise<HomeService> {
    const service = new HomeService(options);
    await service.#settleFirst(true, async () => {
      service.#claimed = await acquireOwnerLock(options.paths.home);
      return service.#claimed !== null;
    });
    return service;
  }

  /** Reads a claimed home and serves it. Rejects with what keeps it from being read; it is nobody's then. */
  read(): Promise<void> {
    const lock = this.#claimed;
    if (lock === null) return this.#reading ?? Promise.resolve();
    this.#claimed = null;
    this.#reading = this.#own(lock)
      .then((place) => {
        this.#place = place;
        for (const session of this.#sessions) session.attach(place.service);
      })
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  async #settleFirst(takeOver: boolean, tryOwn = () => this.#tryOwn()): Promise<void> {
    const deadline = systemClock.monotonic() + switchMs;
    for (;;) {
      if (await tryOwn()) return;
      if (await this.#tryJoin(takeOver)) return;
      if (systemClock.monotonic() > deadline) throw await ownerDoesNotAnswer(this.#options.paths);
      await systemClock.wait(retryMs, this.#disposal.signal);
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
    else if (this.#claimed === null && this.#reading === null) this.#resettle();
    return session;
  }

  /** Lets go of the home; guests live on. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new SlipwayError('cancelled', 'Slipway is closing.'));
    for (const session of [...this.#sessions]) session.close();
    // Whoever reads hears of a failure; here it only matters that it is over.
    await Promise.all([this.#settling, this.#handingOver, this.#reading?.catch(() => undefined)]);
    await this.#claimed?.release();
    this.#claimed = null;
    await this.#leave();
  }

  async #leave(): Promise<void> {
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
    const acquired = new CleanupStack();
    acquired.add(() => lock.release());
    try {
      // A client of another owner has no use for it, and it is most of the program.
      const { createCore } = await import('../core/core.ts');
      const core = await createCore({ paths, assetsDirectory, kind, log, onHandover: () => this.#handOver() });
      acquired.add(() => core.dispose());
      // Closed before the core is: who connects meanwhile must find nobody, not a core that is going.
      const socket = await serveServiceSocket(paths, core, abilities);
      acquired.add(() => socket.close());
      acquired.add(() => launchesSettled(core, socket.clients > 0 || this.#handingOver !== null));
      // First of all: what was asked is answered by whom it was asked of.
      acquired.add(() => core.answered());
      return { service: core, owner: true, leave: () => acquired.close() };
    } catch (error) {
      await acquired.close();
      throw error;
    }
  }

  async #tryJoin(takeOver: boolean): Promise<boolean> {
    const { paths } = this.#options;
    const remote = await openRemoteService(paths);
    const client = SessionClient.over(remote, commandLineIdentity);
    try {
      const owner = await this.#answer(client.call('owner.describe', {}));
      if (!takeOver) {
        this.#place = { service: remote, owner: false, leave: () => remote.close() };
        return true;
      }
      if (owner.kind === 'window') {
        await this.#answer(client.call('owner.focus', {}));
        throw new SlipwayError('owner_busy', 'Slipway is already open; its window was brought to the front.');
      }
      await this.#answer(client.call('owner.handover', {}));
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== 'connection_lost') throw error;
    } finally {
      client.close();
      if (this.#place?.service !== remote) await remote.close();
    }
    return false;
  }

  /** Throws `owner_busy` when the owner does not answer, sooner when it can be seen that it will not. */
  async #answer<T>(answer: Promise<T>): Promise<T> {
    const { paths } = this.#options;
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, this.#disposal.signal]);
    const refusal = async (): Promise<never> => {
      await systemClock.wait(doubtMs, stop);
      if (!(await findOwnerProcess(paths.home))?.suspended) await systemClock.wait(answerMs - doubtMs, stop);
      throw await ownerDoesNotAnswer(paths);
    };
    try {
      return await Promise.race([answer, refusal()]);
    } finally {
      over.abort();
    }
  }

  #handOver(): void {
    if (this.#handingOver !== null || !this.isOwner) return;
    const { log } = this.#options;
    log.info('handing the home over');
    this.#handingOver = this.#leave()
      .catch((error: unknown) => log.error('the home was not left in good order', { error: String(error) }))
      .finally(() => {
        this.#handingOver = null;
        // The lock is free for the newcomer; then its client.
        this.#resettle();
      });
  }

  /** Finds a place again: as the new owner's client, or as the owner when there is no other. */
  #resettle(): void {
    if (this.#disposal.signal.aborted || this.#settling !== null || this.#handingOver !== null) return;
    this.#settling = this.#settle()
      .catch((error: unknown) => {
        if (this.#disposal.signal.aborted) return;
        this.#options.log.error('no owner of the home can be reached', { error: String(error) });
        // Whoever waits must not wait for ever: it hears that the connection is lost, and may connect again.
        for (const session of [...this.#sessions]) session.close();
      })
      .finally(() => {
        this.#settling = null;
      });
  }

  async #settle(): Promise<void> {
    if (this.#place?.owner) return;
    await this.#leave();
    const startedAt = systemClock.monotonic();
    for (;;) {
      const waitedMs = systemClock.monotonic() - startedAt;
      if (await this.#tryJoin(false)) break;
      if (waitedMs > newcomersChanceMs && (await this.#tryOwn())) break;
      if (waitedMs > switchMs) throw await ownerDoesNotAnswer(this.#options.paths);
      await systemClock.wait(retryMs, this.#disposal.signal);
    }
    const place = this.#place as Place | null;
    if (place !== null) for (const session of this.#sessions) session.attach(place.service);
  }
}

/**
 * A guest that has a process but was not let go would stand at its first instruction until somebody opens the home
 * again. Images that are being made are begun again by whoever waits for them, which costs only time.
 */
function launchesSettled({ manager }: Core, othersWait: boolean): Promise<void> {
  const settled = () =>
    manager.list().every(({ status }) => status.phase !== 'starting' && !(othersWait && status.phase === 'staging'));
  if (settled()) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(deadline);
      unsubscribe();
      resolve();
    };
    const deadline = setTimeout(finish, launchPatienceMs);
    const unsubscribe = manager.events.on(() => {
      if (settled()) finish();
    });
  });
}

const commandLineIdentity: ClientIdentity = { trust: 'user', face: 'command-line', allowPower: true, abilities: {} };

async function ownerDoesNotAnswer({ home }: Paths): Promise<SlipwayError> {
  const owner = await findOwnerProcess(home);
  const who = owner === null ? 'A process' : `Process ${owner.pid}`;
  return new SlipwayError('owner_busy', 'Another Slipway owns this home and does not answer.', {
    cause: owner?.suspended
      ? `${who} holds the lock of ${home} and is suspended (Ctrl-Z, or a debugger).`
      : `${who} holds the lock of ${home}, but does not answer on its service socket.`,
    hint: owner?.suspended
      ? `Let it go on with: kill -CONT ${owner.pid}  (or fg in its terminal). Guests run on when it is ended.`
      : `${owner === null ? 'End it' : `End it with: kill ${owner.pid}`}  (guests run on), or use another home with SLIPWAY_HOME.`,
  });
}
