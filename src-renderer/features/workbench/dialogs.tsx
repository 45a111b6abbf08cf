/** Whatever dialog is open; one at a time. */
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { later } from '../../ui/later.tsx';

const DeleteDialog = later(async () => (await import('../instances/delete-dialog.tsx')).DeleteDialog);
const DeleteManyDialog = later(async () => (await import('../instances/delete-many-dialog.tsx')).DeleteManyDialog);
const DuplicateDialog = later(async () => (await import('../instances/duplicate-dialog.tsx')).DuplicateDialog);
const GroupDialog = later(async () => (await import('../instances/group-dialog.tsx')).GroupDialog);
const EditDialog = later(async () => (await import('../launch/edit-dialog.tsx')).EditDialog);
const LaunchDialog = later(async () => (await import('../launch/launch-dialog.tsx')).LaunchDialog);
const SaveTemplateDialog = later(
  async () => (await import('../launch/templates/save-template-dialog.tsx')).SaveTemplateDialog,
);
const CommandPalette = later(async () => (await import('../palette/command-palette.tsx')).CommandPalette);
const ScreenshotDialog = later(async () => (await import('../screenshot/screenshot-dialog.tsx')).ScreenshotDialog);
const ShortcutsDialog = later(async () => (await import('../settings/shortcuts-dialog.tsx')).ShortcutsDialog);

export function Dialogs() {
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
    case 'deleteMany':
      return <DeleteManyDialog ids={dialog.ids} onClose={close} />;
    case 'group':
      return <GroupDialog ids={dialog.ids} onClose={close} />;
    case 'duplicate':
      return <DuplicateDialog id={dialog.id} onClose={close} />;
    case 'screenshot':
      return <ScreenshotDialog id={dialog.id} onClose={close} />;
    case 'palette':
      return <CommandPalette onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />;
  }
}
