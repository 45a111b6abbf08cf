/** The port mappings of a guest. A device's own ports have a name and a number; only their host side is chosen. */
import { Plus, X } from 'lucide-react';
import { limits } from '../../../src-shared/limits.ts';
import type { PortCheck } from '../../../src-shared/model/ports.ts';
import { fieldStrings, formStrings, optionStrings } from '../../strings/launch-fields.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Messages } from '../../ui/field.tsx';
import { PortCheckLine, withoutRepeats } from '../ports/port-check-line.tsx';
import { usePortChecks } from '../ports/use-port-checks.ts';
import { optionsOf } from './fields/options-of.ts';
import { rowFields, rowsEditor } from './fields/row-fields.tsx';
import { useForm } from './form-fields.tsx';
import { newPort, type PortForm } from './form-rows.ts';
import { useMessages } from './messages.tsx';

export interface PortRowForm extends PortForm {
  /** The device names this port: only its host side is chosen here. */
  readonly ofDevice?: boolean;
}

const Port = rowFields<PortRowForm>();
const protocols = optionsOf(optionStrings.protocol);
const columns = ['name', 'protocol', 'guest', 'host', 'bind'] as const;

interface RowProps {
  readonly port: PortRowForm;
  readonly index: number;
  /** What came of trying its host port, once it was. */
  readonly check: PortCheck | undefined;
  readonly onChange: (part: Partial<PortRowForm>) => void;
  readonly onRemove: () => void;
}

function Row({ port, index, check, onChange, onRemove }: RowProps) {
  const path = `host.ports.${index}`;
  const messages = withoutRepeats(useMessages(path), check);
  const isTroubled = check !== undefined && check.failure !== null;
  const who = formStrings.portRow(port.name, index + 1);
  const label = (column: (typeof columns)[number]) =>
    formStrings.ofRow(fieldStrings[`host.ports.${column}`].label, who);
  return (
    <Port.Row row={port} at={path} onChange={onChange}>
      <tr>
        <td>
          {port.ofDevice ? (
            <span className="truncate">{port.name}</span>
          ) : (
            <Port.Text inRow of="name" field="name" label={label('name')} />
          )}
        </td>
        <td>
          {port.ofDevice ? (
            port.protocol
          ) : (
            <Port.Choice inRow of="protocol" field="protocol" label={label('protocol')} options={protocols} />
          )}
        </td>
        <td>
          {port.ofDevice ? port.guest : <Port.Text inRow numeric of="guest" field="guest" label={label('guest')} />}
        </td>
        <td>
          <Port.Text inRow numeric of="host" field="host" label={label('host')} />
        </td>
        <td>
          <Port.Text inRow mono of="bind" field="bind" label={label('bind')} />
        </td>
        <td>
          {!port.ofDevice && (
            <IconButton small icon={X} label={formStrings.removePort(port.name, index + 1)} onClick={onRemove} />
          )}
        </td>
      </tr>
      {(messages.length > 0 || isTroubled) && (
        <tr>
          <td colSpan={6} className="port-map-messages">
            <PortCheckLine check={check} name={who} onUse={(host) => onChange({ host: String(host) })} />
            <Messages messages={messages} />
          </td>
        </tr>
      )}
    </Port.Row>
  );
}

interface PortTableProps<R extends PortRowForm> {
  readonly ports: readonly R[];
  readonly onChange: (ports: readonly R[]) => void;
  readonly made: (port: PortForm) => R;
}

export function PortTable<R extends PortRowForm>({ ports, onChange, made }: PortTableProps<R>) {
  const checks = usePortChecks(ports, useForm().instance);
  const rows = rowsEditor<PortRowForm>(ports, (next) => onChange(next as readonly R[]));
  return (
    <div className="port-map" data-field="host.ports">
      {ports.length > 0 && (
        <table className="port-map-table" aria-label={fieldStrings['host.ports'].label}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {fieldStrings[`host.ports.${column}`].label}
                </th>
              ))}
              <th scope="col">
                <span className="unseen">{formStrings.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {ports.map((port, index) => (
              <Row
                key={port.key}
                port={port}
                index={index}
                check={checks.get(port.key)}
                onChange={(part) => rows.edit(port.key, part)}
                onRemove={() => rows.remove(port.key)}
              />
            ))}
          </tbody>
        </table>
      )}
      <div>
        <Button
          small
          icon={Plus}
          disabled={ports.length >= limits.portMappings}
          onClick={() => rows.add(made(newPort()))}
        >
          {formStrings.addPort}
        </Button>
      </div>
    </div>
  );
}
