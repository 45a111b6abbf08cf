/** How components reach the application and its stores. */
import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { InstanceDetails, InstanceView } from '../../src-shared/model/instance.ts';
import type { Application } from './application.ts';
import { viewOf } from './instances.ts';

const ApplicationContext = createContext<Application | null>(null);

export function ApplicationProvider({ application, children }: { application: Application; children: ReactNode }) {
  return <ApplicationContext value={application}>{children}</ApplicationContext>;
}

export function useApplication(): Application {
  const application = useContext(ApplicationContext);
  if (application === null) throw new Error('outside of ApplicationProvider');
  return application;
}

export function useSelected(): InstanceView | undefined {
  const { stores } = useApplication();
  const selected = useStore(stores.view, (view) => view.selected);
  return useStore(stores.instances, (state) => viewOf(state, selected));
}

export function useDetails(id: string): InstanceDetails | undefined {
  const { stores } = useApplication();
  return useStore(stores.instances, (state) => state.details[id]);
}
