/** The table of keys as a person reads it. */
import { Modal } from '../../ui/modal.tsx';
import { shortcuts } from './shortcuts.ts';

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" width={520} onClose={onClose}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Keys</th>
            <th scope="col">What</th>
            <th scope="col">In a console too</th>
          </tr>
        </thead>
        <tbody>
          {shortcuts.map((shortcut) => (
            <tr key={shortcut.keys}>
              <td>
                <kbd className="kbd">{shortcut.keys}</kbd>
              </td>
              <td>{shortcut.what}</td>
              <td>{shortcut.inTerminal ? 'yes' : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
