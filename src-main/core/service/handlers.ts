/** One handler per row of the call table. Each is a few lines: parse is done, errors are mapped, the work is elsewhere. */
import { open } from 'node:fs/promises';
import { arch, availableParallelism, platform, totalmem } from 'node:os';
import type { HostDescription } from '../../../src-shared/contract/calls.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { type Architecture, architectures } from '../../../src-shared/model/engine.ts';
import { type Spec, specSchema } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { findFirmware } from '../engines/qemu/firmware.ts';
import { linuxGuestAvailability } from '../guests/linux/recipe.ts';
import type { Paths } from '../home/paths.ts';
import type { InstanceManager } from '../instances/manager.ts';
import { previewCommand } from '../instances/preview.ts';
import type { AccelerationDoctor } from '../instances/services.ts';
import { deferred } from '../kit/deferred.ts';
import { version } from '../kit/version.ts';
import type { HostToolSearch } from '../process/host-tool.ts';
import { browse } from './browse.ts';
import type { SessionContext } from './client.ts';
import { draftOfSpec, requestOfDraft } from './draft.ts';
import { fuchsiaHandlers } from './fuchsia-handlers.ts';
import { demandPower, mayRunPrograms } from './power.ts';
import type { Handlers } from './router.ts';
import type { SettingsFile } from './settings.ts';

export interface HandlerServices {
  readonly paths: Paths;
  readonly kind: 'window' | 'web' | 'command-line';
  readonly manager: InstanceManager;
  readonly engine: EmulatorEngine;
  readonly doctor: AccelerationDoctor;
  readonly settings: SettingsFile;
  /** Where programs of the host are looked for, if not in the usual places. */
  readonly toolSearch?: HostToolSearch;
  onHandover(): void;
}

export function createHandlers(services: HandlerServices): Handlers {
  const { manager, settings } = services;
  return {
    'host.describe': (_, session) => describeHost(services, session),
    'settings.get': async () => settings.current,
    'settings.set': (change) => settings.set(change),

    'instance.list': async () => {
      await manager.look();
      return manager.list();
    },
    'instance.show': ({ id }) => manager.get(id).describe(),
    'instance.find': async ({ name }) => ({ id: manager.find(name) }),
    'instance.launch': async (draft, session) => {
      const request = requestOfDraft(draft, session.tokens);
      await demandPower(session.identity, request);
      return manager.create(request);
    },
    'instance.preview': async (draft, session) => {
      const request = requestOfDraft(draft, session.tokens);
      const spec: Spec = { version: 1, id: 'preview', createdAt: new Date(0).toISOString(), ...request };
      return previewCommand(services, spec, mayRunPrograms(session.identity));
    },
    'instance.draft': async ({ id }, session) => draftOfSpec(manager.get(id).spec, session.tokens),
    'instance.configure': async ({ id, draft }, session) => {
      const request = requestOfDraft(draft, session.tokens);
      await demandPower(session.identity, request, manager.get(id).spec);
      return manager.configure(id, request);
    },
    'instance.start': ({ id }) => manager.launch(id),
    'instance.stop': ({ id }) => manager.stop(id),
    'instance.restart': ({ id }) => manager.restart(id),
    'instance.reset': ({ id }) => manager.reset(id),
    'instance.pause': ({ id }) => manager.pause(id),
    'instance.resume': ({ id }) => manager.resume(id),
    'instance.deletion': ({ id }) => manager.deletion(id),
    'instance.delete': ({ id }) => manager.delete(id),
    'instance.restore': ({ trash }) => manager.restore(trash),
    'instance.boots': ({ id }) => manager.get(id).boots(),
    'instance.log': ({ id, boot, file, offset, length }) =>
      readRange(manager.get(id).logPath(file, boot), offset, length),

    'instance.screenshot': async ({ id }) => ({
      base64: Buffer.from(await manager.get(id).screenshot()).toString('base64'),
    }),
    ...fuchsiaHandlers(services),

    'console.open': async ({ id, console, boot }, session) => {
      const { consoles } = manager.get(id);
      let opened = { columns: 80, rows: 24, writable: false };
      const viewer = await session.view(async (send) => {
        const { viewing, ...facts } = await consoles.open(console, boot, send);
        opened = facts;
        return viewing;
      });
      return { viewer, ...opened };
    },
    'console.close': async ({ viewer }, session) => {
      session.closeViewer(viewer);
      return {};
    },

    'files.browse': async ({ directory }, session) => {
      // A native dialog shows a person what a page asks for; past it a page could name any file by itself.
      if (session.identity.abilities.pickFile !== undefined)
        throw new SlipwayError('not_permitted', 'Files are chosen in a native dialog here.');
      return browse(directory, session.tokens);
    },
    'files.grant': async ({ path }, session) => session.tokens.grant(path),
    'files.pick': async (request, session) => {
      const pick = session.identity.abilities.pickFile;
      if (pick === undefined)
        throw new SlipwayError('not_permitted', 'This face has no native file dialog.', {
          hint: 'Use the file browser.',
        });
      const path = await pick(request);
      return { file: path === null ? null : session.tokens.grant(path) };
    },
    'link.open': async ({ url }, session) => {
      const openLink = session.identity.abilities.openLink;
      if (openLink === undefined) throw new SlipwayError('not_permitted', 'Links are opened by the browser here.');
      await openLink(url);
      return {};
    },

    'owner.describe': async () => ({ kind: services.kind, pid: process.pid }),
    'owner.handover': async () => {
      // After the answer is on its way.
      setImmediate(() => services.onHandover());
      return {};
    },
    'owner.focus': async (_, session) => {
      session.identity.abilities.focus?.();
      return {};
    },
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

async function readRange(path: string, offset: number, length: number) {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return { offset: 0, size: 0, base64: '' };
  try {
    const { size } = await file.stat();
    const from = Math.min(size, offset < 0 ? Math.max(0, size + offset) : offset);
    const wanted = Math.min(length, size - from);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, from);
    return { offset: from, size, base64: buffer.toString('base64', 0, bytesRead) };
  } finally {
    await file.close();
  }
}
