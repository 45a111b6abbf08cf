/**
 * ui/ owns how controls look and behave. It knows no word of the application's subject: no instances, guests or ports.
 */
import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { Tip } from './tip.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly icon?: LucideIcon;
  readonly small?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'plain', icon: Icon, small, children, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`button ${className ?? ''}`}
      data-tone={tone}
      data-small={small ? '' : undefined}
      {...rest}
    >
      {Icon && <Icon size={14} strokeWidth={1.75} aria-hidden />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  readonly icon: LucideIcon;
  /** The accessible name, and what the tooltip says. */
  readonly label: string;
  readonly keys?: string;
}

export function IconButton({ icon: Icon, label, keys, tone = 'quiet', small, className, ...rest }: IconButtonProps) {
  return (
    <Tip text={label} keys={keys}>
      <button
        type="button"
        className={`button icon-button ${className ?? ''}`}
        data-tone={tone}
        data-small={small ? '' : undefined}
        aria-label={label}
        {...rest}
      >
        <Icon size={15} strokeWidth={1.75} aria-hidden />
      </button>
    </Tip>
  );
}
