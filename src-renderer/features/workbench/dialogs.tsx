/** Whatever dialog is open; one at a time. */
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { DeleteDialog } from '../instances/delete-dialog.tsx';
import { DeleteManyDialog } from '../instances/delete-many-dialog.tsx';
import { DuplicateDialog } from '../instances/duplicate-dialog.tsx';
import { GroupDialog } from '../instances/group-dialog.tsx';
import { EditDialog } from '../launch/edit-dialog.tsx';
import { LaunchDialog } from '../launch/launch-dialog.tsx';
import { SaveTemplateDialog } from '../launch/templates/save-template-dialog.tsx';
import { CommandPalette } from '../palette/command-palette.tsx';
import { ScreenshotDialog } from '../screenshot/screenshot-dialog.tsx';
import { ShortcutsDialog } from '../settings/shortcuts-dialog.tsx';

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
