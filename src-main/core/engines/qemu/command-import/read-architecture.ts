/** Which of Slipway's architectures runs a program's guests, or why none does. */
import { basename, dirname } from 'node:path';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';

export interface ProgramFacts {
  readonly architecture: Architecture;
  readonly notes: readonly string[];
  /** A binary of the person's own; null: the installed one. */
  readonly binary: string | null;
  /** CPU of a line without `-cpu`, where it is not the machine's own. */
  readonly cpu: string | null;
  /** `qemu-kvm` and `kvm` turn acceleration on by their name. */
  readonly acceleratedByName: boolean;
}

const installed = new Set(['/usr/bin', '/bin', '/usr/local/bin', '/usr/libexec', '/opt/homebrew/bin']);

/** @throws SlipwayError `invalid_input` naming the architecture that Slipway has no engine for. */
export function readProgram(program: string, resolvePath: (path: string) => string, isUnknown: boolean): ProgramFacts {
  const name = basename(program).replace(/\.(exe|bin)$/, '');
  const target = /^qemu-system-(\w+)$/.exec(name)?.[1] ?? null;
  const own = program.includes('/') && !installed.has(dirname(program)) && !isUnknown ? resolvePath(program) : null;
  const facts = (architecture: Architecture, change: Partial<ProgramFacts> = {}): ProgramFacts => ({
    architecture,
    notes: [],
    binary: own,
    cpu: null,
    acceleratedByName: false,
    ...change,
  });
  if (isUnknown)
    return facts('x86_64', {
      notes: [`Which QEMU ${program} is cannot be told; x86_64 is assumed until it is given.`],
    });
  switch (target) {
    case 'x86_64':
    case 'aarch64':
    case 'riscv64':
      return facts(target);
    case 'i386':
      return facts('x86_64', {
        binary: null,
        cpu: 'qemu32',
        notes: ['qemu-system-i386 is run as qemu-system-x86_64, which has every machine and CPU of it.'],
      });
    case 'arm':
      return facts('aarch64', {
        binary: null,
        notes: ['qemu-system-arm is run as qemu-system-aarch64, which has every machine and CPU of it.'],
      });
    case null:
      if (name === 'qemu-kvm' || name === 'kvm') return facts('x86_64', { binary: null, acceleratedByName: true });
      return facts('x86_64', { binary: null, notes: ['"qemu" is read as qemu-system-x86_64.'] });
    default:
      throw new SlipwayError('invalid_input', `Slipway has no engine for ${target}.`, {
        cause: `The command runs ${name}; Slipway boots guests of x86_64, aarch64 and riscv64 (and i386 and arm, which run on the first two).`,
        field: 'architecture',
      });
  }
}
