/** The pages that stand beside the list instead of an instance. A page that is built has its row here, and its button. */
import { type LucideIcon, Settings2, Stethoscope } from 'lucide-react';
import type { ComponentType } from 'react';
import type { PageName } from '../../state/stores.ts';
import { workbenchStrings } from '../../strings/workbench.ts';
import { later } from '../../ui/later.tsx';

export interface PageEntry {
  readonly name: Exclude<PageName, 'instances' | 'gallery'>;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly Page: ComponentType;
}

const DoctorPage = later(async () => (await import('../doctor/doctor-page.tsx')).DoctorPage);
const SettingsPage = later(async () => (await import('../settings/settings-page.tsx')).SettingsPage);

export const pages: readonly PageEntry[] = [
  { name: 'doctor', label: workbenchStrings.doctor, icon: Stethoscope, Page: DoctorPage },
  { name: 'settings', label: workbenchStrings.settings, icon: Settings2, Page: SettingsPage },
];
