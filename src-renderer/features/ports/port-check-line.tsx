/** What stands in the way of a host port, and the free one at a press. */
import type { PortCheck } from '../../../src-shared/model/ports.ts';
import { portStrings } from '../../strings/ports.ts';
import { Button } from '../../ui/button.tsx';
import type { FieldMessage } from '../../ui/field.tsx';
import './ports.css';

export interface PortCheckLineProps {
  readonly check: PortCheck | undefined;
  /** Of the mapping, for who hears the button only. */
  readonly name: string;
  readonly onUse: (port: number) => void;
}

export function PortCheckLine({ check, name, onUse }: PortCheckLineProps) {
  if (check === undefined || check.failure === null) return null;
  const { failure, suggestion } = check;
  return (
    <div className="port-check" role="status">
      <div>
        <p className="field-message" data-severity="warning">
          {failure.message}
        </p>
        {failure.cause !== undefined && <p className="port-check-cause mono">{failure.cause}</p>}
      </div>
      {suggestion !== null && (
        <Button small aria-label={portStrings.takeAbout(suggestion, name)} onClick={() => onUse(suggestion)}>
          {portStrings.use(suggestion)}
        </Button>
      )}
    </div>
  );
}

/** The core says the same of a draft as a whole; once is enough. */
export function withoutRepeats(messages: readonly FieldMessage[], check: PortCheck | undefined): FieldMessage[] {
  const said = check?.failure?.message;
  return messages.filter(({ text }) => said === undefined || !text.startsWith(said));
}
