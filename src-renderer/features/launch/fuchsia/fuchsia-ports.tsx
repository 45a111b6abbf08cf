/** The port map: the device's ports, whose host side is chosen here, and ports of one's own. */
import { Plus, X } from 'lucide-react';
import { limits } from '../../../../src-shared/limits.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Messages } from '../../../ui/field.tsx';
import { useFuchsia } from '../form-fields.tsx';
import { newPort } from '../form-rows.ts';
import { useMessages } from '../messages.tsx';
import type { FuchsiaPort } from './fuchsia-form.ts';

interface CellProps {
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}

/** The column's head is the label that is seen; the name of the port makes it one that can be found. */
function Cell({ label, value, invalid, placeholder, onChange }: CellProps) {
  return (
    <input
      className="input"
      type="text"
      aria-label={label}
      aria-invalid={invalid}
      value={value}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

const useWrong = (field: string): boolean => useMessages(field).some(({ severity }) => severity === 'error');

function Row({ port, index }: { port: FuchsiaPort; index: number }) {
  const [fuchsia, set] = useFuchsia();
  const path = `host.ports.${index}`;
  const messages = useMessages(path);
  const name = useWrong(`${path}.name`);
  const guest = useWrong(`${path}.guest`);
  const host = useWrong(`${path}.host`);
  const bind = useWrong(`${path}.bind`);
  const edit = (part: Partial<FuchsiaPort>): void =>
    set({ ports: fuchsia.ports.map((other) => (other.key === port.key ? { ...other, ...part } : other)) });
  const who = port.name || `row ${index + 1}`;
  return (
    <>
      <tr>
        <td>
          {port.ofDevice ? (
            <span className="truncate">{port.name}</span>
          ) : (
            <Cell
              label={`Name of port ${index + 1}`}
              value={port.name}
              invalid={name}
              onChange={(text) => edit({ name: text })}
            />
          )}
        </td>
        <td>
          {port.ofDevice ? (
            port.guest
          ) : (
            <Cell
              label={`Guest port of ${who}`}
              value={port.guest}
              invalid={guest}
              onChange={(text) => edit({ guest: text })}
            />
          )}
        </td>
        <td>
          <Cell
            label={`Host port of ${who}`}
            value={port.host}
            invalid={host}
            placeholder="auto"
            onChange={(text) => edit({ host: text })}
          />
        </td>
        <td>
          <Cell
            label={`${who} listens on`}
            value={port.bind}
            invalid={bind}
            onChange={(text) => edit({ bind: text })}
          />
        </td>
        <td>
          {!port.ofDevice && (
            <IconButton
              small
              icon={X}
              label={`Remove port ${who}`}
              onClick={() => set({ ports: fuchsia.ports.filter((other) => other.key !== port.key) })}
            />
          )}
        </td>
      </tr>
      {messages.length > 0 && (
        <tr>
          <td colSpan={5} className="port-map-messages">
            <Messages messages={messages} />
          </td>
        </tr>
      )}
    </>
  );
}

export function FuchsiaPorts() {
  const [fuchsia, set] = useFuchsia();
  return (
    <div className="port-map">
      {fuchsia.ports.length > 0 && (
        <table className="port-map-table" aria-label="Port map">
          <thead>
            <tr>
              <th scope="col">Port</th>
              <th scope="col">Guest</th>
              <th scope="col">Host</th>
              <th scope="col">Listens on</th>
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {fuchsia.ports.map((port, index) => (
              <Row key={port.key} port={port} index={index} />
            ))}
          </tbody>
        </table>
      )}
      <div>
        <Button
          small
          icon={Plus}
          disabled={fuchsia.ports.length >= limits.portMappings}
          onClick={() => set({ ports: [...fuchsia.ports, { ...newPort(), ofDevice: false }] })}
        >
          Add port
        </Button>
      </div>
    </div>
  );
}
