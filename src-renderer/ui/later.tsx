/**
 * A part of the page whose code comes after the first picture: a dialog, a page, a view that is not in front. All of
 * them are fetched once the page is idle, so that by the time one is wanted it is drawn at once. One that is wanted
 * sooner appears when it is there: no spinner and no Suspense, whose fallback React keeps for a third of a second.
 */
import { type ComponentType, createElement, useEffect, useState } from 'react';
import { commonStrings } from '../strings/common.ts';
import { Button } from './button.tsx';
import { Empty } from './empty.tsx';

const parts: (() => Promise<void>)[] = [];

export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let part: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const fetch = (): Promise<void> => {
    loading ??= load()
      .then((loaded) => {
        part = loaded;
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  };
  parts.push(fetch);
  return function Later(props: P) {
    const [state, setState] = useState<'wanted' | 'there' | 'missing'>(part === null ? 'wanted' : 'there');
    useEffect(() => {
      if (state !== 'wanted') return;
      let current = true;
      fetch().then(
        () => current && setState('there'),
        () => current && setState('missing'),
      );
      return () => {
        current = false;
      };
    }, [state]);
    if (part !== null) return createElement(part, props);
    if (state !== 'missing') return null;
    return (
      <Empty
        title={commonStrings.partMissing}
        actions={<Button onClick={() => setState('wanted')}>{commonStrings.retry}</Button>}
      >
        {commonStrings.partMissingHint}
      </Empty>
    );
  };
}

/** Fetches every part that is not there yet. One that cannot be had now is fetched when it is wanted. */
export async function fetchParts(): Promise<void> {
  await Promise.allSettled(parts.map((fetch) => fetch()));
}
