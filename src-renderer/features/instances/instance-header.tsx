/** Who it is, how it is, and what can be done about it. */
import { Camera, type LucideIcon, Pause, Pencil, Play, Power, RefreshCw, RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Action } from '../../../src-shared/lifecycle.ts';
import { type InstanceView, statusWord } from '../../../src-shared/model/instance.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { formatProgress, formatUptime } from '../../state/format.ts';
import { actionsOf } from '../../state/instances.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Meter } from '../../ui/meter.tsx';
import { Tip } from '../../ui/tip.tsx';
import { AccelerationBadge } from '../doctor/acceleration-badge.tsx';
import { hasDisplay } from '../screenshot/display.ts';
import { StateMark, toneOf } from './state-mark.tsx';

function Uptime({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const text = formatUptime(now - Date.parse(since));
  return (
    <span className="header-uptime" title={`Started ${new Date(since).toLocaleString()}`}>
      <span className="unseen">up </span>
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

const ffxText = 'Started by "ffx emu": Slipway shows it, opens its consoles and stops it; nothing of it is changed.';

function FfxBadge() {
  return (
    <Tip text={ffxText}>
      <button type="button" className="badge" aria-label={`ffx. ${ffxText}`}>
        ffx
      </button>
    </Tip>
  );
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

function Actions({ view }: { view: InstanceView }) {
  const application = useApplication();
  const busy = useStore(application.stores.busy, ({ calls }) => calls[view.id]);
  const allowed = actionsOf(view);
  const stopping = view.status.phase === 'stopping';
  const press = (action: Exclude<Action, 'delete'>) => ({
    disabled: busy === action || !allowed.has(action),
    onClick: () => void application.act(view.id, action),
  });
  const pausable = allowed.has('resume') ? 'resume' : 'pause';
  const idle = allowed.has('launch');
  const foreign = view.origin === 'ffx';
  const command = useDetails(view.id)?.command ?? null;
  const pictured = view.status.phase === 'running' && !foreign && command !== null && hasDisplay(command);
  return (
    <div className="header-actions" role="toolbar" aria-label="Instance">
      {idle && (
        <>
          <IconButton
            icon={Trash2}
            label="Delete"
            onClick={() => application.openDialog({ kind: 'delete', id: view.id })}
          />
          <IconButton
            icon={Pencil}
            label="Edit"
            onClick={() => application.openDialog({ kind: 'edit', id: view.id })}
          />
          <Button tone="primary" icon={Play} title="Ctrl+Shift+L" {...press('launch')}>
            Launch
          </Button>
        </>
      )}
      {!idle && (!foreign || allowed.has('stop')) && (
        <>
          {pictured && (
            <Verb
              icon={Camera}
              name="Screenshot"
              about="A picture of the display, as PNG"
              disabled={false}
              onClick={() => application.openDialog({ kind: 'screenshot', id: view.id })}
            />
          )}
          {view.status.phase === 'running' && !foreign && (
            <>
              <Verb
                icon={pausable === 'pause' ? Pause : Play}
                name={pausable === 'pause' ? 'Pause' : 'Resume'}
                {...press(pausable)}
              />
              <Verb icon={RotateCcw} name="Reset" about="system_reset: same process, same images" {...press('reset')} />
              <Verb icon={RefreshCw} name="Restart" about="Stop, stage what changed, launch" {...press('restart')} />
            </>
          )}
          <Button icon={Power} tone={stopping ? 'danger' : 'plain'} title="Ctrl+Shift+S" {...press('stop')}>
            {stopping ? 'Force stop' : 'Stop'}
          </Button>
        </>
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
  if (phase === 'stopping')
    return (
      <div className="activity">
        {pending?.text ?? 'Asking the guest to power off. Force stop does not wait for it.'}
      </div>
    );
  if (pending === undefined || phase === 'stopped' || phase === 'failed')
    return view.origin === 'ffx' ? <div className="activity">{ffxText}</div> : null;
  return (
    <div className="activity" data-state={pending.state}>
      <span>{pending.text}</span>
      {pending.hint !== null && <span className="activity-hint">{pending.hint}</span>}
    </div>
  );
}

export function InstanceHeader({ view }: { view: InstanceView }) {
  const { status } = view;
  return (
    <header className="header">
      <div className="header-line">
        <StateMark status={status} />
        <h1 className="header-name truncate" title={view.name}>
          {view.name}
        </h1>
        <span className="header-state" role="status" aria-label="State" data-tone={toneOf(status)}>
          {statusWord(status)}
        </span>
        {status.processLives && status.startedAt !== null && <Uptime since={status.startedAt} />}
        <EngineBadge view={view} />
        {view.origin === 'ffx' && <FfxBadge />}
        {view.ports.some((port) => port.bind !== '127.0.0.1' && port.bind !== 'localhost') && (
          <span className="badge" data-tone="warning">
            open beyond this host
          </span>
        )}
        <Actions view={view} />
      </div>
      <Activity view={view} />
    </header>
  );
}
