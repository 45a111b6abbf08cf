/** The right side: a page, the selected instance, or what there is when nothing is selected. */
import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { useApplication, useSelected } from '../../state/context.tsx';
import { workbenchStrings } from '../../strings/workbench.ts';
import { EmptyState } from '../instances/empty-state.tsx';
import { InstancePanel } from '../instances/instance-panel.tsx';
import { pages } from './pages.tsx';

// A file of its own beside the page's: fetched when the address ends in #gallery, by nobody else.
const Gallery = lazy(async () => ({ default: (await import('../gallery/gallery.tsx')).Gallery }));

export function MainArea() {
  const { stores, session } = useApplication();
  const selected = useSelected();
  const shown = useStore(stores.view, (state) => state.page);
  const loaded = useStore(stores.instances, (state) => state.loaded);
  const none = useStore(stores.instances, (state) => state.views.length === 0);
  const page = pages.find(({ name }) => name === shown);
  if (page !== undefined) return <page.Page />;
  if (shown === 'gallery')
    return (
      <Suspense>
        <Gallery />
      </Suspense>
    );
  if (selected !== undefined) return <InstancePanel view={selected} />;
  if (loaded && none) return <EmptyState />;
  // A window's own process reads the home while the page is drawn already; a browser has to reach its server first.
  const waiting = session.face === 'window' ? workbenchStrings.reading : workbenchStrings.connecting;
  return (
    <main className="choose-one">
      <p>{loaded ? workbenchStrings.chooseOne : waiting}</p>
    </main>
  );
}
