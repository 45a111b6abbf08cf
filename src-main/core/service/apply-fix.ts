/**
 * Does what a fix of an instance's current failure says. A page names the fix by its place; what it changes is known here
 * alone, and is confirmed like the same change made in a form.
 */
import { withChanges } from '../../../src-shared/contract/changes.ts';
import { type Fix, SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { InstanceManager } from '../instances/manager.ts';
import type { ClientIdentity } from './client.ts';
import { requestOfSpec } from './draft.ts';
import { demandPower } from './power.ts';

export interface NamedFix {
  readonly id: InstanceId;
  /** The boot whose failure was looked at. */
  readonly boot: number;
  readonly index: number;
}

/**
 * Resolves when the instance is being launched again. Throws `wrong_phase` when the failure is another one by now, and
 * what a change and a launch throw.
 */
export async function applyFix(
  manager: InstanceManager,
  { id, boot, index }: NamedFix,
  identity: ClientIdentity,
): Promise<InstanceView> {
  const instance = manager.get(id);
  const { failure, boot: current } = instance.view.status;
  const fix = current === boot ? failure?.fixes?.[index] : undefined;
  if (fix === undefined) {
    throw new SlipwayError('wrong_phase', 'What was to be repaired is not there any more.', {
      hint: 'Look at what the instance says now.',
    });
  }
  await perform(manager, id, fix, identity);
  return manager.get(id).view;
}

async function perform(manager: InstanceManager, id: InstanceId, fix: Fix, identity: ClientIdentity): Promise<void> {
  switch (fix.kind) {
    case 'set': {
      const { spec } = manager.get(id);
      const request = requestOfSpec(withChanges(spec, fix.changes));
      await demandPower(identity, request, spec);
      await manager.configure(id, await requestOfNow(manager, id, { spec, request, fix }, identity));
      await manager.launch(id);
      return;
    }
    case 'stop':
      await manager.stop(fix.instance);
      if (fix.instance === id) return;
      await manager.get(fix.instance).whenStopped();
      await manager.launch(id);
      return;
    case 'relaunch':
      await manager.launch(id);
      return;
    default:
      throw new SlipwayError('invalid_input', 'That is not for Slipway to do.');
  }
}

interface Asked {
  readonly spec: Spec;
  readonly request: ReturnType<typeof requestOfSpec>;
  readonly fix: Extract<Fix, { kind: 'set' }>;
}

/** A person may take long to answer; a name or a port that was changed meanwhile is not put back to what it was. */
async function requestOfNow(manager: InstanceManager, id: InstanceId, asked: Asked, identity: ClientIdentity) {
  const { spec } = manager.get(id);
  if (spec === asked.spec) return asked.request;
  const request = requestOfSpec(withChanges(spec, asked.fix.changes));
  await demandPower(identity, request, spec);
  return request;
}
