/** A window of one console: whose it is, how that is, and the console with all it can do. */
import './console.css';
import '../instances/instances.css';
import '../workbench/workbench.css';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { statusWord } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { viewOf } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import { Notices } from '../../ui/notices.tsx';
import { StateMark, toneOf } from '../instances/state-mark.tsx';
import { ConnectionStrip } from '../workbench/connection-strip.tsx';
import { consoleTitle } from './console-titles.ts';
import type { DetachedTarget } from './detach.ts';
import { layoutOf } from './layout/default-layout.ts';
import { Workspace } from './workspace.tsx';

const { detached: strings } = consoleStrings;

export function DetachedConsole({ target }: { target: DetachedTarget }) {
  const application = useApplication();
  const { stores } = application;
  const view = useStore(stores.instances, (state) => viewOf(state, target.id));
  const loaded = useStore(stores.instances, (state) => state.loaded);
  const notices = useStore(stores.notices, (state) => state.notices);
  // Details of this instance, whichever is the first of the list.
  useEffect(() => {
    application.select(target.id);
    return stores.view.subscribe(({ selected }) => {
      if (selected !== target.id) application.select(target.id);
    });
  }, [application, stores, target.id]);
  const { console, boot } = target.content;
  const title = view === undefined ? null : `${view.name} – ${consoleTitle(console)}`;
  useEffect(() => {
    document.title = title === null ? commonStrings.appName : `${title} – ${commonStrings.appName}`;
  }, [title]);
  return (
    <div className="app detached">
      <ConnectionStrip />
      {view === undefined ? (
        <main className="detached-gone">
          <p>{loaded ? strings.gone : strings.looking}</p>
          {loaded && (
            <>
              <p className="field-hint">{strings.goneHint}</p>
              <Button onClick={() => window.close()}>{strings.close}</Button>
            </>
          )}
        </main>
      ) : (
        <main className="detached" aria-label={view.name}>
          <header className="detached-head">
            <StateMark status={view.status} />
            <h1 className="truncate" title={view.name}>
              {view.name}
            </h1>
            <span className="header-state" role="status" aria-label={strings.state} data-tone={toneOf(view.status)}>
              {statusWord(view.status)}
            </span>
          </header>
          <Workspace
            view={view}
            visible
            detached
            storageKey={`slipway-window-layout:${target.id}:${console}:${boot ?? ''}`}
            first={() => layoutOf([target.content], view.serialPorts)}
          />
        </main>
      )}
      <Notices
        notices={notices.map((notice) => ({ ...notice, hint: notice.failure?.hint }))}
        onDismiss={(id) => application.dismiss(id)}
      />
    </div>
  );
}
