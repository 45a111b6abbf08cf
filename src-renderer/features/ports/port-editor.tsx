/** A row to type a mapping into: at the end of the table for a new one, in the place of a row for one that is changed. */
import { Plus } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { isLoopback, type PortMapping } from '../../../src-shared/model/ports.ts';
import { unawaited } from '../../api/unawaited.ts';
import { commonStrings } from '../../strings/common.ts';
import { portStrings } from '../../strings/ports.ts';
import { Button } from '../../ui/button.tsx';
import { Messages } from '../../ui/field.tsx';
import { PortCheckLine } from './port-check-line.tsx';
import { guessName, type PortText, portNumber } from './port-words.ts';
import { usePortChecks } from './use-port-checks.ts';

export interface PortEditorProps {
  /** Of the instance, whose own ports count as free. */
  readonly id: string;
  readonly start: PortText;
  /** What the fields are fields of. */
  readonly who: string;
  readonly taken: readonly string[];
  readonly hostAddresses: readonly string[];
  readonly action: 'add' | 'save';
  /** A device's own port: only its host side is a person's to choose. */
  readonly hostOnly?: boolean;
  /** Rejects with the failure that is shown here. */
  readonly onSubmit: (mapping: PortMapping) => Promise<void>;
  readonly onCancel?: () => void;
}

export function PortEditor(props: PortEditorProps) {
  const { id, start, who, taken, hostAddresses, action, hostOnly = false, onSubmit, onCancel } = props;
  const [row, setRow] = useState<PortText>(start);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const current = useRef(row);
  current.current = row;
  const form = useId();
  const isUntouched = action === 'add' && row.host.trim() === '';
  const check = usePortChecks(isUntouched ? [] : [{ ...row, key: 'row' }], id).get('row');
  const guest = portNumber(row.guest);
  const guess = guest === null ? '' : guessName(guest, taken);
  const set = (part: Partial<PortText>): void => {
    setRow((before) => ({ ...before, ...part }));
    setFailure(null);
  };
  const label = (field: string): string => portStrings.fieldOf(field, who);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const host = row.host.trim() === '' ? null : portNumber(row.host);
    if (guest === null) return setFailure({ code: 'invalid_input', message: portStrings.guestNeeded });
    if (host === null && row.host.trim() !== '')
      return setFailure({ code: 'invalid_input', message: portStrings.hostNumber });
    setBusy(true);
    try {
      await onSubmit({ name: row.name.trim() || guess, protocol: row.protocol, guest, host, bind: row.bind });
      if (action === 'add') setRow(start);
    } catch (error) {
      const said = toFailure(error);
      // A no in the native dialog needs no words; and what was typed meanwhile is not what was refused.
      if (said.code !== 'cancelled' && current.current === row) setFailure(said);
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || onCancel === undefined) return;
    event.stopPropagation();
    onCancel();
  };
  const shared = { form, spellCheck: false, autoComplete: 'off', onKeyDown } as const;
  return (
    <>
      <tr className="port-editor">
        <td>
          <input
            {...shared}
            className="input"
            aria-label={label(portStrings.columns.name)}
            disabled={hostOnly}
            // biome-ignore lint/a11y/noAutofocus: the row that the person just asked to change
            autoFocus={action === 'save' && !hostOnly}
            value={row.name}
            placeholder={guess || portStrings.namePlaceholder}
            data-adds={action === 'add' ? '' : undefined}
            onChange={(event) => set({ name: event.target.value })}
          />
        </td>
        <td>
          <span className="port-pair">
            <input
              {...shared}
              className="input mono"
              inputMode="numeric"
              aria-label={label(portStrings.columns.guest)}
              disabled={hostOnly}
              value={row.guest}
              onChange={(event) => set({ guest: event.target.value })}
            />
            <select
              {...shared}
              className="input"
              aria-label={label(portStrings.protocol)}
              disabled={hostOnly}
              value={row.protocol}
              onChange={(event) => set({ protocol: event.target.value === 'udp' ? 'udp' : 'tcp' })}
            >
              <option value="tcp">tcp</option>
              <option value="udp">udp</option>
            </select>
          </span>
        </td>
        <td colSpan={2}>
          <span className="port-pair">
            <input
              {...shared}
              className="input mono"
              inputMode="numeric"
              aria-label={label(portStrings.columns.host)}
              aria-invalid={check !== undefined && check.failure !== null}
              // biome-ignore lint/a11y/noAutofocus: the only field of the row that the person just asked to change
              autoFocus={hostOnly}
              value={row.host}
              placeholder={portStrings.auto}
              onChange={(event) => set({ host: event.target.value })}
            />
            <BindChoice
              form={form}
              label={label(portStrings.bind.label)}
              value={row.bind}
              hostAddresses={hostAddresses}
              onChange={(bind) => set({ bind })}
              onKeyDown={onKeyDown}
            />
          </span>
        </td>
        <td className="ports-actions">
          <form id={form} className="port-form" onSubmit={(event) => unawaited(submit(event))}>
            {onCancel !== undefined && (
              <Button small tone="quiet" onClick={onCancel}>
                {commonStrings.cancel}
              </Button>
            )}
            <Button small type="submit" disabled={busy} {...(action === 'add' && { icon: Plus })}>
              {action === 'add' ? portStrings.add : commonStrings.save}
            </Button>
          </form>
        </td>
      </tr>
      {(failure !== null || (check !== undefined && check.failure !== null)) && (
        <tr className="port-editor-messages">
          <td colSpan={5}>
            {failure === null || failure.message === check?.failure?.message ? (
              <PortCheckLine
                check={check}
                name={row.name || guess || who}
                onUse={(port) => set({ host: String(port) })}
              />
            ) : (
              <Messages
                messages={[
                  {
                    severity: 'error',
                    text: [failure.message, failure.cause].filter(Boolean).join(' '),
                    hint: failure.hint,
                  },
                ]}
              />
            )}
          </td>
        </tr>
      )}
    </>
  );
}

interface BindChoiceProps {
  readonly form: string;
  readonly label: string;
  readonly value: string;
  readonly hostAddresses: readonly string[];
  readonly onChange: (bind: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Loopback first; what others can reach says so. */
function BindChoice({ form, label, value, hostAddresses, onChange, onKeyDown }: BindChoiceProps) {
  const words = portStrings.bind;
  const usual = new Map([
    ['127.0.0.1', words.loopback],
    ['0.0.0.0', words.everywhere],
    ...hostAddresses.map((address) => [address, words.one(address)] as const),
  ]);
  const own = isLoopback({ bind: value }) ? words.oneLoopback(value) : words.one(value);
  const options = usual.has(value) ? usual : new Map([...usual, [value, own]]);
  return (
    <select
      form={form}
      className="input"
      aria-label={label}
      value={value}
      onKeyDown={onKeyDown}
      onChange={(event) => onChange(event.target.value)}
    >
      {[...options].map(([address, text]) => (
        <option key={address} value={address}>
          {text}
        </option>
      ))}
    </select>
  );
}
