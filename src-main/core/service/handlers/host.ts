/** What this host is, and the settings. */
import { arch, availableParallelism, platform, totalmem } from 'node:os';
import type { hostCalls } from '../../../../src-shared/contract/calls/host.ts';
import { type Architecture, architectures } from '../../../../src-shared/model/engine.ts';
import type { HostDescription } from '../../../../src-shared/model/host.ts';
import { type Spec, specSchema } from '../../../../src-shared/model/spec.ts';
import { findFirmware } from '../../engines/qemu/firmware.ts';
import { linuxGuestAvailability } from '../../guests/linux/recipe.ts';
import { deferred } from '../../kit/deferred.ts';
import { version } from '../../kit/version.ts';
import type { SessionContext } from '../client.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function hostHandlers(services: HandlerServices): HandlersOf<typeof hostCalls> {
  const { settings } = services;
  return {
    'host.describe': (_, session) => describeHost(services, session),
    'settings.get': async () => settings.current,
    'settings.set': (change) => settings.set(change),
  };
}

async function describeHost(
  { paths, engine, doctor }: HandlerServices,
  session: SessionContext,
): Promise<HostDescription> {
  const engines = await engine.describe();
  const chosenAcceleration = async (architecture: Architecture) => {
    const capabilities = await engine.detect(plainSpec(architecture));
    return { architecture, choice: await doctor.resolve('auto', architecture, capabilities) };
  };
  const [linuxGuest, acceleration] = await Promise.all([
    linuxGuestAvailability({ cacheDirectory: paths.linuxGuest }),
    Promise.all(
      engines
        .filter(({ kind, version }) => kind === 'qemu' && version !== null)
        .map(({ architecture }) => unlessSlow(chosenAcceleration(architecture), verificationMs)),
    ),
  ]);
  return {
    version,
    home: paths.home,
    platform: platform(),
    architecture: arch(),
    memoryMiB: Math.floor(totalmem() / 1024 ** 2),
    processors: availableParallelism(),
    face: session.identity.face,
    filePicker: session.identity.abilities.pickFile === undefined ? 'browser' : 'native',
    engines,
    firmware: architectures.map((architecture) => findFirmware(architecture)).filter((found) => found !== null),
    acceleration: acceleration.filter((known) => known !== null),
    linuxGuest: linuxGuest.available
      ? { available: true, cached: linuxGuest.cached, reason: null, hint: null }
      : { available: false, cached: false, reason: linuxGuest.reason, hint: linuxGuest.hint },
  };
}

/** Verifying an accelerator boots a guest; whoever asks for the host is not kept waiting, and asks again. */
const verificationMs = 500;

async function unlessSlow<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  const timer = deferred<null>();
  const timeout = setTimeout(() => timer.resolve(null), ms);
  try {
    return await Promise.race([promise.catch(() => null), timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}

/** A Spec with nothing asked for, to learn what an engine does by itself. */
function plainSpec(architecture: Architecture): Spec {
  return specSchema.parse({
    version: 1,
    id: 'plain',
    createdAt: new Date(0).toISOString(),
    name: 'plain',
    architecture,
    guest: { kind: 'demo' },
  });
}
