/**
 * Whether a command that was typed into a page's monitor or QMP may be run: asked where a page cannot answer, and
 * remembered for as long as the person said.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { ControlClass } from '../consoles/control/control-powers.ts';
import type { Consent } from '../consoles/keyboard.ts';
import type { ClientIdentity } from './client.ts';
import type { PowerMemory } from './power-memory.ts';
import { visibleText } from './visible-text.ts';

const sentences: Readonly<Record<ControlClass, string>> = {
  files: 'This command can read or write files of this computer, or start a program.',
  door: 'This command opens a way in: to the guest, its disks or the emulator.',
  data: 'This command can lose data: it writes to a disk from outside, or throws the present state away.',
  control: 'This command takes away what Slipway sees and holds the guest by.',
  unknown: 'Slipway does not know what this command can do.',
};

/** The instance that it is typed to. `createdAt`: of another one that has its id later, nothing was decided. */
interface Subject {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string | null;
}

export function controlConsent(identity: ClientIdentity, subject: Subject, memory: PowerMemory): Consent {
  return async ({ power, text }) => {
    if (identity.trust === 'user' || identity.allowPower) return;
    const title = sentences[power.class];
    const { choose } = identity.abilities;
    if (choose === undefined) {
      throw new SlipwayError('not_permitted', title, {
        cause:
          'From a browser it is refused: Slipway asks for it in a native dialog, and a web page has none that could be trusted.',
        hint: 'Do it in the window, with slipway console, or start the server with: slipway serve --allow-power',
      });
    }
    // Of an unknown one nothing is known of the others.
    const kind = power.class === 'unknown' ? `unknown ${power.command}` : power.class;
    const here = [subject.id, subject.createdAt ?? ''];
    if (memory.allows('control', kind) || memory.allows('control', kind, ...here)) return;
    const answer = await choose({ title, detail: visibleText(`In ${subject.name}:\n${text}`), action: 'Run it' });
    if (answer === 'no') throw new SlipwayError('cancelled', 'Not confirmed: it was not run.');
    if (answer === 'instance') await memory.allow('control', kind, ...here);
    if (answer === 'always') await memory.allow('control', kind);
  };
}
