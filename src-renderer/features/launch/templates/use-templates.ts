/** The templates of this home, and what can be done with them. What failed is shown and told by the result. */
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { toFailure } from '../../../../src-shared/contract/errors.ts';
import type { Template } from '../../../../src-shared/model/template.ts';
import { unawaited } from '../../../api/unawaited.ts';
import { useApplication } from '../../../state/context.tsx';
import { templateStrings } from '../../../strings/launch.ts';
import { saveFile } from '../../../ui/save-file.ts';

export interface Templates {
  readonly list: readonly Template[];
  remove(name: string): Promise<void>;
  export(name: string): Promise<void>;
  /** null: there is one of that name, and it is to be asked whether it may go. */
  import(text: string, replace: boolean): Promise<Template | null>;
}

export function useTemplates(): Templates {
  const application = useApplication();
  const [list, setList] = useState<readonly Template[]>([]);
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const say = (text: string): void => application.notify({ tone: 'plain', text, failure: null, action: null });
  const refresh = useCallback(async () => {
    try {
      setList(await application.call('template.list', {}));
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  }, [application]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection asks again
  useEffect(() => unawaited(refresh()), [refresh, epoch]);
  const act = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  };
  return {
    list,
    remove: (name) =>
      act(async () => {
        await application.call('template.delete', { name });
        say(templateStrings.deleted(name));
        await refresh();
      }),
    export: (name) =>
      act(async () => {
        const { text, fileName } = await application.call('template.export', { name });
        saveFile(new Blob([text], { type: 'application/json' }), fileName);
        say(templateStrings.exported(fileName));
      }),
    async import(text, replace) {
      const made = await application.call('template.import', { text, replace }).catch((error) => {
        const failure = toFailure(error);
        if (failure.code === 'name_taken' && !replace) return null;
        throw error;
      });
      if (made !== null) {
        say(templateStrings.imported(made.name));
        await refresh();
      }
      return made;
    },
  };
}
