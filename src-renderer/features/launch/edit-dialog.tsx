/** Edit: the form of a stored instance, without the gallery. */
import { OldDialog } from './launch-dialog.tsx';

export function EditDialog({ id, onClose }: { id: string; field: string | null; onClose: () => void }) {
  return <OldDialog guest="demo" instance={id} dropped={null} onClose={onClose} />;
}
