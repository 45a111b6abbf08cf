/** On or off, at once. A choice that is sent later with a form is a Check. */
import { Switch as RadixSwitch } from 'radix-ui';

export interface SwitchProps {
  /** The accessible name. It is drawn beside the switch unless `labelHidden`: a row says it already. */
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, labelHidden, checked, disabled, onChange }: SwitchProps) {
  return (
    <span className="switch-place" data-disabled={disabled ? '' : undefined}>
      <RadixSwitch.Root
        className="switch"
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
      >
        <RadixSwitch.Thumb className="switch-thumb" />
      </RadixSwitch.Root>
      {/* A larger target for the mouse; the switch itself has the name and the keys. */}
      {!labelHidden && (
        <span aria-hidden onClick={() => !disabled && onChange(!checked)}>
          {label}
        </span>
      )}
    </span>
  );
}
