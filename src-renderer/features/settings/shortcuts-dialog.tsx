/** The table of keys as a person reads it. */
import { shortcutStrings } from '../../strings/shortcuts.ts';
import { Keys } from '../../ui/keys.tsx';
import { Modal } from '../../ui/modal.tsx';
import { shortcutSections } from './shortcuts.ts';

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal title={shortcutStrings.title} width={860} onClose={onClose}>
      <p className="field-hint">{shortcutStrings.lead}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: nothing in it takes the focus, and it may have to be scrolled */}
      <section className="shortcut-sheet" tabIndex={0} aria-label={shortcutStrings.title}>
        {shortcutSections.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {shortcuts.map(({ keys, what }) => (
                <div key={keys}>
                  <dt>
                    <Keys keys={keys} />
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </section>
    </Modal>
  );
}
