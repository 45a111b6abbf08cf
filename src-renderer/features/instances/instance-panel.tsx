/** The selected instance: header, failure, and its tabs. */
import { Tabs } from 'radix-ui';
import { useStore } from 'zustand';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { tabsOf } from '../../state/instances.ts';
import { type InstanceTab, instanceTabs } from '../../state/tabs.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { later } from '../../ui/later.tsx';
import { ConsolePane } from '../console/console-pane.tsx';
import { InstanceFailure } from '../failure/instance-failure.tsx';
import { InstanceHeader } from './instance-header.tsx';

const CommandTab = later(async () => (await import('../command/command-tab.tsx')).CommandTab);
const DetailsTab = later(async () => (await import('../details/details-tab.tsx')).DetailsTab);
const PortsTab = later(async () => (await import('../ports/ports-tab.tsx')).PortsTab);
const ShowTab = later(async () => (await import('../show/show-tab.tsx')).ShowTab);
const TimelineTab = later(async () => (await import('../timeline/timeline-tab.tsx')).TimelineTab);

function isTab(value: string): value is InstanceTab {
  return instanceTabs.some((tab) => tab === value);
}

export function InstancePanel({ view }: { view: InstanceView }) {
  const application = useApplication();
  const wanted = useStore(application.stores.view, (state) => state.tab);
  const tabs = tabsOf(view);
  // The choice is kept for the next instance that has such a view.
  const tab = tabs.includes(wanted) ? wanted : 'console';
  const { failure } = view.status;
  return (
    <main className="panel" aria-label={view.name}>
      <InstanceHeader view={view} />
      {failure !== null && <InstanceFailure view={view} failure={failure} />}
      <Tabs.Root className="panel-tabs" value={tab} onValueChange={(next) => isTab(next) && application.showTab(next)}>
        <Tabs.List className="tabs panel-tab-list" aria-label={instanceStrings.views}>
          {tabs.map((name) => (
            <Tabs.Trigger key={name} value={name} className="tab">
              {instanceStrings.tabs[name]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {/* Kept while another tab is shown: a terminal that is made anew would lose its place. */}
        <Tabs.Content value="console" forceMount hidden={tab !== 'console'} className="panel-content" tabIndex={-1}>
          <ConsolePane key={view.id} view={view} visible={tab === 'console'} />
        </Tabs.Content>
        <Tabs.Content value="timeline" className="panel-content panel-page">
          <TimelineTab view={view} />
        </Tabs.Content>
        <Tabs.Content value="ports" className="panel-content panel-page">
          <PortsTab view={view} />
        </Tabs.Content>
        <Tabs.Content value="command" className="panel-content panel-page">
          <CommandTab view={view} />
        </Tabs.Content>
        <Tabs.Content value="details" className="panel-content panel-page">
          <DetailsTab view={view} />
        </Tabs.Content>
        <Tabs.Content value="show" className="panel-content panel-page">
          <ShowTab key={view.id} view={view} />
        </Tabs.Content>
      </Tabs.Root>
    </main>
  );
}
