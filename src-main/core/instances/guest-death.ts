/** What is said of a guest that died while its QEMU works. Words only; whether it did is the watches' to say. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { Status } from '../../../src-shared/model/instance.ts';

export type Death = Pick<Status, 'panic' | 'resetLoop'>;

/** In a list of boots; null: it did not die. */
export function deathWords({ panic, resetLoop }: Death): string | null {
  const panicked = panic === null ? null : `panicked: ${panic.line}`;
  if (resetLoop === null) return panicked;
  return [`kept resetting, ${resetLoop} times in a row`, panicked].filter(Boolean).join('; ');
}

/** As a failure of the instance; null: it did not die. */
export function deathOf({ panic, resetLoop }: Death): Failure | null {
  if (resetLoop !== null)
    return {
      code: 'guest_died',
      message: `The guest keeps resetting: ${resetLoop} times in a row, without getting anywhere.`,
      cause:
        panic === null
          ? 'It said nothing of why: a triple fault or a watchdog does that.'
          : `It panicked: ${panic.line}`,
      hint: 'See what it says before each reset. With the extra argument -no-reboot QEMU ends at the first; -d int,cpu_reset tells of each fault.',
      raw: panic?.line,
    };
  if (panic === null) return null;
  return {
    code: 'guest_died',
    message: `The guest panicked: ${panic.line}`,
    hint: 'What led to it stands before that line on its serial console. Restart it once the cause is mended; stopping it takes no time.',
    raw: panic.line,
  };
}
