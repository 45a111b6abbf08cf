/**
 * console/ owns terminals: their bytes, look, keys and tools. It must never interpret what a guest prints, and never
 * types anything a person or their terminal did not.
 */
import '@xterm/xterm/css/xterm.css';
import './console.css';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { bootTab, type ConsoleTab, liveTabs } from './console-targets.ts';
import { ConsoleView } from './console-view.tsx';

const first = 'serial';

export function ConsolePane({ view, visible }: { view: InstanceView; visible: boolean }) {
  const { stores } = useApplication();
  const [chosen, setChosen] = useState(first);
  /** A console is opened when it is first looked at and then kept, so that coming back costs nothing. */
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set([first]));
  const [boots, setBoots] = useState<readonly number[]>([]);
  const bootToShow = useStore(stores.view, (state) => state.bootToShow);
  const choose = (key: string): void => {
    setOpened((keys) => new Set([...keys, key]));
    setChosen(key);
  };
  useEffect(() => {
    if (bootToShow === null) return;
    const { key } = bootTab(bootToShow);
    setBoots((numbers) => [...new Set([...numbers, bootToShow])].sort((a, b) => a - b));
    setOpened((keys) => new Set([...keys, key]));
    setChosen(key);
    stores.view.setState({ bootToShow: null });
  }, [bootToShow, stores]);
  const consoleToShow = useStore(stores.view, (state) => state.consoleToShow);
  useEffect(() => {
    if (consoleToShow?.id !== view.id) return;
    const key = consoleToShow.console;
    setOpened((keys) => new Set([...keys, key]));
    setChosen(key);
    stores.view.setState({ consoleToShow: null });
  }, [consoleToShow, view.id, stores]);
  const closeBoot = (number: number): void => {
    const { key } = bootTab(number);
    setBoots((numbers) => numbers.filter((other) => other !== number));
    setOpened((keys) => new Set([...keys].filter((other) => other !== key)));
    if (chosen === key) setChosen(first);
  };
  const tabs: readonly ConsoleTab[] = [...liveTabs, ...boots.map(bootTab)];
  return (
    <div className="console-pane">
      <div className="console-tabs" role="tablist" aria-label="Consoles">
        {tabs.map((tab) => (
          <span key={tab.key} className="console-tab-place">
            <button
              type="button"
              role="tab"
              className="tab console-tab"
              aria-selected={tab.key === chosen}
              data-state={tab.key === chosen ? 'active' : undefined}
              tabIndex={tab.key === chosen ? 0 : -1}
              onClick={({ detail }) => {
                choose(tab.key);
                // With the mouse a terminal is chosen to type into it; with the keys the tabs are walked along.
                if (detail > 0) stores.view.setState({ focusConsole: true });
              }}
              onKeyDown={(event) => {
                const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
                if (step === undefined) return;
                const index = tabs.findIndex((other) => other.key === chosen);
                const next = tabs[(index + step + tabs.length) % tabs.length];
                if (next !== undefined) choose(next.key);
                const places = event.currentTarget.closest('[role="tablist"]')?.querySelectorAll('[role="tab"]');
                const place = places?.[(index + step + tabs.length) % tabs.length];
                if (place instanceof HTMLElement) place.focus();
                event.preventDefault();
              }}
            >
              {tab.title}
            </button>
            {tab.boot !== null && (
              <button
                type="button"
                className="button icon-button console-tab-close"
                data-tone="quiet"
                data-small=""
                aria-label={`Close ${tab.title}`}
                onClick={() => tab.boot !== null && closeBoot(tab.boot)}
              >
                <X size={12} aria-hidden />
              </button>
            )}
          </span>
        ))}
      </div>
      {tabs
        .filter((tab) => opened.has(tab.key))
        .map((tab) => (
          <ConsoleView key={tab.key} view={view} tab={tab} visible={visible && tab.key === chosen} />
        ))}
    </div>
  );
}
