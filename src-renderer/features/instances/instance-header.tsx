/** Who it is, how it is, and what can be done about it. */
import {
  Camera,
  Ellipsis,
  type LucideIcon,
  Pause,
  Pencil,
  Play,
  Power,
  RefreshCw,
  RotateCcw,
  Trash2,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Action } from '../../../src-shared/lifecycle.ts';
import { type InstanceView, statusWord } from '../../../src-shared/model/instance.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { formatProgress, formatUptime } from '../../state/format.ts';
import { actionsOf } from '../../state/instances.ts';
import { commonStrings } from '../../strings/common.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Meter } from '../../ui/meter.tsx';
import { AccelerationBadge } from '../doctor/acceleration-badge.tsx';
import { LanBadge } from '../ports/exposure-badge.tsx';
import { hasDisplay } from '../screenshot/display.ts';
import { RenameField } from './rename-field.tsx';
import { RowMenuItems } from './row-menu.tsx';
import { StateMark, toneOf } from './state-mark.tsx';

const strings = instanceStrings.actions;

function Uptime({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const text = formatUptime(now - Date.parse(since));
  return (
    <span className="header-uptime" title={instanceStrings.header.started(new Date(since).toLocaleString())}>
      <span className="unseen">{instanceStrings.header.up} </span>
      {text}
    </span>
  );
}

function EngineBadge({ view }: { view: InstanceView }) {
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const binary = useDetails(view.id)?.command?.binary;
  const engine =
    host?.engines.find((one) => one.binary !== null && one.binary === binary) ??
    host?.engines.find((one) => one.kind === 'qemu' && one.architecture === view.architecture);
  const choice = view.status.acceleration;
  const name = [engine?.kind === 'femu' ? 'FEMU' : 'QEMU', engine?.version].filter(Boolean).join(' ');
  if (choice === null) return <span className="badge">{name}</span>;
  return <AccelerationBadge engine={name} choice={choice} running={view.status.phase === 'running'} />;
}

interface VerbProps {
  readonly icon: LucideIcon;
  readonly name: string;
  readonly about?: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

function Verb({ icon, name, about, ...rest }: VerbProps) {
  return (
    <Button tone="quiet" icon={icon} aria-label={name} title={about ?? name} {...rest}>
      <span className="button-text">{name}</span>
    </Button>
  );
}

/** Everything a row's menu has, but for what stands beside it. */
function More({ view, without }: { view: InstanceView; without: readonly string[] }) {
  const { stores } = useApplication();
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Menu
      align="end"
      trigger={<IconButton ref={button} icon={Ellipsis} label={commonStrings.moreActions} />}
      onCloseAutoFocus={(event) => {
        if (stores.list.getState().renaming !== null || stores.view.getState().dialog !== null) event.preventDefault();
      }}
    >
      <RowMenuItems view={view} where="header" without={without} takeFocusBack={() => button.current?.focus()} />
    </Menu>
  );
}

function Actions({ view }: { view: InstanceView }) {
  const application = useApplication();
  const busy = useStore(application.stores.busy, ({ calls }) => calls[view.id]);
  const allowed = actionsOf(view);
  const { status } = view;
  const press = (action: Exclude<Action, 'delete'>) => ({
    disabled: busy === action || !allowed.has(action),
    onClick: () => unawaited(application.act(view.id, action)),
  });
  const isIdle = allowed.has('launch');
  const isForeign = view.origin === 'ffx';
  const command = useDetails(view.id)?.command ?? null;
  const isPictured = status.phase === 'running' && !isForeign && command !== null && hasDisplay(command);
  const pausable = allowed.has('resume') ? 'resume' : 'pause';
  if (isIdle)
    return (
      <div className="header-actions" role="toolbar" aria-label={instanceStrings.header.toolbar}>
        <IconButton
          icon={Trash2}
          label={strings.delete}
          onClick={() => application.openDialog({ kind: 'delete', id: view.id })}
        />
        <IconButton
          icon={Pencil}
          label={strings.edit}
          onClick={() => application.openDialog({ kind: 'edit', id: view.id })}
        />
        <More view={view} without={['launch', 'stop', 'edit', 'delete']} />
        <Button tone="primary" icon={Play} title="Ctrl+Shift+L" {...press('launch')}>
          {strings.launch}
        </Button>
      </div>
    );
  return (
    <div className="header-actions" role="toolbar" aria-label={instanceStrings.header.toolbar}>
      {isPictured && (
        <Verb
          icon={Camera}
          name={strings.screenshot}
          about={strings.screenshotAbout}
          disabled={false}
          onClick={() => application.openDialog({ kind: 'screenshot', id: view.id })}
        />
      )}
      {status.phase === 'running' && !isForeign && (
        <>
          <Verb
            icon={pausable === 'pause' ? Pause : Play}
            name={pausable === 'pause' ? strings.pause : strings.resume}
            {...press(pausable)}
          />
          <Verb icon={RotateCcw} name={strings.reset} about={strings.resetAbout} {...press('reset')} />
          <Verb icon={RefreshCw} name={strings.restart} about={strings.restartAbout} {...press('restart')} />
        </>
      )}
      <More
        view={view}
        without={['stop', 'restart', 'reset', 'pause', 'resume', ...(isPictured ? ['screenshot'] : [])]}
      />
      {(!isForeign || allowed.has('stop')) && (
        <Button
          icon={Power}
          tone={status.phase === 'stopping' ? 'danger' : 'plain'}
          title="Ctrl+Shift+S"
          {...press('stop')}
        >
          {status.phase === 'stopping' ? strings.forceStop : status.phase === 'staging' ? strings.cancel : strings.stop}
        </Button>
      )}
    </div>
  );
}

/** What is going on, with numbers: a staging step, or the rung of the stop ladder. */
function Activity({ view }: { view: InstanceView }) {
  const { progress, phase, conditions } = view.status;
  const pending = conditions.find(
    (one) => one.state === 'pending' || one.state === 'warning' || one.state === 'failed',
  );
  if (progress !== null)
    return (
      <div className="activity">
        <span className="truncate">{progress.step}</span>
        <span className="activity-numbers">{formatProgress(progress)}</span>
        {progress.total > 0 && <Meter label={progress.step} done={progress.done} total={progress.total} />}
      </div>
    );
  if (phase === 'stopping') return <div className="activity">{pending?.text ?? instanceStrings.header.stopping}</div>;
  // Of what died there is a card below.
  if (pending === undefined || phase === 'stopped' || phase === 'failed' || view.status.failure !== null)
    return view.origin === 'ffx' ? <div className="activity">{instanceStrings.ffx}</div> : null;
  return (
    <div className="activity" data-state={pending.state}>
      <span>{pending.text}</span>
      {pending.hint !== null && <span className="activity-hint">{pending.hint}</span>}
    </div>
  );
}

function Name({ view }: { view: InstanceView }) {
  const { stores } = useApplication();
  const { id, name, origin } = view;
  const isRenaming = useStore(stores.list, ({ renaming }) => renaming?.where === 'header' && renaming.id === id);
  const button = useRef<HTMLButtonElement>(null);
  if (origin !== 'slipway')
    return (
      <h1 className="header-name truncate" title={name}>
        {name}
      </h1>
    );
  const rename = (): void => stores.list.setState({ renaming: { id, where: 'header' } });
  return (
    <>
      <h1 className={isRenaming ? 'unseen' : 'header-name truncate'}>
        <button
          ref={button}
          type="button"
          className="header-rename truncate"
          aria-label={name}
          title={`${name}\n${instanceStrings.header.renameHint}`}
          onDoubleClick={rename}
          onKeyDown={(event) => event.key === 'Enter' && rename()}
        >
          {name}
        </button>
      </h1>
      {isRenaming && (
        <RenameField
          key={id}
          id={id}
          name={name}
          className="header-rename-field"
          onDone={(byKey) => {
            stores.list.setState({ renaming: null });
            if (byKey) requestAnimationFrame(() => button.current?.focus());
          }}
        />
      )}
    </>
  );
}

export function InstanceHeader({ view }: { view: InstanceView }) {
  const { stores } = useApplication();
  const { status } = view;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: F2 means the same on everything in it
    <header
      className="header"
      onKeyDown={(event) => {
        if (event.key !== 'F2' || view.origin !== 'slipway') return;
        event.preventDefault();
        stores.list.setState({ renaming: { id: view.id, where: 'header' } });
      }}
    >
      <div className="header-line">
        <StateMark status={status} />
        <Name view={view} />
        <span
          className="header-state"
          role="status"
          aria-label={instanceStrings.header.state}
          data-tone={toneOf(status)}
        >
          {statusWord(status)}
        </span>
        {status.processLives && status.startedAt !== null && <Uptime since={status.startedAt} />}
        <EngineBadge view={view} />
        {view.origin === 'ffx' && <Badge about={instanceStrings.ffx}>{instanceStrings.tags.ffx}</Badge>}
        <LanBadge view={view} />
        <Actions view={view} />
      </div>
      <Activity view={view} />
    </header>
  );
}
