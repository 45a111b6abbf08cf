/**
 * Buttons for what can be done about a failure. What pressing means is up to where they stand: in a form `set` changes
 * fields, of an instance the core does it.
 */
import { ClipboardCopy, type LucideIcon, Pencil, Play, Stethoscope, Wrench } from 'lucide-react';
import type { Fix, FixKind } from '../../../src-shared/contract/errors.ts';
import { failureStrings as strings } from '../../strings/failure.ts';
import { Button } from '../../ui/button.tsx';

export interface FixButtonsProps {
  readonly fixes: readonly Fix[];
  readonly busy?: boolean;
  /** `index`: its place in the failure. */
  readonly onFix: (fix: Fix, index: number) => void;
}

const icons: Record<FixKind, LucideIcon> = {
  set: Wrench,
  stop: Play,
  relaunch: Play,
  edit: Pencil,
  copy: ClipboardCopy,
  open: Stethoscope,
};

function about(fix: Fix): string | undefined {
  switch (fix.kind) {
    case 'set':
      return strings.changes(fix.changes);
    case 'stop':
      return strings.stops(fix.instance);
    case 'copy':
      return fix.text;
    default:
      return undefined;
  }
}

const repairs = (fix: Fix): boolean => fix.kind === 'set' || fix.kind === 'stop' || fix.kind === 'relaunch';

export function FixButtons({ fixes, busy = false, onFix }: FixButtonsProps) {
  if (fixes.length === 0) return null;
  const first = fixes.findIndex(repairs);
  return (
    <fieldset className="failure-fixes" aria-label={strings.fixes}>
      {fixes.map((fix, index) => (
        <Button
          key={`${fix.kind} ${fix.label}`}
          small
          icon={icons[fix.kind]}
          tone={index === first ? 'primary' : 'plain'}
          title={about(fix)}
          disabled={busy && repairs(fix)}
          onClick={() => onFix(fix, index)}
        >
          {fix.label}
        </Button>
      ))}
    </fieldset>
  );
}
