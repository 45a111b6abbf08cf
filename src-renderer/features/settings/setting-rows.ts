/** Every setting as a row of data: where its value is, how it is chosen, what it is called. */
import type { Settings } from '../../../src-shared/model/settings.ts';
import { settingsStrings as strings } from '../../strings/settings.ts';

/** Reads one value of the settings, and says what changes when it is chosen anew. */
interface Place<V> {
  get(settings: Settings): V;
  change(value: V, settings: Settings): Partial<Settings>;
}

interface Row {
  readonly label: string;
  readonly about?: string;
  /** Only where there is a desktop around the page. */
  readonly windowOnly?: true;
}

export type SettingRowData = Row &
  (
    | ({ readonly kind: 'switch' } & Place<boolean>)
    | ({ readonly kind: 'choice'; readonly options: readonly Option[]; readonly wide: boolean } & Place<string>)
    | ({
        readonly kind: 'number';
        readonly smallest: number;
        readonly largest: number;
        readonly unit: string;
      } & Place<number>)
    | ({ readonly kind: 'text'; readonly suggestions: readonly string[] } & Place<string>)
  );

interface Option {
  readonly value: string;
  readonly label: string;
}

export interface SettingSection {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly SettingRowData[];
}

const at = <K extends keyof Settings>(key: K): Place<Settings[K]> => ({
  get: (settings) => settings[key],
  change: (value) => {
    const change: Partial<Settings> = {};
    change[key] = value;
    return change;
  },
});

const ofNew = (key: keyof Settings['newInstance'], perUnit = 1): Place<number> => ({
  get: (settings) => settings.newInstance[key] / perUnit,
  change: (value, { newInstance }) => ({ newInstance: { ...newInstance, [key]: value * perUnit } }),
});

/** A choice whose options are exactly the values of the setting. */
function choice<K extends keyof Settings>(
  key: K,
  options: { readonly [V in Settings[K] & string]: string },
  wide = false,
): { readonly kind: 'choice'; readonly options: readonly Option[]; readonly wide: boolean } & Place<string> {
  const place = at(key);
  const isValue = (value: string): value is Settings[K] & string => Object.hasOwn(options, value);
  const entries: readonly [string, string][] = Object.entries(options);
  return {
    kind: 'choice',
    wide,
    options: entries.map(([value, label]) => ({ value, label })),
    get: (settings) => String(place.get(settings)),
    change: (value, settings) => (isValue(value) ? place.change(value, settings) : {}),
  };
}

const pick = <T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Pick<T, K> => {
  const picked: Partial<T> = {};
  for (const key of keys) picked[key] = from[key];
  return picked as Pick<T, K>;
};

const { units } = strings;

export const settingSections: readonly SettingSection[] = [
  {
    id: 'look',
    title: strings.sections.look,
    rows: [
      { label: strings.theme.label, ...choice('theme', pick(strings.theme, 'system', 'light', 'dark')) },
      {
        label: strings.density.label,
        about: strings.density.about,
        ...choice('density', pick(strings.density, 'comfortable', 'compact')),
      },
    ],
  },
  {
    id: 'terminals',
    title: strings.sections.terminals,
    rows: [
      { ...strings.fontSize, kind: 'number', smallest: 8, largest: 32, unit: units.pixels, ...at('fontSize') },
      {
        ...strings.fontFamily,
        kind: 'text',
        suggestions: ['JetBrains Mono', 'Cascadia Mono', 'DejaVu Sans Mono', 'Fira Mono', 'IBM Plex Mono', 'Menlo'],
        ...at('fontFamily'),
      },
      { ...strings.ligatures, kind: 'switch', ...at('ligatures') },
      { label: strings.terminalTheme.label, ...choice('terminalTheme', strings.terminalTheme.names, true) },
      {
        label: strings.cursorStyle.label,
        ...choice('cursorStyle', pick(strings.cursorStyle, 'block', 'bar', 'underline')),
      },
      { ...strings.cursorBlink, kind: 'switch', ...at('cursorBlink') },
      {
        ...strings.scrollbackLines,
        kind: 'number',
        smallest: 100,
        largest: 200_000,
        unit: units.lines,
        ...at('scrollbackLines'),
      },
      { ...strings.timestamps, kind: 'switch', ...at('timestamps') },
      { ...strings.screenReader, kind: 'switch', ...at('screenReader') },
    ],
  },
  {
    id: 'typing',
    title: strings.sections.typing,
    rows: [
      { ...strings.copyOnSelect, kind: 'switch', ...at('copyOnSelect') },
      { ...strings.confirmPaste, kind: 'switch', ...at('confirmPaste') },
      {
        ...strings.sendLineDelay,
        kind: 'number',
        smallest: 0,
        largest: 10_000,
        unit: units.milliseconds,
        ...at('sendLineDelayMs'),
      },
    ],
  },
  {
    id: 'list',
    title: strings.sections.list,
    rows: [
      {
        label: strings.listSort.label,
        ...choice('listSort', pick(strings.listSort, 'name', 'state', 'started', 'size'), true),
      },
      {
        label: strings.listGrouping.label,
        ...choice('listGrouping', pick(strings.listGrouping, 'group', 'state', 'kind', 'none'), true),
      },
    ],
  },
  {
    id: 'new-instances',
    title: strings.sections.newInstances,
    rows: [
      {
        ...strings.memoryMiB,
        kind: 'number',
        smallest: 4,
        largest: 4 * 1024 * 1024,
        unit: units.mebibytes,
        ...ofNew('memoryMiB'),
      },
      { ...strings.processors, kind: 'number', smallest: 1, largest: 512, unit: '', ...ofNew('processors') },
      { ...strings.keepBoots, kind: 'number', smallest: 1, largest: 100, unit: '', ...ofNew('keepBoots') },
      {
        ...strings.transcriptMiB,
        kind: 'number',
        smallest: 1,
        largest: 1024 * 1024,
        unit: units.mebibytes,
        ...ofNew('transcriptMiB'),
      },
      {
        ...strings.powerdown,
        kind: 'number',
        smallest: 0,
        largest: 600,
        unit: units.seconds,
        ...ofNew('powerdownMs', 1000),
      },
    ],
  },
  {
    id: 'notifications',
    title: strings.sections.notifications,
    rows: [
      { ...strings.notifyReady, about: strings.notifyAbout, kind: 'switch', ...at('notifyReady') },
      { ...strings.notifyCrashed, kind: 'switch', ...at('notifyCrashed') },
      { ...strings.notifyPanic, kind: 'switch', ...at('notifyPanic') },
    ],
  },
  {
    id: 'quitting',
    title: strings.sections.quitting,
    rows: [
      { ...strings.tray, windowOnly: true, kind: 'switch', ...at('tray') },
      {
        label: strings.onQuit.label,
        windowOnly: true,
        ...choice('onQuit', pick(strings.onQuit, 'ask', 'leave', 'stop'), true),
      },
    ],
  },
];
