/** Views of one thing, one of them shown. Arrow keys walk along the tabs. */
import { Tabs as RadixTabs } from 'radix-ui';
import type { ReactNode } from 'react';

export interface TabsProps<V extends string> {
  /** The accessible name of the row of tabs. */
  readonly label: string;
  readonly value: V;
  readonly tabs: readonly { readonly value: V; readonly label: string; readonly mark?: ReactNode }[];
  readonly onChange: (value: V) => void;
  /** Beside the tabs, at the right end of their line. */
  readonly tools?: ReactNode;
  /** `TabPanel`s. */
  readonly children: ReactNode;
  readonly className?: string;
}

export function Tabs<V extends string>({ label, value, tabs, onChange, tools, children, className }: TabsProps<V>) {
  return (
    <RadixTabs.Root
      className={className}
      value={value}
      onValueChange={(next) => {
        const chosen = tabs.find((tab) => tab.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      <div className="tab-line">
        <RadixTabs.List className="tabs" aria-label={label}>
          {tabs.map((tab) => (
            <RadixTabs.Trigger key={tab.value} value={tab.value} className="tab">
              {tab.label}
              {tab.mark}
            </RadixTabs.Trigger>
          ))}
        </RadixTabs.List>
        {tools}
      </div>
      {children}
    </RadixTabs.Root>
  );
}

export interface TabPanelProps {
  readonly value: string;
  readonly children: ReactNode;
  readonly className?: string;
  /** Stays in the page while another tab is shown: for what would lose its place. The caller hides it. */
  readonly kept?: boolean;
  readonly hidden?: boolean;
}

export function TabPanel({ value, children, className, kept, hidden }: TabPanelProps) {
  return (
    <RadixTabs.Content value={value} className={className} hidden={hidden} {...(kept && { forceMount: true })}>
      {children}
    </RadixTabs.Content>
  );
}
