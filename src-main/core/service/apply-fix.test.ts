import { describe, expect, it } from 'vitest';
import type { Fix } from '../../../src-shared/contract/errors.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { specOf } from '../engines/testing/spec-of.ts';
import type { InstanceManager } from '../instances/manager.ts';
import { applyFix } from './apply-fix.ts';
import type { ClientIdentity } from './client.ts';

const page: ClientIdentity = { trust: 'page', face: 'web', allowPower: false, abilities: {} };

/** The part of a manager that is used here, which writes down what it was told. */
function managerWith(fixes: Fix[], spec: Spec = specOf({ guest: { kind: 'demo' } })) {
  const told: string[] = [];
  const instance = (id: string) => ({
    spec,
    view: { status: { boot: 2, failure: { code: 'port_busy', message: 'x', fixes } } },
    whenStopped: async () => void told.push(`${id} is stopped`),
  });
  const manager = {
    get: instance,
    configure: async (id: string, request: Omit<Spec, 'id'>) =>
      void told.push(`configure ${id} ${request.device.memoryMiB} ${request.runtime.extraArguments}`.trim()),
    launch: async (id: string) => void told.push(`launch ${id}`),
    stop: async (id: string) => void told.push(`stop ${id}`),
  } as unknown as InstanceManager;
  return { manager, told };
}

const set = (field: string, value: string | number): Fix => ({ kind: 'set', label: 'x', changes: [{ field, value }] });
const named = { id: 'demo', boot: 2, index: 0 };

describe('a fix, by its place in the failure', () => {
  it('changes the Spec and launches', async () => {
    const { manager, told } = managerWith([set('device.memoryMiB', 64)]);
    await applyFix(manager, named, page);
    expect(told).toEqual(['configure demo 64', 'launch demo']);
  });

  it('ends what is in the way first; of itself it only ends', async () => {
    const other = managerWith([{ kind: 'stop', label: 'x', instance: 'other' }]);
    await applyFix(other.manager, named, page);
    expect(other.told).toEqual(['stop other', 'other is stopped', 'launch demo']);
    const own = managerWith([{ kind: 'stop', label: 'x', instance: 'demo' }]);
    await applyFix(own.manager, named, page);
    expect(own.told).toEqual(['stop demo']);
  });

  it('brings no power with it: what reaches past the form is confirmed as ever', async () => {
    const { manager, told } = managerWith([set('runtime.extraArguments', '-trace all')]);
    await expect(applyFix(manager, named, page)).rejects.toMatchObject({ code: 'not_permitted' });
    const asked: string[] = [];
    const window = (answer: boolean): ClientIdentity => ({
      ...page,
      face: 'window',
      abilities: { confirm: async ({ detail }) => asked.push(detail) > 0 && answer },
    });
    await expect(applyFix(manager, named, window(false))).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toEqual([]);
    await applyFix(manager, named, window(true));
    expect(asked).toHaveLength(2);
    expect(told).toEqual(['configure demo 512 -trace all', 'launch demo']);
  });

  it('keeps what was changed while a person was asked', async () => {
    let spec = specOf({ name: 'before', guest: { kind: 'demo' } });
    const status = {
      boot: 2,
      failure: { code: 'x', message: 'x', fixes: [set('runtime.extraArguments', '-snapshot')] },
    };
    const configured: string[] = [];
    const manager = {
      get: () => ({ spec, view: { status } }),
      configure: async (_: string, { name, runtime }: Spec) =>
        void configured.push(`${name} ${runtime.extraArguments}`),
      launch: async () => undefined,
    } as unknown as InstanceManager;
    const confirm = async () => {
      spec = { ...spec, name: 'after' };
      return true;
    };
    await applyFix(manager, named, { ...page, face: 'window', abilities: { confirm } });
    expect(configured).toEqual(['after -snapshot']);
  });

  it('refuses what is not there, is older, is a page’s own, or breaks the Spec', async () => {
    const refused = async (fixes: Fix[], which: Partial<typeof named>) => {
      const { manager, told } = managerWith(fixes);
      await expect(applyFix(manager, { ...named, ...which }, page)).rejects.toMatchObject({
        code: expect.stringMatching(/wrong_phase|invalid_input/),
      });
      expect(told).toEqual([]);
    };
    await refused([], {});
    await refused([set('device.memoryMiB', 64)], { index: 1 });
    await refused([set('device.memoryMiB', 64)], { boot: 1 });
    await refused([{ kind: 'copy', label: 'x', text: 'rm -rf /' }], {});
    await refused([set('device.memoryMiB', 'much')], {});
  });
});
