/** One mapping: what it is, what became of it, and what can be done with it. */
import { ChevronDown, ExternalLink, Pencil, X } from 'lucide-react';
import { isMapped, type PortCheck, type PortStatus } from '../../../src-shared/model/ports.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { openLink } from '../../state/links.ts';
import { portStrings } from '../../strings/ports.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { copyLines, type LineFacts } from './copy-lines.ts';
import { ExposureBadge } from './exposure-badge.tsx';
import { boundAddress, hostAddress, ownerWord, portWord, webAddress } from './port-words.ts';

export interface PortRowProps {
  readonly port: PortStatus;
  /** What came of trying its host port, where that was tried: before a launch, and after one that failed. */
  readonly check: PortCheck | undefined;
  readonly facts: LineFacts;
  readonly hostAddresses: readonly string[];
  /** null: not to be changed now. */
  readonly onEdit: (() => void) | null;
  readonly onRemove: (() => void) | null;
  readonly onUse: (port: number) => void;
}

function State({ port, check }: Pick<PortRowProps, 'port' | 'check'>) {
  const isTaken = port.state === 'pending' && check?.state === 'taken';
  const word = isTaken ? portStrings.states.takenBy(ownerWord(check.owner)) : portWord(port);
  return (
    <span className="port-state" data-state={isTaken ? 'failed' : port.state}>
      <span className="port-mark" aria-hidden />
      {word}
    </span>
  );
}

/** What stands in the way in full; what the word says already is left out. */
function Trouble({ port, check, onUse }: Pick<PortRowProps, 'port' | 'check' | 'onUse'>) {
  const failure = port.failure ?? check?.failure ?? null;
  const suggestion = check?.suggestion ?? null;
  if (failure === null) return null;
  return (
    <div className="port-trouble">
      {failure.code !== 'port_busy' && <p>{failure.message}</p>}
      {failure.cause !== undefined && <p className="mono port-trouble-cause">{failure.cause}</p>}
      {suggestion === null && failure.hint !== undefined && <p className="field-hint">{failure.hint}</p>}
      {suggestion !== null && (
        <Button small aria-label={portStrings.takeAbout(suggestion, port.name)} onClick={() => onUse(suggestion)}>
          {portStrings.use(suggestion)}
        </Button>
      )}
    </div>
  );
}

export function PortRow({ port, check, facts, hostAddresses, onEdit, onRemove, onUse }: PortRowProps) {
  const application = useApplication();
  const address = hostAddress(port);
  const url = webAddress(port);
  const lines = copyLines(port, facts);
  const copy = async (label: string, text: string): Promise<void> => {
    const done = await copyText(text);
    application.notify({
      tone: 'plain',
      text: done ? portStrings.copied(label) : portStrings.notCopied,
      failure: null,
      action: null,
    });
  };
  return (
    <tr>
      <th scope="row" className="port-name">
        {port.name}
      </th>
      <td className="mono">
        {port.guest}/{port.protocol}
      </td>
      <td className="ports-host">
        <span className="ports-pair">
          <span className="mono">{boundAddress(port)}</span>
          <ExposureBadge port={port} hostAddresses={hostAddresses} />
        </span>
      </td>
      <td>
        <State port={port} check={check} />
        {(port.state === 'failed' || port.state === 'pending') && <Trouble port={port} check={check} onUse={onUse} />}
      </td>
      <td className="ports-actions">
        {url !== null && (
          <IconButton
            small
            icon={ExternalLink}
            label={portStrings.open(url)}
            onClick={() => openLink(application, url)}
          />
        )}
        {address !== null && isMapped(port) && <CopyIcon text={address} label={portStrings.copyAddress(port.name)} />}
        {lines.length > 0 && (
          <Menu
            align="end"
            trigger={
              <Button small tone="quiet" aria-label={portStrings.copyMenu(port.name)}>
                {portStrings.copyWord}
                <ChevronDown size={14} strokeWidth={1.75} aria-hidden />
              </Button>
            }
          >
            {lines.map((line) => (
              <MenuItem key={line.id} onSelect={() => unawaited(copy(line.label, line.text))}>
                <span className="port-line">
                  {line.label}
                  <span className="port-line-text mono">{line.text.split('\n', 1)[0]}</span>
                </span>
              </MenuItem>
            ))}
          </Menu>
        )}
        {onEdit !== null && (
          <IconButton small icon={Pencil} label={portStrings.edit(port.name)} data-edits={port.name} onClick={onEdit} />
        )}
        {onRemove !== null && <IconButton small icon={X} label={portStrings.remove(port.name)} onClick={onRemove} />}
      </td>
    </tr>
  );
}
