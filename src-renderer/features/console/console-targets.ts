/** The consoles an instance has, and what they are called. */
import type { ConsoleName } from '../../../src-shared/model/console.ts';

export interface ConsoleTab {
  readonly key: string;
  readonly console: ConsoleName;
  /** null: the current boot and those that follow. */
  readonly boot: number | null;
  readonly title: string;
  /** The accessible name of the terminal's region. */
  readonly label: string;
}

export const liveTabs: readonly ConsoleTab[] = [
  { key: 'serial', console: 'serial', boot: null, title: 'Serial', label: 'Serial console' },
  { key: 'monitor', console: 'monitor', boot: null, title: 'Monitor', label: 'Monitor console' },
  { key: 'qmp', console: 'qmp', boot: null, title: 'QMP', label: 'QMP console' },
  { key: 'log', console: 'log', boot: null, title: 'Engine log', label: 'Engine log' },
];

export function bootTab(boot: number): ConsoleTab {
  return {
    key: `boot-${boot}`,
    console: 'serial',
    boot,
    title: `Boot ${boot}`,
    label: `Serial console of boot ${boot}`,
  };
}
