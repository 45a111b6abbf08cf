/**
 * One action on several instances. A few calls at a time, so that thirty launches do not fall on the host at once; what
 * fails is collected and told once, each by its name.
 */
import { toFailure } from '../../src-shared/contract/errors.ts';
import { unawaited } from '../api/unawaited.ts';
import { instanceStrings } from '../strings/instances.ts';
import type { Application } from './application.ts';
import { viewOf, withView } from './instances.ts';

const atOnce = 4;

interface Failed {
  readonly name: string;
  readonly reason: string;
}

/** Runs the task for each item, `atOnce` at a time, in order. Resolves when all are through. Never rejects. */
export async function inTurns<T>(
  items: readonly T[],
  task: (item: T) => Promise<void>,
  onFailure: (item: T, error: unknown) => void,
): Promise<void> {
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) {
      try {
        await task(item);
      } catch (error) {
        onFailure(item, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function nameOf(application: Application, id: string): string {
  return viewOf(application.stores.instances.getState(), id)?.name ?? id;
}

function tell(application: Application, title: (count: number) => string, failed: readonly Failed[]): void {
  if (failed.length === 0) return;
  const text = instanceStrings.bulk.failed(title(failed.length), failed);
  application.notify({ tone: 'failure', text, failure: null, action: null });
}

async function forEach(
  application: Application,
  ids: readonly string[],
  title: (count: number) => string,
  task: (id: string) => Promise<void>,
): Promise<void> {
  const failed: Failed[] = [];
  const names = new Map(ids.map((id) => [id, nameOf(application, id)]));
  await inTurns(ids, task, (id, error) => failed.push({ name: names.get(id) ?? id, reason: toFailure(error).message }));
  tell(application, title, failed);
}

export function actOnMany(application: Application, ids: readonly string[], action: 'launch' | 'stop'): Promise<void> {
  const title = action === 'launch' ? instanceStrings.bulk.notStarted : instanceStrings.bulk.notStopped;
  return forEach(application, ids, title, async (id) => void (await application.perform(id, action)));
}

export function groupMany(application: Application, ids: readonly string[], group: string): Promise<void> {
  return forEach(application, ids, instanceStrings.bulk.notGrouped, (id) => application.label(id, { group }));
}

/** Moves them to the trash, and offers to bring all of them back. */
export async function removeMany(application: Application, ids: readonly string[]): Promise<void> {
  application.leave(ids);
  const trashed: { readonly name: string; readonly trash: string }[] = [];
  await forEach(application, ids, instanceStrings.bulk.notDeleted, async (id) => {
    const name = nameOf(application, id);
    const { trash } = await application.call('instance.delete', { id });
    trashed.push({ name, trash });
  });
  application.stores.list.setState({ chosen: new Set(), anchor: null });
  if (trashed.length === 0) return;
  application.notify({
    tone: 'plain',
    text: instanceStrings.bulk.trashed(trashed.length, trashed[0]?.name ?? ''),
    failure: null,
    action: { label: instanceStrings.undo, run: () => unawaited(restoreMany(application, trashed)) },
  });
}

async function restoreMany(
  application: Application,
  trashed: readonly { readonly name: string; readonly trash: string }[],
): Promise<void> {
  const failed: Failed[] = [];
  const restored: string[] = [];
  await inTurns(
    trashed,
    async ({ trash }) => {
      const view = await application.call('instance.restore', { trash });
      application.stores.instances.setState((state) => withView(state, view));
      restored.push(view.id);
    },
    ({ name }, error) => failed.push({ name, reason: toFailure(error).message }),
  );
  tell(application, instanceStrings.bulk.notRestored, failed);
  const [first] = restored;
  if (first !== undefined) application.select(first);
  if (restored.length > 1) application.stores.list.setState({ chosen: new Set(restored), anchor: first ?? null });
}
