/** `#gallery` at the end of the address shows every part of the design system: for work on the look, with no button. */
import { useEffect } from 'react';
import type { Application } from '../../state/application.ts';

export function useGalleryAddress(application: Application): void {
  useEffect(() => {
    const changed = (): void => {
      if (window.location.hash === '#gallery') application.showPage('gallery');
    };
    changed();
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, [application]);
}
