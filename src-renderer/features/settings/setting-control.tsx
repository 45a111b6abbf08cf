/** The control of one setting. Numbers are taken when they are complete, so that nothing jumps while they are typed. */
import { useState } from 'react';
import type { Settings } from '../../../src-shared/model/settings.ts';
import { settingsStrings } from '../../strings/settings.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { SettingRowData } from './setting-rows.ts';

interface ControlProps {
  readonly row: SettingRowData;
  readonly settings: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

export function SettingControl({ row, settings, onChange }: ControlProps) {
  const { label } = row;
  const said = { label, labelHidden: true };
  switch (row.kind) {
    case 'switch':
      return (
        <Switch {...said} checked={row.get(settings)} onChange={(value) => onChange(row.change(value, settings))} />
      );
    case 'choice': {
      const chosen = {
        ...said,
        value: row.get(settings),
        options: row.options,
        onChange: (value: string) => onChange(row.change(value, settings)),
      };
      return row.wide ? <SelectField {...chosen} /> : <Segments {...chosen} />;
    }
    case 'number':
      return <NumberControl key={row.get(settings)} row={row} settings={settings} onChange={onChange} />;
    case 'text':
      return (
        <TextField
          {...said}
          value={row.get(settings)}
          placeholder={settingsStrings.empty}
          suggestions={row.suggestions.map((value) => ({ value, label: value }))}
          onChange={(value) => onChange(row.change(value, settings))}
        />
      );
  }
}

type NumberRow = Extract<SettingRowData, { kind: 'number' }>;

function NumberControl({ row, settings, onChange }: ControlProps & { readonly row: NumberRow }) {
  const { label, unit, smallest, largest } = row;
  const [text, setText] = useState(String(row.get(settings)));
  const value = Number(text);
  const fits = text.trim() !== '' && Number.isInteger(value) && value >= smallest && value <= largest;
  const take = (): void => {
    if (fits && value !== row.get(settings)) onChange(row.change(value, settings));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field inside has the focus; this only hears it leave
    <span
      className="setting-number"
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    >
      <TextField
        label={unit === '' ? label : `${label} (${unit})`}
        labelHidden
        numeric
        value={text}
        messages={fits ? [] : [{ severity: 'error', text: settingsStrings.outOfRange(smallest, largest) }]}
        onChange={setText}
      />
      <span className="setting-unit">{unit}</span>
    </span>
  );
}
