/** Puts the focus on the control of a field, wherever in the form it is. */
import { overlaps } from '../field-path.ts';
import { fieldOnScreen } from './argument-links.ts';

const controls = 'input, select, textarea, [role="radio"][aria-checked="true"], button';

/** Of the fields with something wrong, the one that a person who reads down the form comes to first. */
export function firstInForm<P extends { readonly field: string }>(
  form: HTMLElement,
  problems: readonly P[],
): P | undefined {
  for (const { dataset } of form.querySelectorAll<HTMLElement>('[data-field]')) {
    const found = problems.find(({ field }) => overlaps(field, dataset.field ?? ''));
    if (found !== undefined) return found;
  }
  return problems[0];
}

/**
 * `reveal` opens what hides it. False: no field of the form makes this argument. The path may be an argument's own.
 */
export function goToField(form: HTMLElement, path: string, reveal: () => void): boolean {
  const frames = [...form.querySelectorAll<HTMLElement>('[data-field]')];
  const field = fieldOnScreen(
    path,
    frames.map((frame) => frame.dataset.field ?? ''),
  );
  const frame = frames.find((one) => one.dataset.field === field);
  const control = frame?.matches(controls) ? frame : frame?.querySelector<HTMLElement>(controls);
  if (frame === undefined || control == null) return false;
  if (frame.closest('[hidden]') !== null) reveal();
  // After what hid it was drawn open.
  requestAnimationFrame(() => {
    control.focus();
    frame.scrollIntoView({ block: 'nearest' });
  });
  return true;
}
