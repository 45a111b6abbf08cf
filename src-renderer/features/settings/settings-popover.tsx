/** Preferences: few enough for a popover. */
import { Settings2 } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { Segments } from '../../ui/segments.tsx';

const fontSizes = { smallest: 8, largest: 32 };

export function SettingsPopover() {
  const application = useApplication();
  const settings = useStore(application.stores.settings);
  return (
    <Popover.Root>
      <Popover.Trigger className="button icon-button" data-tone="quiet" data-small="" aria-label="Settings">
        <Settings2 size={15} strokeWidth={1.75} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" aria-label="Settings" side="top" align="start" sideOffset={8}>
          <Segments
            label="Theme"
            value={settings.theme}
            options={[
              { value: 'system', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            onChange={(theme) => void application.saveSettings({ theme })}
          />
          <label className="field">
            <span className="field-label">Console font size</span>
            <input
              className="input"
              type="number"
              min={fontSizes.smallest}
              max={fontSizes.largest}
              value={settings.fontSize}
              onChange={(event) => {
                const fontSize = Number(event.target.value);
                if (fontSize >= fontSizes.smallest && fontSize <= fontSizes.largest)
                  void application.saveSettings({ fontSize: Math.round(fontSize) });
              }}
            />
          </label>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
