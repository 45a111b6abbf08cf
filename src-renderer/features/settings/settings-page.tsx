/**
 * settings/ owns preferences and the table of keys: the page, what of them is on the root, and which key does what. It
 * must never keep a setting by itself; the core's file has them, for every face.
 */
import './settings.css';
import { useStore } from 'zustand';
import { type Settings, settingsSchema } from '../../../src-shared/model/settings.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { settingsStrings } from '../../strings/settings.ts';
import { Page, Section, SettingRow } from '../../ui/section.tsx';
import { NotificationPermission } from '../news/notification-permission.tsx';
import { SettingControl } from './setting-control.tsx';
import { type SettingRowData, settingSections } from './setting-rows.ts';

const defaults: Settings = settingsSchema.parse({});

/** A value as a person reads it. */
function inWords(row: SettingRowData, settings: Settings): string {
  switch (row.kind) {
    case 'switch':
      return row.get(settings) ? settingsStrings.on : settingsStrings.off;
    case 'choice':
      return row.options.find(({ value }) => value === row.get(settings))?.label ?? row.get(settings);
    case 'number':
      return `${row.get(settings)} ${row.unit}`.trim();
    case 'text':
      return row.get(settings) === '' ? settingsStrings.empty : row.get(settings);
  }
}

function backToDefault(row: SettingRowData, settings: Settings): Partial<Settings> {
  switch (row.kind) {
    case 'switch':
      return row.change(row.get(defaults), settings);
    case 'number':
      return row.change(row.get(defaults), settings);
    case 'choice':
    case 'text':
      return row.change(row.get(defaults), settings);
  }
}

export function SettingsPage() {
  const application = useApplication();
  const settings = useStore(application.stores.settings);
  const save = (change: Partial<Settings>): void => unawaited(application.saveSettings(change));
  const sections = settingSections
    .map((section) => ({
      ...section,
      rows: section.rows.filter((row) => row.windowOnly !== true || application.face === 'window'),
    }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <Page
      title={settingsStrings.title}
      lead={settingsStrings.lead}
      sections={sections.map(({ id, title }) => ({ id: `settings-${id}`, label: title }))}
    >
      {sections.map(({ id, title, rows }) => (
        <Section key={id} id={`settings-${id}`} title={title}>
          {id === 'notifications' && application.face === 'web' && <NotificationPermission />}
          {rows.map((row) => (
            <SettingRow
              key={row.label}
              label={row.label}
              about={row.about}
              defaultText={inWords(row, defaults)}
              onDefault={row.get(settings) === row.get(defaults) ? undefined : () => save(backToDefault(row, settings))}
            >
              <SettingControl row={row} settings={settings} onChange={save} />
            </SettingRow>
          ))}
        </Section>
      ))}
    </Page>
  );
}
