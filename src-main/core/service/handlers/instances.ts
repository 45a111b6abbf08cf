/** Instances. Each handler is a few lines: the work is the manager's. */
import type { instanceCalls } from '../../../../src-shared/contract/calls/instances.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import { measureTranscript } from '../../consoles/transcript-search.ts';
import { previewCommand } from '../../instances/preview.ts';
import { applyFix } from '../apply-fix.ts';
import { draftOfSpec, requestOfDraft } from '../draft.ts';
import { findingsWithFixes } from '../findings-with-fixes.ts';
import { demandPower, mayRunPrograms } from '../power.ts';
import { readRange } from '../read-range.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function instanceHandlers(services: HandlerServices): HandlersOf<typeof instanceCalls> {
  const { manager } = services;
  return {
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
      const mayRun = mayRunPrograms(session.identity);
      const { command, findings } = await previewCommand(services, spec, mayRun);
      return { command, findings: await findingsWithFixes(findings, services, spec, mayRun) };
    },
    'instance.draft': async ({ id }, session) => draftOfSpec(manager.get(id).spec, session.tokens),
    'instance.configure': async ({ id, draft }, session) => {
      const request = requestOfDraft(draft, session.tokens);
      await demandPower(session.identity, request, manager.get(id).spec);
      return manager.configure(id, request);
    },
    'instance.create': async (draft, session) => {
      const request = requestOfDraft(draft, session.tokens);
      await demandPower(session.identity, request);
      return manager.add(request);
    },
    // What the source may do was decided for it; the copy may do the same and nothing else.
    'instance.duplicate': ({ id, name }) => manager.duplicate(id, name),
    'instance.label': ({ id, ...label }) => manager.label(id, label),
    'instance.start': ({ id }) => manager.launch(id),
    'instance.fix': (named, session) => applyFix(manager, named, session.identity),
    'instance.stop': ({ id }) => manager.stop(id),
    'instance.restart': ({ id }) => manager.restart(id),
    'instance.reset': ({ id }) => manager.reset(id),
    'instance.pause': ({ id }) => manager.pause(id),
    'instance.resume': ({ id }) => manager.resume(id),
    'instance.deletion': ({ id }) => manager.deletion(id),
    'instance.delete': ({ id }) => manager.delete(id),
    'instance.restore': ({ trash }) => manager.restore(trash),
    'instance.boots': ({ id }) => manager.get(id).boots(),
    'instance.log': async ({ id, boot, file, offset, length }) => {
      const path = manager.get(id).logPath(file, boot);
      const range = await readRange(path, offset, length);
      // Measured after: what was punched out while it was read is zeros too.
      return { ...range, keptFrom: (await measureTranscript(path)).keptFrom };
    },

    'instance.screenshot': async ({ id }) => ({
      base64: Buffer.from(await manager.get(id).screenshot()).toString('base64'),
    }),
  };
}
