/** Which theme is on: the person's choice, or the system's. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';

const query = () => window.matchMedia('(prefers-color-scheme: dark)');

export function useDark(): boolean {
  const { stores } = useApplication();
  const theme = useStore(stores.settings, (settings) => settings.theme);
  const [systemDark, setSystemDark] = useState(() => query().matches);
  useEffect(() => {
    const media = query();
    const changed = (): void => setSystemDark(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return theme === 'system' ? systemDark : theme === 'dark';
}

/** What tokens.css asks of the root: theme and density. */
export function useLookOnRoot(): void {
  const { stores } = useApplication();
  const dark = useDark();
  const density = useStore(stores.settings, (settings) => settings.density);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
}
