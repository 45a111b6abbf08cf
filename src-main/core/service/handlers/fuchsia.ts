/** The calls about Fuchsia guests: a bundle before launch, what each `auto` comes to, `show` and export in ffx's words. */
import { join } from 'node:path';
import type { fuchsiaCalls } from '../../../../src-shared/contract/calls/fuchsia.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import { isFuchsia } from '../../engines/engines.ts';
import { resolveFuchsia } from '../../engines/fuchsia/resolve-choices.ts';
import { describeBundle } from '../../guests/fuchsia/bundle-gallery.ts';
import {
  defaultFfxInstanceRoot,
  engineDataFilename,
  exportEngineData,
  ffxInstanceRoot,
} from '../../guests/fuchsia/engine-data.ts';
import { notFuchsia, sectionsOf } from '../../instances/ffx-words.ts';
import { systemSearch } from '../../process/host-tool.ts';
import { requestOfDraft } from '../draft.ts';
import { mayRunPrograms } from '../power.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function fuchsiaHandlers(services: HandlerServices): HandlersOf<typeof fuchsiaCalls> {
  const { manager } = services;
  return {
    'fuchsia.bundle': ({ directory }, session) => describeBundle(session.tokens.resolve(directory)),
    'fuchsia.resolve': async (draft, session) => {
      const request = requestOfDraft(draft, session.tokens);
      const spec: Spec = { version: 1, id: 'preview', createdAt: new Date(0).toISOString(), ...request };
      return resolve(services, spec, mayRunPrograms(session.identity));
    },
    'fuchsia.show': async ({ id }) => {
      const words = await manager.get(id).ffxWords();
      return { sections: sectionsOf(words).map((section) => ({ ...section })) };
    },
    'fuchsia.export': async ({ id, directory }, session) => {
      const { data } = await manager.get(id).ffxWords();
      // A directory of its own: another instance's record in the chosen one must not be replaced.
      const path = join(session.tokens.resolve(directory), id, engineDataFilename);
      await exportEngineData(data, path, [defaultFfxInstanceRoot(), ffxInstanceRoot()]);
      return { path };
    },
  };
}

async function resolve({ engine, doctor, toolSearch }: HandlerServices, spec: Spec, mayRun: boolean) {
  if (!isFuchsia(spec)) throw notFuchsia(spec);
  const acceleration = async () => {
    // A page may not have programs run that nobody confirmed.
    const runtime = mayRun ? spec.runtime : { ...spec.runtime, binary: null };
    const settled = await engine.settle({ ...spec, runtime });
    return doctor.resolve(spec.host.acceleration, settled.architecture, await engine.detect(settled));
  };
  // What cannot be accelerated, or has no engine, is told by the findings; the other choices are worth showing anyway.
  return resolveFuchsia(spec, toolSearch ?? systemSearch, await acceleration().catch(() => null));
}
