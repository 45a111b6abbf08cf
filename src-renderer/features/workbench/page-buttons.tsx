/** The buttons of the pages, at the foot of the list. Pressed again, one leads back to the instance. */
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { IconButton } from '../../ui/button.tsx';
import { pages } from './pages.tsx';

export function PageButtons() {
  const application = useApplication();
  const shown = useStore(application.stores.view, (state) => state.page);
  return (
    <>
      {pages.map(({ name, label, icon }) => (
        <IconButton
          key={name}
          small
          icon={icon}
          label={label}
          aria-pressed={shown === name}
          onClick={() => application.showPage(shown === name ? 'instances' : name)}
        />
      ))}
    </>
  );
}
