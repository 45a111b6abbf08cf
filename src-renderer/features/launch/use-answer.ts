/** Asks the core what a draft would become, a moment after the person stopped changing it. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { Draft } from '../../../src-shared/model/spec.ts';
import type { Application } from '../../state/application.ts';

export interface Answer<R> {
  readonly result: R | null;
  readonly failure: Failure | null;
  readonly stale: boolean;
}

const pauseMs = 250;

/**
 * `ask` must be the same function each time; another one asks again. `keep`: the last answer stays while what is being
 * typed makes no draft, so that nothing jumps.
 */
export function useAnswer<R>(
  application: Application,
  draft: Draft | null,
  ask: (application: Application, draft: Draft) => Promise<R>,
  keep = false,
): Answer<R> {
  const [answer, setAnswer] = useState<Answer<R>>({ result: null, failure: null, stale: false });
  // A new connection asks again: what the old one was asked is lost.
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const text = draft === null ? null : JSON.stringify(draft);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see epoch
  useEffect(() => {
    if (text === null) {
      setAnswer(({ result }) => ({ result: keep ? result : null, failure: null, stale: keep }));
      return;
    }
    let current = true;
    setAnswer((before) => ({ ...before, stale: true }));
    const timer = setTimeout(() => {
      const asked: Draft = JSON.parse(text);
      ask(application, asked).then(
        (result) => current && setAnswer({ result, failure: null, stale: false }),
        (error) => current && setAnswer({ result: null, failure: toFailure(error), stale: false }),
      );
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [application, text, ask, keep, epoch]);
  return answer;
}

export const askPreview = (application: Application, draft: Draft) => application.call('instance.preview', draft);
export const askResolution = (application: Application, draft: Draft) => application.call('fuchsia.resolve', draft);
