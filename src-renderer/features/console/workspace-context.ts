/** What the parts of one console workspace share: its layout and what can be done with it. */
import { createContext, useContext } from 'react';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { Layout, TabContent } from './layout/layout.ts';
import type { OpenFiles } from './open-files.ts';
import type { TabHosts } from './tab-hosts.ts';

/** What the keys of the workspace ask of the tab in front. */
export interface TabActions {
  search(): void;
  copy(): void;
  clear(): void;
}

/** Something long that goes on for one of the consoles: a file that is sent, a transcript that is saved. */
export interface Work {
  readonly text: string;
  readonly done: number;
  readonly total: number;
  readonly stopLabel: string;
  stop(): void;
}

export interface Workspace {
  readonly view: InstanceView;
  readonly layout: Layout;
  readonly files: OpenFiles;
  readonly hosts: TabHosts;
  /** Of the tab whose terminal is to have the keys; each request is another object. */
  readonly focusWanted: { readonly tab: string } | null;
  /** The tab that is dragged, for the places it can be dropped at. */
  readonly dragged: string | null;
  /** Tabs with output nobody has looked at. */
  readonly unread: ReadonlySet<string>;
  /** This is a window of one console. */
  readonly detached: boolean;
  change(next: (layout: Layout) => Layout): void;
  /** As `change`, and the keys go to the terminal that is then in front. */
  changeAndFocus(next: (layout: Layout) => Layout): void;
  drag(tab: string | null): void;
  printed(tab: string): void;
  detach(content: TabContent): void;
  setWork(work: Work | null): void;
  register(tab: string, actions: TabActions): () => void;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error('outside of a console workspace');
  return workspace;
}
