/** A few choices side by side, exactly one of them chosen. */
import { RadioGroup } from 'radix-ui';

export interface SegmentsProps<V extends string> {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly disabled?: boolean;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string }[];
  readonly onChange: (value: V) => void;
}

export function Segments<V extends string>({
  label,
  labelHidden,
  disabled,
  value,
  options,
  onChange,
}: SegmentsProps<V>) {
  return (
    <div className="field">
      {!labelHidden && <span className="field-label">{label}</span>}
      <RadioGroup.Root
        className="segments"
        aria-label={label}
        disabled={disabled}
        value={value}
        onValueChange={(next) => {
          const chosen = options.find((option) => option.value === next);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <RadioGroup.Item key={option.value} value={option.value} className="segment">
            {option.label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  );
}
