/** ports/ owns the table of port mappings: what was asked for, what is there, and what to do with it. */
import { ExternalLink } from 'lucide-react';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { PortStatus } from '../../../src-shared/model/ports.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { openLink } from '../../state/links.ts';
import { IconButton } from '../../ui/button.tsx';
import { CopyButton, CopyIcon } from '../../ui/copy-button.tsx';
import { hostAddress, isLoopback, portWord, webAddress } from './port-words.ts';

function PortRow({ port, sshLine }: { port: PortStatus; sshLine: string | null }) {
  const application = useApplication();
  const address = hostAddress(port);
  const url = webAddress(port);
  return (
    <tr>
      <td>{port.name}</td>
      <td className="mono">
        {port.guest}/{port.protocol}
      </td>
      <td className="mono ports-host">
        {address ?? '–'}
        {!isLoopback(port) && (
          <span className="badge ports-badge" data-tone="warning">
            beyond this host
          </span>
        )}
      </td>
      <td>
        <span className="port-state" data-state={port.state}>
          {portWord(port)}
        </span>
        {port.failure && (
          <p className="ports-failure">
            {port.failure.message}
            {port.failure.cause !== undefined && ` ${port.failure.cause}`}
            {port.failure.hint !== undefined && <span className="field-hint"> {port.failure.hint}</span>}
          </p>
        )}
      </td>
      <td className="ports-actions">
        {address !== null && (port.state === 'mapped' || port.state === 'answering') && (
          <>
            <CopyIcon text={address} label={`Copy address of ${port.name}`} />
            {sshLine !== null && port.guest === 22 && <CopyButton text={sshLine} label="Copy ssh command" />}
            {url !== null && (
              <IconButton small icon={ExternalLink} label={`Open ${url}`} onClick={() => openLink(application, url)} />
            )}
          </>
        )}
      </td>
    </tr>
  );
}

export function PortsTab({ view }: { view: InstanceView }) {
  const details = useDetails(view.id);
  if (view.ports.length === 0)
    return (
      <p className="page-note">
        No ports are mapped.{' '}
        {details?.spec.host.networking === 'none'
          ? 'This instance has no network.'
          : 'Stop the instance and edit it to map a port of the guest to this host.'}
      </p>
    );
  return (
    <table className="table ports-table" aria-label="Port mappings">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Guest</th>
          <th scope="col">Host</th>
          <th scope="col">State</th>
          <th scope="col">
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {view.ports.map((port) => (
          <PortRow key={`${port.name}/${port.protocol}`} port={port} sshLine={details?.sshLine ?? null} />
        ))}
      </tbody>
    </table>
  );
}
