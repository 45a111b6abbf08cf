/** How a terminal is looked at: what is used daily. Everything else of it is in the settings. */
import { useStore } from 'zustand';
import { settingsSchema } from '../../../src-shared/model/settings.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { consoleStrings } from '../../strings/console.ts';
import { MenuCheck, MenuItem, MenuRadio, MenuSeparator } from '../../ui/menu.tsx';
import { changeFontSize } from './font-size.ts';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import type { TimeMode } from './terminal/time-gutter.ts';

const { view: strings } = consoleStrings;
const usualFontSize = settingsSchema.parse({}).fontSize;

export interface ViewOptions {
  readonly locked: boolean;
  readonly setLocked: (locked: boolean) => void;
  readonly guestSize: boolean;
  readonly setGuestSize: (on: boolean) => void;
  /** Timestamps count from the launch instead of naming the time of day. */
  readonly sinceBoot: boolean;
  readonly setSinceBoot: (on: boolean) => void;
}

export function ViewMenu({ surface, options }: { surface: TerminalSurface | null; options: ViewOptions }) {
  const application = useApplication();
  const settings = useStore(application.stores.settings);
  const { locked, setLocked, guestSize, setGuestSize, sinceBoot, setSinceBoot } = options;
  const times: TimeMode = !settings.timestamps ? 'off' : sinceBoot ? 'boot' : 'clock';
  return (
    <>
      <MenuRadio
        label={strings.times}
        value={times}
        options={[
          { value: 'off', label: strings.timesOff },
          { value: 'clock', label: strings.timesClock },
          { value: 'boot', label: strings.timesBoot },
        ]}
        onChange={(mode) => {
          setSinceBoot(mode === 'boot');
          unawaited(application.saveSettings({ timestamps: mode !== 'off' }));
        }}
      />
      <MenuSeparator />
      <MenuCheck checked={locked} onChange={setLocked}>
        {strings.lock}
      </MenuCheck>
      <MenuCheck checked={guestSize} onChange={setGuestSize}>
        {strings.guestSize(surface?.announcedSize ?? '80×24')}
      </MenuCheck>
      <MenuCheck
        checked={settings.copyOnSelect}
        onChange={(copyOnSelect) => unawaited(application.saveSettings({ copyOnSelect }))}
      >
        {strings.copyOnSelect}
      </MenuCheck>
      <MenuCheck
        checked={settings.screenReader}
        onChange={(screenReader) => unawaited(application.saveSettings({ screenReader }))}
      >
        {strings.screenReader}
      </MenuCheck>
      <MenuSeparator />
      <MenuItem keys="Ctrl+Shift++" onSelect={() => changeFontSize(application, 1)}>
        {strings.larger}
      </MenuItem>
      <MenuItem keys="Ctrl+Shift+-" onSelect={() => changeFontSize(application, -1)}>
        {strings.smaller}
      </MenuItem>
      <MenuItem
        keys="Ctrl+Shift+0"
        disabled={settings.fontSize === usualFontSize}
        onSelect={() => unawaited(application.saveSettings({ fontSize: usualFontSize }))}
      >
        {strings.normal}
      </MenuItem>
      <MenuSeparator />
      <MenuItem keys="Ctrl+Shift+K" onSelect={() => surface?.clear()}>
        {strings.clear}
      </MenuItem>
    </>
  );
}
