/** Asks the core what a form would become, a moment after the person stopped changing it. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { Draft } from '../../../src-shared/model/spec.ts';
import type { Application } from '../../state/application.ts';

export interface Preview {
  readonly result: CallOutput<'instance.preview'> | null;
  readonly failure: Failure | null;
  readonly stale: boolean;
}

const pauseMs = 250;

export function usePreview(application: Application, draft: Draft | null): Preview {
  const [preview, setPreview] = useState<Preview>({ result: null, failure: null, stale: false });
  // A new connection asks again: what the old one was asked is lost.
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const text = draft === null ? null : JSON.stringify(draft);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see epoch
  useEffect(() => {
    if (text === null) {
      setPreview({ result: null, failure: null, stale: false });
      return;
    }
    let current = true;
    setPreview((before) => ({ ...before, stale: true }));
    const timer = setTimeout(() => {
      const asked: Draft = JSON.parse(text);
      application.call('instance.preview', asked).then(
        (result) => current && setPreview({ result, failure: null, stale: false }),
        (error) => current && setPreview({ result: null, failure: toFailure(error), stale: false }),
      );
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [application, text, epoch]);
  return preview;
}
