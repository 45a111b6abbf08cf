/**
 * Which network a guest gets, and what is wrong with it: ffx's rules as pure decisions over facts somebody else read.
 * The one tap interface that ffx knows is called `qemu`.
 */
import type { Failure } from '../../../../../src-shared/contract/errors.ts';
import type {
  ConsoleType,
  NetworkingMode,
  OperatingSystem,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import type { Finding } from '../../../../../src-shared/model/instance.ts';

export const tapInterface = 'qemu';

/** Of `/sys/class/net/<name>`: its flags, and `tun_flags` for what kind it is. */
export interface TapFacts {
  readonly exists: boolean;
  /** IFF_TAP: an Ethernet device of a program, not an IP tunnel (tun) or a real one. */
  readonly isTap: boolean;
  /** IFF_UP. */
  readonly isUp: boolean;
  /** IFF_RUNNING: a program has it open. */
  readonly isRunning: boolean;
}

export const noTap: TapFacts = { exists: false, isTap: false, isUp: false, isRunning: false };

export interface Resolved<T> {
  readonly value: T;
  /** In words that can be shown next to the value. */
  readonly reason: string;
  readonly hint: string | null;
}

export interface NetworkingFacts {
  readonly os: OperatingSystem;
  readonly tap: TapFacts;
  /** For the command that makes the interface. */
  readonly userName: string;
}

export function resolveNetworking(
  requested: NetworkingMode,
  { os, tap }: Pick<NetworkingFacts, 'os' | 'tap'>,
): Resolved<Exclude<NetworkingMode, 'auto'>> {
  if (requested !== 'auto') return { value: requested, reason: 'You chose it.', hint: null };
  const user = (reason: string): Resolved<'user'> => ({ value: 'user', reason, hint: null });
  if (os !== 'linux') return user('Tap networking is for Linux only, so the guest is behind NAT.');
  if (!tap.exists) return user(`There is no interface called ${tapInterface}, so the guest is behind NAT.`);
  if (!tap.isTap) return user(`The interface ${tapInterface} is not a tap, so the guest is behind NAT.`);
  if (tap.isRunning) return user(`Another program uses the tap interface ${tapInterface}, so the guest is behind NAT.`);
  // Down is accepted here, as ffx does: the person has set it up, and is told the command that is missing.
  const hint = tap.isUp ? null : `Bring it up first: ${bringUpCommand}`;
  return { value: 'tap', reason: `The tap interface ${tapInterface} is there and free.`, hint };
}

const bringUpCommand = `sudo ip link set ${tapInterface} up`;

/** The whole of it, from nothing. */
export function tapCommand(userName: string): string {
  // The person's own name and not $USER: the line may be pasted into a root shell.
  const quoted = /^[A-Za-z0-9._-]+$/.test(userName) ? userName : `'${userName.replaceAll("'", `'\\''`)}'`;
  return `sudo ip tuntap add dev ${tapInterface} mode tap user ${quoted} && ${bringUpCommand}`;
}

/** Why the tap interface cannot be used, with the exact command that changes that; null when it can. */
export function tapProblem({ os, tap, userName }: NetworkingFacts): Failure | null {
  const problem = (message: string, hint: string): Failure => ({
    code: 'invalid_input',
    message,
    hint,
    field: 'host.networking',
  });
  const otherwise = 'or choose user-mode networking';
  if (os === 'macos') {
    return problem(
      'Tun/Tap networking mode is not currently supported on MacOS.',
      'Choose user-mode networking and map the ports you need.',
    );
  }
  if (!tap.exists) {
    return problem(
      `There is no tap interface called ${tapInterface}.`,
      `Make it: ${tapCommand(userName)}, ${otherwise}.`,
    );
  }
  if (!tap.isTap) {
    return problem(
      `The interface ${tapInterface} is not a tap interface.`,
      `Replace it: sudo ip link delete ${tapInterface} && ${tapCommand(userName)}, ${otherwise}.`,
    );
  }
  if (tap.isRunning) {
    return problem(
      `The tap interface ${tapInterface} is in use by another process.`,
      `Only one emulator can have it: stop the other one, ${otherwise}.`,
    );
  }
  if (!tap.isUp) return problem(`The tap interface ${tapInterface} is down.`, `Bring it up: ${bringUpCommand}`);
  return null;
}

/** The seed's `validate_network_flags`. */
export function networkingFindings(
  networking: NetworkingMode,
  console: ConsoleType,
  facts: NetworkingFacts,
): Finding[] {
  switch (networking) {
    case 'user':
      return [];
    case 'tap': {
      const failure = tapProblem(facts);
      return failure === null ? [] : [{ severity: 'error', failure }];
    }
    case 'none': {
      if (console !== 'none') return [];
      const failure: Failure = {
        code: 'invalid_input',
        message:
          'Running without networking enabled and no interactive console; there will be no way to communicate with this emulator.',
        hint: 'Restart with --console/--monitor or with networking enabled to proceed.',
        field: 'host.networking',
      };
      return [{ severity: 'error', failure }];
    }
    case 'auto': {
      const failure: Failure = {
        code: 'internal',
        message: 'Networking mode is unresolved after configuration.',
        field: 'host.networking',
      };
      return [{ severity: 'error', failure }];
    }
  }
}
