/**
 * The fields of a form, each in one line: `<Text of="memoryMiB" field="device.memoryMiB" numeric />`. `of` is the key in
 * the form's values, `field` the path in the draft: by it a field finds its label, its messages and its arguments.
 */
import type { ReactNode } from 'react';
import type { FileReference } from '../../../../src-shared/model/spec.ts';
import { Check, SelectField, TextField } from '../../../ui/field.tsx';
import { textOf } from '../field-path.ts';
import { FileField } from '../file-field.tsx';
import { useMessages } from '../messages.tsx';
import { FieldFrame } from './field-frame.tsx';

/** What fields are bound to: the whole form, its Fuchsia part, or one row of a list. */
export interface Scope<F> {
  readonly values: F;
  /** Prefix of the fields' paths, for a row. */
  readonly at: string | null;
  set(part: Partial<F>): void;
}

type TextKey<F> = { [K in keyof F]-?: string extends F[K] ? K : never }[keyof F];
type ChoiceKey<F> = { [K in keyof F]-?: F[K] extends string ? (string extends F[K] ? never : K) : never }[keyof F];
type ToggleKey<F> = { [K in keyof F]-?: F[K] extends boolean ? K : never }[keyof F];
type FileKey<F> = { [K in keyof F]-?: FileReference extends F[K] ? K : never }[keyof F];

interface Place<K> {
  readonly of: K;
  readonly field: string;
  /** In place of the field's own. */
  readonly label?: string;
  readonly hint?: ReactNode | undefined;
  readonly disabled?: boolean;
  /** A row shows the label in its head, and the messages below. */
  readonly inRow?: boolean;
}

interface TextProps<F> extends Place<TextKey<F>> {
  readonly mono?: boolean;
  readonly numeric?: boolean;
  readonly lines?: number;
  readonly first?: boolean;
  readonly placeholder?: string | undefined;
  readonly suggestions?: readonly { readonly value: string; readonly label: string }[];
}

interface ChoiceProps<F, K extends ChoiceKey<F>> extends Place<K> {
  readonly options: readonly { readonly value: F[K] & string; readonly label: string; readonly disabled?: boolean }[];
  /** What else changes with it. */
  readonly also?: (value: F[K], values: F) => Partial<F>;
}

interface FileProps<F> extends Place<FileKey<F>> {
  readonly kind?: 'file' | 'directory';
  readonly optional?: boolean;
  /** What else changes with it. */
  readonly also?: (file: FileReference | null, values: F) => Partial<F>;
}

type ChangeFile<F> = (file: FileReference | null, also?: Partial<F>) => void;

export function boundFields<F extends object>(useScope: () => Scope<F>) {
  function useField<K extends keyof F>(of: K, field: string) {
    const { values, at, set } = useScope();
    const path = at === null ? field : `${at}.${field}`;
    const change = (value: F[K], also: Partial<F> = {}): void => {
      const part: Partial<F> = { ...also };
      part[of] = value;
      set(part);
    };
    return { path, values, value: values[of], change, text: textOf(path), messages: useMessages(path) };
  }

  const common = ({ label, hint, disabled, inRow }: Place<unknown>, text: ReturnType<typeof textOf>) => ({
    label: label ?? text.label,
    hint: hint ?? text.hint,
    ...(disabled !== undefined && { disabled }),
    ...(inRow && { labelHidden: true, messagesElsewhere: true }),
  });

  function Text({ of, field, first, ...props }: TextProps<F>) {
    const { path, value, change, text, messages } = useField(of, field);
    const { mono, numeric, lines, placeholder, suggestions } = props;
    return (
      <FieldFrame field={path}>
        <TextField
          {...common({ of, field, ...props }, text)}
          {...(mono !== undefined && { mono })}
          {...(numeric !== undefined && { numeric })}
          {...(lines !== undefined && { lines })}
          {...(suggestions !== undefined && { suggestions })}
          {...(first !== undefined && { autoFocus: first })}
          placeholder={placeholder ?? text.placeholder}
          value={typeof value === 'string' ? value : ''}
          messages={messages}
          onChange={(text) => (change as (text: string) => void)(text)}
        />
      </FieldFrame>
    );
  }

  function Choice<K extends ChoiceKey<F>>({ of, field, options, also, ...props }: ChoiceProps<F, K>) {
    const { path, values, value, change, text, messages } = useField(of, field);
    const chosen = options.find((option) => option.value === value) ?? options[0];
    if (chosen === undefined) return null;
    return (
      <FieldFrame field={path}>
        <SelectField<F[K] & string>
          {...common({ of, field, ...props }, text)}
          value={chosen.value}
          options={options}
          messages={messages}
          onChange={(next) => change(next, also?.(next, values))}
        />
      </FieldFrame>
    );
  }

  function Toggle({ of, field, ...props }: Place<ToggleKey<F>>) {
    const { path, value, change, text } = useField(of, field);
    const { label, disabled } = common({ of, field, ...props }, text);
    return (
      <FieldFrame field={path}>
        <Check
          label={label}
          checked={value === true}
          {...(disabled !== undefined && { disabled })}
          onChange={(checked) => (change as (checked: boolean) => void)(checked)}
        />
      </FieldFrame>
    );
  }

  function File({ of, field, kind, optional, also, ...props }: FileProps<F>) {
    const { path, values, value, change, text } = useField(of, field);
    return (
      <FieldFrame field={path}>
        <FileField
          field={path}
          label={props.label ?? text.label}
          choose={text.choose ?? ''}
          {...(kind !== undefined && { kind })}
          {...(optional !== undefined && { optional })}
          {...(props.disabled !== undefined && { disabled: props.disabled })}
          value={value as FileReference | null}
          onChange={(file) => (change as ChangeFile<F>)(file, also?.(file, values))}
        />
      </FieldFrame>
    );
  }

  return { Text, Choice, Toggle, File };
}
