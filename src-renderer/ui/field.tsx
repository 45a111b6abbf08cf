/** Labelled form controls with their messages beside them. */
import { type ReactNode, useId } from 'react';

export interface FieldMessage {
  readonly severity: 'error' | 'warning' | 'note';
  readonly text: string;
  readonly hint?: string | undefined;
}

interface Common {
  readonly label: string;
  /** The label is only said: a row or a heading shows it already. */
  readonly labelHidden?: boolean;
  readonly hint?: ReactNode | undefined;
  readonly messages?: readonly FieldMessage[];
  /** The messages are shown by a row that this field is part of; here they only mark it. */
  readonly messagesElsewhere?: boolean | undefined;
  readonly disabled?: boolean;
}

export function Messages({ messages, id }: { messages: readonly FieldMessage[]; id?: string }) {
  if (messages.length === 0) return null;
  return (
    <div id={id}>
      {messages.map((message) => (
        <p key={message.text} className="field-message" data-severity={message.severity}>
          {message.text}
          {message.hint !== undefined && <span className="field-hint">{message.hint}</span>}
        </p>
      ))}
    </div>
  );
}

const wrong = (messages: readonly FieldMessage[] = []): boolean => messages.some((m) => m.severity === 'error');

export interface TextFieldProps extends Common {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
  readonly placeholder?: string | undefined;
  readonly numeric?: boolean;
  readonly lines?: number;
  readonly suggestions?: readonly { readonly value: string; readonly label: string }[];
  readonly autoFocus?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, messages = [], value, onChange, mono, placeholder, numeric, lines, suggestions } = props;
  const id = useId();
  const shared = {
    id,
    className: mono ? 'input mono' : 'input',
    value,
    placeholder,
    disabled: props.disabled,
    'aria-label': props.labelHidden ? label : undefined,
    spellCheck: false,
    autoComplete: 'off',
    'aria-invalid': wrong(messages),
    'aria-describedby': messages.length > 0 && !props.messagesElsewhere ? `${id}-messages` : undefined,
  };
  return (
    <div className="field">
      {!props.labelHidden && (
        <label className="field-label" htmlFor={id}>
          {label}
        </label>
      )}
      {lines === undefined ? (
        <input
          {...shared}
          type="text"
          inputMode={numeric ? 'numeric' : undefined}
          list={suggestions && `${id}-list`}
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog that the person just opened
          autoFocus={props.autoFocus}
          onFocus={props.autoFocus ? (event) => event.target.select() : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <textarea {...shared} rows={lines} onChange={(event) => onChange(event.target.value)} />
      )}
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion.value} value={suggestion.value}>
              {suggestion.label}
            </option>
          ))}
        </datalist>
      )}
      {hint !== undefined && <div className="field-hint">{hint}</div>}
      {!props.messagesElsewhere && <Messages messages={messages} id={`${id}-messages`} />}
    </div>
  );
}

export interface SelectFieldProps<V extends string> extends Common {
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: V) => void;
}

export function SelectField<V extends string>(props: SelectFieldProps<V>) {
  const { label, hint, messages = [], value, options, onChange, disabled } = props;
  const id = useId();
  return (
    <div className="field">
      {!props.labelHidden && (
        <label className="field-label" htmlFor={id}>
          {label}
        </label>
      )}
      <select
        id={id}
        className="input"
        value={value}
        disabled={disabled}
        aria-label={props.labelHidden ? label : undefined}
        aria-invalid={wrong(messages)}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && <div className="field-hint">{hint}</div>}
      {!props.messagesElsewhere && <Messages messages={messages} />}
    </div>
  );
}

export interface CheckProps {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, checked, disabled, onChange }: CheckProps) {
  return (
    <label className="check" data-disabled={disabled ? '' : undefined}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
