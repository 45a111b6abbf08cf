/** Which of a person's keys on a console are not for the guest. Pure, but for what was pressed before. */

/** `leave`: the guest runs on. `kill`: it ends. `toggle`: to the other console. `break`: a break on the serial line. */
export type KeyAction = 'leave' | 'toggle' | 'kill' | 'help' | 'break';

export interface ConsoleKeys {
  /** What is for the guest, up to the first key that is not. `rest`: what was typed behind that one. */
  take(bytes: Buffer): { readonly typed: Buffer; readonly action: KeyAction | null; readonly rest: Buffer };
}

const nothing = Buffer.alloc(0);

/** Ctrl-], as telnet and `virsh console` have it: no shell or kernel wants it. */
const escapeByte = 0x1d;

const lineEnds: ReadonlySet<number> = new Set([0x0d, 0x0a]);
const tilde = 0x7e;
const capitalB = 0x42;

/** Ctrl-] leaves. ~B at the beginning of a line is a break, as ssh has it; ~~ there is one ~ for the guest. */
export function escapeKey(): ConsoleKeys {
  let isLineStart = true;
  let heldTilde = false;
  return {
    take(bytes) {
      const typed: number[] = [];
      for (const [at, byte] of bytes.entries()) {
        const until = (action: KeyAction) => ({ typed: Buffer.from(typed), action, rest: bytes.subarray(at + 1) });
        const wasHeld = heldTilde;
        heldTilde = false;
        if (wasHeld && byte === capitalB) return until('break');
        if (!wasHeld && isLineStart && byte === tilde) {
          heldTilde = true;
          continue;
        }
        if (wasHeld && byte !== tilde) typed.push(tilde);
        if (byte === escapeByte) return until('leave');
        typed.push(byte);
        isLineStart = lineEnds.has(byte);
      }
      return { typed: Buffer.from(typed), action: null, rest: nothing };
    },
  };
}

const controlA = 0x01;
const afterControlA: Readonly<Record<string, KeyAction>> = {
  c: 'toggle',
  x: 'kill',
  d: 'leave',
  b: 'break',
  h: 'help',
  '?': 'help',
};

/** QEMU's own keys on a multiplexed console: Ctrl-a and a letter; Ctrl-a twice is one for the guest. Ctrl-] leaves, too. */
export function controlAKeys(): ConsoleKeys {
  let pressed = false;
  return {
    take(bytes) {
      const typed: number[] = [];
      for (const [at, byte] of bytes.entries()) {
        const until = (action: KeyAction) => ({ typed: Buffer.from(typed), action, rest: bytes.subarray(at + 1) });
        if (!pressed && byte === controlA) {
          pressed = true;
          continue;
        }
        if (!pressed && byte === escapeByte) return until('leave');
        const action = pressed ? afterControlA[String.fromCharCode(byte)] : undefined;
        // Any other letter was not meant for us, nor is half of it the guest's: QEMU drops both, and so do we.
        const isDropped = pressed && byte !== controlA;
        pressed = false;
        if (action !== undefined) return until(action);
        if (!isDropped) typed.push(byte);
      }
      return { typed: Buffer.from(typed), action: null, rest: nothing };
    },
  };
}

export const controlAHelp = [
  'Ctrl-a c  serial line or monitor',
  'Ctrl-a x  end the guest',
  'Ctrl-a b  a break on the serial line',
  'Ctrl-a d  leave; the guest runs on (Ctrl-] too)',
  'Ctrl-a Ctrl-a  a Ctrl-a for the guest',
].join('\n');
