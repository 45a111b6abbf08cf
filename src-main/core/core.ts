/**
 * The core, composed: everything below `core/` wired together for one home. Pure Node; it knows no window, no web
 * server and no command line. Those are faces, and they come in through `connect`.
 */
import { join } from 'node:path';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import { createAccelerationDoctor } from './diagnosis/acceleration.ts';
import { completed, explainLog } from './diagnosis/explainer.ts';
import { combineEngines } from './engines/engines.ts';
import { createFuchsiaEngine } from './engines/fuchsia/engine.ts';
import { createQemuEngine } from './engines/qemu/engine.ts';
import { ffxInstanceRoot } from './guests/fuchsia/engine-data.ts';
import type { Paths } from './home/paths.ts';
import { FfxInstances } from './instances/ffx/ffx-instances.ts';
import { InstanceManager } from './instances/manager.ts';
import { InstanceStore } from './instances/store.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import type { Log } from './kit/log.ts';
import { logUnawaitedTo } from './kit/unawaited.ts';
import type { HostToolSearch } from './process/host-tool.ts';
import type { ClientIdentity } from './service/client.ts';
import { createHandlers } from './service/handlers.ts';
import { PowerMemory } from './service/power-memory.ts';
import { createRouter } from './service/router.ts';
import { Session } from './service/session.ts';
import { SettingsFile } from './service/settings.ts';

export interface CoreOptions {
  /** Of a home that is prepared and whose lock this process holds. */
  readonly paths: Paths;
  /** Where the embedded guests lie, as real files that QEMU can open. */
  readonly assetsDirectory: string;
  readonly kind: 'window' | 'web' | 'command-line';
  readonly log: Log;
  readonly clock?: Clock;
  /** Where programs of the host are looked for, if not in the usual places. */
  readonly toolSearch?: HostToolSearch;
  /** ffx's instance directory, if not the usual one. */
  readonly ffxInstances?: string;
  /** Someone asked this process to give up the home; called after the request was answered. */
  onHandover(): void;
}

export interface Core {
  connect(channel: MessageChannelLike, identity: ClientIdentity): Session;
  readonly manager: InstanceManager;
  /** Resolves when what was asked before has been answered, or has been waited for long enough. */
  answered(): Promise<void>;
  /** Lets go of everything. Guests live on. */
  dispose(): Promise<void>;
}

/** Answers that take longer are not waited for by somebody who wants the home. */
const answerPatienceMs = 1000;

export async function createCore(options: CoreOptions): Promise<Core> {
  const { paths, log } = options;
  const clock = options.clock ?? systemClock;
  logUnawaitedTo(log);
  const sessions = new Set<Session>();
  const store = new InstanceStore(paths);
  const settings = await SettingsFile.open(paths);
  const powers = await PowerMemory.open(paths);
  const doctor = createAccelerationDoctor({
    paths,
    clock,
    probeKernel: join(options.assetsDirectory, 'probe-guest', 'probe-guest.elf'),
  });
  const engineOptions = {
    paths,
    assetsDirectory: options.assetsDirectory,
    clock,
    ...(options.toolSearch === undefined ? {} : { search: options.toolSearch }),
  };
  const engine = combineEngines({
    plain: createQemuEngine(engineOptions),
    fuchsia: createFuchsiaEngine(engineOptions),
  });
  const adopted = new FfxInstances({
    root: options.ffxInstances ?? ffxInstanceRoot(),
    paths,
    clock,
    log,
    isAttended: () => sessions.size > 0,
  });
  const manager = new InstanceManager(
    { paths, store, engine, doctor, explain: explainLog, complete: completed, clock, log },
    adopted,
  );
  const handlers = createHandlers({ ...options, manager, engine, doctor, settings, powers });
  const router = createRouter(handlers, log);

  const tell = (event: SlipwayEvent) => {
    for (const session of sessions) session.tell(event);
  };
  const stopTelling = manager.events.on(tell);
  const stopTellingSettings = settings.changed.on((changed) => tell({ type: 'settingsChanged', settings: changed }));
  try {
    await manager.start();
  } catch (error) {
    // What was begun would keep a process alive that has nothing to serve.
    stopTelling();
    stopTellingSettings();
    await manager.dispose();
    throw error;
  }

  return {
    manager,
    async answered() {
      const over = new AbortController();
      const patience = clock.wait(answerPatienceMs, over.signal).catch(() => undefined);
      await Promise.race([router.answered(), patience]);
      over.abort();
    },
    connect(channel, identity) {
      const session: Session = new Session(channel, identity, router, log, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async dispose() {
      stopTelling();
      stopTellingSettings();
      for (const session of [...sessions]) session.close();
      await manager.dispose();
    },
  };
}
