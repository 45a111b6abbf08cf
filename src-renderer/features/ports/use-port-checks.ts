/** Asks the core whether ports can be had, a moment after the person stopped typing. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { PortCheck, PortMapping } from '../../../src-shared/model/ports.ts';
import { useApplication } from '../../state/context.tsx';
import { type PortText, triedMapping } from './port-words.ts';

const pauseMs = 250;
/** What stands in the way is looked at again: it may have gone. */
const againMs = 3000;

export interface CheckedRow extends PortText {
  readonly key: number | string;
}

/**
 * What came of trying each row, by its key; rows in which there is nothing to try yet have none. An answer is dropped as
 * soon as its row is another. `id`: the instance whose own ports count as free.
 */
export function usePortChecks(
  rows: readonly CheckedRow[],
  id: string | null,
): ReadonlyMap<CheckedRow['key'], PortCheck> {
  const application = useApplication();
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const [answers, setAnswers] = useState<ReadonlyMap<string, PortCheck>>(new Map());
  const tried = rows.flatMap((row) => {
    const mapping = triedMapping(row);
    return mapping === null ? [] : [{ key: row.key, mapping }];
  });
  const asked = JSON.stringify([id, tried.map(({ mapping }) => ({ ...mapping, guest: 1 }))]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection asks again
  useEffect(() => {
    const [of, mappings]: [string | null, PortMapping[]] = JSON.parse(asked);
    if (mappings.length === 0) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout>;
    const ask = (): void => {
      application.call('port.check', { mappings, id: of }).then(
        (checks) => {
          if (!current) return;
          setAnswers(new Map(checks.map((check, index) => [`${asked} ${index}`, check])));
          if (checks.some(({ failure }) => failure !== null)) timer = setTimeout(ask, againMs);
        },
        // Without an answer nothing is said; a lost connection asks again by itself.
        () => undefined,
      );
    };
    timer = setTimeout(ask, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [application, asked, epoch]);
  return new Map(
    tried.flatMap(({ key }, index) => {
      const check = answers.get(`${asked} ${index}`);
      return check === undefined ? [] : [[key, check] as const];
    }),
  );
}
