/**
 * ports/ owns the table of port mappings: what was asked for, what is there, and what to do with it. What is true of a
 * port it is told by the core; it must never connect to one itself.
 */
import { RefreshCw } from 'lucide-react';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { InstanceDetails, InstanceView } from '../../../src-shared/model/instance.ts';
import type { PortMapping, PortStatus } from '../../../src-shared/model/ports.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { commonStrings } from '../../strings/common.ts';
import { portStrings } from '../../strings/ports.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Doors } from './doors.tsx';
import { PortEditor } from './port-editor.tsx';
import { PortRow } from './port-row.tsx';
import type { PortText } from './port-words.ts';
import './ports.css';
import { unawaited } from '../../api/unawaited.ts';
import { usePortChecks } from './use-port-checks.ts';
import { usePortProbe } from './use-port-probe.ts';

const blank: PortText = { name: '', protocol: 'tcp', guest: '', host: '', bind: '127.0.0.1' };

/** Why there can be none, or null. */
function useNoPorts(view: InstanceView, details: InstanceDetails | undefined): 'none' | 'tap' | null {
  const networking = details?.spec.host.networking;
  if (view.ports.length > 0 || (networking !== 'none' && networking !== 'tap')) return null;
  return networking;
}

/** The host port as it was chosen: of a mapping that was given a free one, none. */
function asText(port: PortStatus, asked: readonly PortMapping[]): PortText {
  const chosen = asked.find(({ name }) => name === port.name);
  const host = chosen === undefined ? null : chosen.host;
  return {
    name: port.name,
    protocol: port.protocol,
    guest: String(port.guest),
    host: host === null ? '' : String(host),
    bind: port.bind,
  };
}

export function PortsTab({ view }: { view: InstanceView }) {
  const application = useApplication();
  const details = useDetails(view.id);
  const [editing, setEditing] = useState<string | null>(null);
  const table = useRef<HTMLTableElement>(null);
  const { probing, probe } = usePortProbe(view);
  const { ports, id } = view;
  const { phase, processLives } = view.status;
  const hostAddresses = details?.hostAddresses ?? [];
  const asked = details?.spec.host.ports ?? [];
  const isForeign = view.origin === 'ffx';
  const isIdle = phase === 'stopped' || (phase === 'failed' && !processLives);
  const isChangeable = !isForeign && (isIdle || phase === 'running');
  const toTry = isForeign
    ? []
    : ports.filter(({ state, host }) => host !== null && (state === 'failed' || (isIdle && state === 'pending')));
  const checks = usePortChecks(
    toTry.map((port) => ({ ...asText(port, asked), host: String(port.host), key: port.name })),
    id,
  );
  const none = useNoPorts(view, details);
  if (none !== null)
    return (
      <div className="ports">
        <Empty title={none === 'none' ? portStrings.noneTitle : portStrings.tapTitle}>
          {none === 'none' ? portStrings.noNetwork : portStrings.tap}
        </Empty>
        <Doors doors={view.doors ?? []} hostAddresses={hostAddresses} />
      </div>
    );

  /** The row that was typed into is gone; whoever uses the keyboard goes on at what stands in its place. */
  const leaveEditor = (name: string): void => {
    flushSync(() => setEditing(null));
    const edits = [...(table.current?.querySelectorAll<HTMLElement>('[data-edits]') ?? [])];
    (edits.find((button) => button.dataset.edits === name) ?? edits[0])?.focus();
  };
  const change = async (name: string, mapping: PortMapping): Promise<void> => {
    await application.call('port.change', { id, name, mapping });
    if (editing === name) leaveEditor(mapping.name);
  };
  const moveTo = (port: PortStatus, host: number): void => {
    const { name, protocol, guest, bind } = port;
    change(port.name, { name, protocol, guest, bind, host }).catch((error: unknown) =>
      application.notifyFailure(toFailure(error)),
    );
  };
  const remove = async (name: string): Promise<void> => {
    try {
      const mapping = await application.call('port.remove', { id, name });
      table.current?.querySelector<HTMLElement>('[data-adds]')?.focus();
      const restore = (): void => {
        application
          .call('port.add', { id, mapping })
          .catch((error: unknown) => application.notifyFailure(toFailure(error)));
      };
      application.notify({
        tone: 'plain',
        text: portStrings.removed(name, view.name),
        failure: null,
        action: { label: commonStrings.undo, run: restore },
      });
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  };
  const isOfDevice = (name: string): boolean =>
    view.guestKind === 'fuchsia' && details !== undefined && !asked.some((port) => port.name === name);
  const facts = { id, login: details?.login ?? null, hasScp: view.guestKind !== 'linux' };
  const names = ports.map(({ name }) => name);
  return (
    <div className="ports">
      {ports.length === 0 && <Empty title={portStrings.emptyTitle}>{portStrings.empty}</Empty>}
      {ports.length > 0 && (
        <div className="ports-head">
          <p className="field-hint">
            {isForeign ? portStrings.ffxNote : isIdle ? portStrings.stoppedNote : portStrings.runningNote}
          </p>
          {phase === 'running' && (
            <Button small icon={RefreshCw} title={portStrings.probeAbout} disabled={probing} onClick={probe}>
              {probing ? portStrings.probing : portStrings.probeNow}
            </Button>
          )}
        </div>
      )}
      {(ports.length > 0 || isChangeable) && (
        <table ref={table} className="table ports-table" aria-label={portStrings.table}>
          <thead>
            <tr>
              <th scope="col">{portStrings.columns.name}</th>
              <th scope="col">{portStrings.columns.guest}</th>
              <th scope="col">{portStrings.columns.host}</th>
              <th scope="col">{portStrings.columns.state}</th>
              <th scope="col">
                <span className="unseen">{portStrings.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {ports.map((port) =>
              editing === port.name && isChangeable ? (
                <PortEditor
                  key={port.name}
                  id={id}
                  start={asText(port, asked)}
                  who={port.name}
                  taken={names.filter((name) => name !== port.name)}
                  hostAddresses={hostAddresses}
                  action="save"
                  hostOnly={isOfDevice(port.name)}
                  onSubmit={(mapping) => change(port.name, mapping)}
                  onCancel={() => leaveEditor(port.name)}
                />
              ) : (
                <PortRow
                  key={port.name}
                  port={port}
                  check={checks.get(port.name)}
                  facts={facts}
                  hostAddresses={hostAddresses}
                  onEdit={isChangeable ? () => setEditing(port.name) : null}
                  onRemove={isChangeable && !isOfDevice(port.name) ? () => unawaited(remove(port.name)) : null}
                  onUse={(host) => moveTo(port, host)}
                />
              ),
            )}
            {isChangeable && (
              <PortEditor
                key="new"
                id={id}
                start={blank}
                who={portStrings.newPort}
                taken={names}
                hostAddresses={hostAddresses}
                action="add"
                onSubmit={async (mapping) => void (await application.call('port.add', { id, mapping }))}
              />
            )}
          </tbody>
        </table>
      )}
      <Doors doors={view.doors ?? []} hostAddresses={hostAddresses} />
    </div>
  );
}
