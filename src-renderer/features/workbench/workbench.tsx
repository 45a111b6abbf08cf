/**
 * workbench/ owns the frame: the strip, the list's place, what is shown beside it, the dialogs and the notices. It must
 * never know what is inside of them.
 */
import '../instances/instances.css';
import './workbench.css';
import { useEffect } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { workbenchStrings } from '../../strings/workbench.ts';
import { fetchParts } from '../../ui/later.tsx';
import { Notices } from '../../ui/notices.tsx';
import { Sidebar } from '../instances/sidebar.tsx';
import { takeDropped } from '../launch/dropped-file.ts';
import { usePasteAnywhere } from '../launch/use-paste-anywhere.ts';
import { watchNews } from '../news/news-watch.ts';
import { useShortcuts } from '../settings/use-shortcuts.ts';
import { ConnectionStrip } from './connection-strip.tsx';
import { Dialogs } from './dialogs.tsx';
import { MainArea } from './main-area.tsx';
import { useGalleryAddress } from './use-gallery-address.ts';

export function Workbench() {
  const application = useApplication();
  useShortcuts(application);
  usePasteAnywhere(application);
  useGalleryAddress(application);
  useEffect(() => watchNews(application), [application]);
  const connection = useStore(application.stores.connection, (state) => state.connection.state);
  const loaded = useStore(application.stores.instances, (state) => state.loaded);
  useEffect(() => {
    if (!loaded) return;
    const idle = requestIdleCallback(() => {
      fetchParts().catch(() => undefined);
    });
    return () => cancelIdleCallback(idle);
  }, [loaded]);
  const notices = useStore(application.stores.notices, (state) => state.notices);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its counterpart in the dialog's buttons
    <div
      className="app"
      data-connection={connection}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        unawaited(
          takeDropped(application, event.dataTransfer, {
            file: (dropped) => application.openDialog({ kind: 'launch', dropped }),
            script: (pasted) => application.openDialog({ kind: 'launch', pasted }),
          }),
        );
      }}
    >
      <ConnectionStrip />
      <Group className="app-panels" orientation="horizontal">
        <Panel defaultSize={264} minSize={200} maxSize={480} groupResizeBehavior="preserve-pixel-size">
          <Sidebar />
        </Panel>
        <Separator className="divider" aria-label={workbenchStrings.resizeList} />
        <Panel minSize={480}>
          <MainArea />
        </Panel>
      </Group>
      <Dialogs />
      <Notices
        notices={notices.map(({ failure, ...notice }) => ({
          ...notice,
          hint: failure?.hint,
          cause: failure?.cause,
          raw: failure?.raw,
        }))}
        onDismiss={(id) => application.dismiss(id)}
      />
    </div>
  );
}
