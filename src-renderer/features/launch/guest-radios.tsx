/** The choice of what is booted. */
import { RadioGroup } from 'radix-ui';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import type { GuestKind } from '../../state/stores.ts';
import { guestKinds } from '../instances/guest-kinds.ts';

/** The part in brackets on a line of its own: the column is narrow. */
function Title({ title }: { title: string }) {
  const [name, rest] = title.split(/ \((.*)\)$/);
  return (
    <>
      <span className="guest-title">{name}</span>
      {rest !== undefined && rest !== '' && <span className="guest-about">{rest}</span>}
    </>
  );
}

export function GuestRadios({ value, onChange }: { value: GuestKind; onChange: (kind: GuestKind) => void }) {
  const { stores } = useApplication();
  const linux = useStore(stores.host, (state) => state.host?.linuxGuest);
  return (
    <RadioGroup.Root
      className="guests"
      aria-label="Guest"
      orientation="vertical"
      value={value}
      onValueChange={(next) => {
        const chosen = guestKinds.find(({ kind }) => kind === next);
        if (chosen !== undefined) onChange(chosen.kind);
      }}
    >
      {guestKinds.map(({ kind, title, about }) => {
        const unavailable = kind === 'linux' && linux?.available === false;
        return (
          <RadioGroup.Item
            key={kind}
            value={kind}
            aria-label={title}
            className="guest"
            disabled={unavailable}
            title={about}
          >
            <Title title={title} />
            {unavailable && <span className="guest-reason">{linux.reason ?? 'Not available here.'}</span>}
          </RadioGroup.Item>
        );
      })}
    </RadioGroup.Root>
  );
}
