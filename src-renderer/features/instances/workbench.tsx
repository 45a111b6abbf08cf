/** The whole page: strip, list, the selected instance, and whatever dialog is open. */
import './instances.css';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import { useApplication, useSelected } from '../../state/context.tsx';
import { Notices } from '../../ui/notices.tsx';
import { droppedFile } from '../launch/dropped-file.ts';
import { EditDialog } from '../launch/edit-dialog.tsx';
import { LaunchDialog } from '../launch/launch-dialog.tsx';
import { SaveTemplateDialog } from '../launch/templates/save-template-dialog.tsx';
import { ScreenshotDialog } from '../screenshot/screenshot-dialog.tsx';
import { ShortcutsDialog } from '../settings/shortcuts-dialog.tsx';
import { useThemeOnRoot } from '../settings/theme.ts';
import { useShortcuts } from '../settings/use-shortcuts.ts';
import { ConnectionStrip } from './connection-strip.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { EmptyState } from './empty-state.tsx';
import { InstancePanel } from './instance-panel.tsx';
import { Sidebar } from './sidebar.tsx';

function Dialogs() {
  const application = useApplication();
  const dialog = useStore(application.stores.view, (state) => state.dialog);
  const close = (): void => application.openDialog(null);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'launch':
      return <LaunchDialog begin={dialog} onClose={close} />;
    case 'edit':
      return <EditDialog id={dialog.id} field={dialog.field ?? null} onClose={close} />;
    case 'saveTemplate':
      return <SaveTemplateDialog id={dialog.id} onClose={close} />;
    case 'delete':
      return <DeleteDialog id={dialog.id} onClose={close} />;
    case 'screenshot':
      return <ScreenshotDialog id={dialog.id} onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />;
  }
}

function Main() {
  const { stores } = useApplication();
  const selected = useSelected();
  const loaded = useStore(stores.instances, (state) => state.loaded);
  const none = useStore(stores.instances, (state) => state.views.length === 0);
  if (selected !== undefined) return <InstancePanel view={selected} />;
  if (!loaded) return <p className="choose-one">Connecting…</p>;
  return none ? <EmptyState /> : <p className="choose-one">Choose an instance.</p>;
}

function Refused({ message, hint }: { message: string; hint: string }) {
  return (
    <main className="refused">
      <h1>Not connected</h1>
      <p>{message}</p>
      <p className="field-hint">{hint}</p>
    </main>
  );
}

export function Workbench() {
  const application = useApplication();
  useThemeOnRoot();
  useShortcuts(application);
  const connection = useStore(application.stores.connection, (state) => state.connection);
  const notices = useStore(application.stores.notices, (state) => state.notices);
  if (connection.state === 'refused') return <Refused message={connection.message} hint={connection.hint} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its counterpart in the dialog's buttons
    <div
      className="app"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void droppedFile(application, event.dataTransfer).then(
          (dropped) => dropped !== null && application.openDialog({ kind: 'launch', dropped }),
        );
      }}
    >
      <ConnectionStrip />
      <Group className="app-panels" orientation="horizontal">
        <Panel defaultSize={264} minSize={200} maxSize={480} groupResizeBehavior="preserve-pixel-size">
          <Sidebar />
        </Panel>
        <Separator className="divider" aria-label="Resize the list" />
        <Panel minSize={480}>
          <Main />
        </Panel>
      </Group>
      <Dialogs />
      <Notices
        notices={notices.map((notice) => ({ ...notice, hint: notice.failure?.hint }))}
        onDismiss={(id) => application.dismiss(id)}
      />
    </div>
  );
}
