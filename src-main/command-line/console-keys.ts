/** Which of a person's keys on a console are not for the guest. Pure, but for what was pressed before. */

/** `leave`: the guest runs on. `kill`: it ends. `toggle`: to the other console. */
export type KeyAction = 'leave' | 'toggle' | 'kill' | 'help';

export interface ConsoleKeys {
  /** What is for the guest, up to the first key that is not. What was typed behind that one is dropped. */
  take(bytes: Buffer): { readonly typed: Buffer; readonly action: KeyAction | null };
}

/** Ctrl-], as telnet and `virsh console` have it: no shell or kernel wants it. */
const escapeByte = 0x1d;

export function escapeKey(): ConsoleKeys {
  return {
    take(bytes) {
      const at = bytes.indexOf(escapeByte);
      return at === -1 ? { typed: bytes, action: null } : { typed: bytes.subarray(0, at), action: 'leave' };
    },
  };
}

const controlA = 0x01;
const afterControlA: Readonly<Record<string, KeyAction>> = {
  c: 'toggle',
  x: 'kill',
  d: 'leave',
  h: 'help',
  '?': 'help',
};

/** QEMU's own keys on a multiplexed console: Ctrl-a and a letter; Ctrl-a twice is one for the guest. Ctrl-] leaves, too. */
export function controlAKeys(): ConsoleKeys {
  let pressed = false;
  return {
    take(bytes) {
      const typed: number[] = [];
      for (const byte of bytes) {
        if (!pressed && byte === controlA) {
          pressed = true;
          continue;
        }
        if (!pressed && byte === escapeByte) return { typed: Buffer.from(typed), action: 'leave' };
        const action = pressed ? afterControlA[String.fromCharCode(byte)] : undefined;
        // Any other letter was not meant for us, nor is half of it the guest's: QEMU drops both, and so do we.
        const isDropped = pressed && byte !== controlA;
        pressed = false;
        if (action !== undefined) return { typed: Buffer.from(typed), action };
        if (!isDropped) typed.push(byte);
      }
      return { typed: Buffer.from(typed), action: null };
    },
  };
}

export const controlAHelp = [
  'Ctrl-a c  serial line or monitor',
  'Ctrl-a x  end the guest',
  'Ctrl-a d  leave; the guest runs on (Ctrl-] too)',
  'Ctrl-a Ctrl-a  a Ctrl-a for the guest',
].join('\n');
