/** A name being changed where it stands. Enter and leaving keep it, Escape does not; what cannot be a name is said. */
import { useEffect, useRef, useState } from 'react';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { instanceNameSchema } from '../../../src-shared/model/ids.ts';
import { useApplication } from '../../state/context.tsx';
import { instanceStrings } from '../../strings/instances.ts';

export interface RenameFieldProps {
  readonly id: string;
  readonly name: string;
  readonly className?: string;
  /** `byKey`: the keyboard is to go back to where it was. */
  readonly onDone: (byKey: boolean) => void;
}

export function RenameField({ id, name, className, onDone }: RenameFieldProps) {
  const application = useApplication();
  const [text, setText] = useState(name);
  const input = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => {
    const take = (): void => {
      if (document.activeElement === input.current) return;
      input.current?.focus();
      input.current?.select();
    };
    take();
    // A menu that opened this gives the focus back as it closes.
    const frame = requestAnimationFrame(take);
    return () => cancelAnimationFrame(frame);
  }, []);
  const parsed = instanceNameSchema.safeParse(text);
  const problem = parsed.success ? undefined : parsed.error.issues[0]?.message;
  const finish = (keep: boolean, byKey: boolean): void => {
    if (over.current) return;
    over.current = true;
    if (keep && parsed.success && parsed.data !== name)
      application.label(id, { name: parsed.data }).catch((error) => application.notifyFailure(toFailure(error)));
    onDone(byKey);
  };
  return (
    <input
      ref={input}
      className={className === undefined ? 'input rename-field' : `input rename-field ${className}`}
      aria-label={instanceStrings.rename.label(name)}
      aria-invalid={problem !== undefined}
      title={problem}
      spellCheck={false}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(true, false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') finish(false, true);
        else if (event.key === 'Enter' && problem === undefined) finish(true, true);
        else return;
        event.preventDefault();
      }}
    />
  );
}
